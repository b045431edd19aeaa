"""Mapping profiles as text: what the browser makes is what a file holds, read again as the same profile."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields, is_dataclass
from typing import Any

from careward.core.columns import FEEDS
from careward.core.mapping import MappingFacts
from careward.engines.connectors.csv import profiles
from careward.engines.connectors.csv.orders import two_digit_years
from careward.engines.connectors.csv.profiles import FeedProfile, Profile, ProfileError

_BARE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")


def as_toml(profile: Profile) -> str:
    """The text of a profile. What stands as it would without saying is not said."""
    lines = [f"id = {_text(profile.id)}", f"title = {_text(profile.title)}"]
    for feed in profile.feeds:
        lines += ["", "[[feeds]]", *_plain(feed), *_tables(feed)]
    return "\n".join(lines) + "\n"


def _said(value: Any) -> Iterator[tuple[str, Any]]:
    """The fields that say something."""
    for field in fields(value):
        usual = field.default_factory() if field.default_factory is not MISSING else field.default
        found = getattr(value, field.name)
        if usual is MISSING or found != usual:
            yield field.name, found


def _plain(feed: Any) -> Iterator[str]:
    return (f"{name} = {_value(value)}" for name, value in _said(feed) if not _is_table(value))


def _tables(feed: FeedProfile) -> Iterator[str]:
    for name, value in _said(feed):
        if _is_table(value):
            yield f"[feeds.{name}]"
            yield from _plain(value) if is_dataclass(value) else (f"{_key(key)} = {_value(each)}" for key, each in value.items())


def _is_table(value: Any) -> bool:
    return isinstance(value, dict) or is_dataclass(value)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, tuple):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{_key(key)} = {_value(each)}' for key, each in value.items())} }}" if value else "{}"
    return _text(value)


def _key(key: str) -> str:
    return key if key and _BARE.issuperset(key) else _text(key)


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")  # JSON lets this one stand, TOML does not


def profile_of(name: str, title: str, facts: MappingFacts) -> Profile:
    """The profile that facts say, checked as one of a file is. Raises ProfileError."""
    canonical = next(f for f in profiles.load("canonical").feeds if f.feed == facts.feed)
    feed = FeedProfile(
        facts.feed,
        file_of(facts.feed, facts.system) or canonical.file,
        canonical.mode,
        encoding=facts.encoding,
        delimiter=facts.delimiter,
        sheet=facts.sheet,
        columns=dict(facts.columns),
        constants=dict(facts.constants),
        formats={column: (form,) for column, form in facts.formats.items()},
        pivot=facts.pivot if any(map(two_digit_years, facts.formats.values())) else 0,
        values={column: dict(words) for column, words in facts.values.items() if words},
    )
    return profiles.parsed(as_toml(Profile(name, title, (feed,))), name)


def file_of(feed: str, system: str) -> str:
    """How the files of a feed are called: accounts by their system."""
    if feed != "accounts":
        return FEEDS[feed].file
    return f"accounts/{system or '*'}.csv"


def facts_of(profile: Profile) -> MappingFacts:
    """What a profile of one feed says; ProfileError where it says more than the pages can show."""
    if len(profile.feeds) != 1:
        raise ProfileError("the profile reads several feeds; take in one that reads one")
    feed = profile.feeds[0]
    if beyond := [name for name, _ in _said(feed) if name in ("names", "header", "whole_numbers", "group", "register", "keep")]:
        raise ProfileError(f"the profile says {', '.join(beyond)}, which only a file in the folder of profiles can; take it out")
    kinds = {column.name: column.kind for column in feed.shape.columns}
    usual = {n: (feed.days if kinds[n] == "day" else feed.moments) for n in feed.theirs if kinds[n] in ("day", "moment")}
    formats: Mapping[str, tuple[str, ...]] = {n: f for n, f in {**usual, **feed.formats}.items() if f}
    if mixed := sorted(n for n, f in formats.items() if len(f) > 1):
        raise ProfileError(
            f"the profile writes the days of {', '.join(mixed)} in several ways; keep one, or keep it in the folder of profiles"
        )
    return MappingFacts(
        feed.feed,
        "" if "*" in feed.file else feed.system_of(feed.file),
        feed.encoding,
        feed.delimiter,
        feed.sheet,
        dict(feed.theirs),
        dict(feed.constants),
        {n: f[0] for n, f in formats.items()},
        {n: dict(w) for n, w in feed.values.items()},
        feed.pivot,
    )
