"""Mapping profiles: how an organisation's own extracts become the canonical columns, as TOML and never as code.

A profile lists its feeds; for each the file's name, how it is cut, which of its columns is which canonical one, what is
constant, how days are written and which words mean which. Strict: a key nobody knows is an error that names file and key.
"""

import codecs
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import Any, cast

from careward.core.columns import FEEDS, Feed
from careward.core.mapping import MappingError
from careward.core.packs.reader import PackError, build, read_toml
from careward.engines.connectors.csv import orders
from careward.engines.connectors.csv.dating import EXAMPLE, LAST_YEAR, NAMED, Formats
from careward.engines.connectors.csv.values import Misfit, cell_reader

SHIPPED = Path(__file__).resolve().parent / "profiles"
MODES = ("snapshot", "changes")


class ProfileError(MappingError):
    """A mapping profile that is not there or that we do not understand; the message names the file, the place and the remedy."""


class UnknownProfile(ProfileError):
    """There is no mapping profile of that name."""


@dataclass(frozen=True, slots=True)
class Grouping:
    """Lines that say one thing each, taken together: one row for each `by`, the cells of `collect` joined by ';'."""

    by: tuple[str, ...] = ()
    collect: tuple[str, ...] = ()
    prefix: str = ""  # put before each collected cell

    def __bool__(self) -> bool:
        return bool(self.by)


@dataclass(frozen=True, slots=True)
class FeedProfile:
    """How the files of one feed are read."""

    feed: str
    file: str  # a pattern, case ignored: "staff.csv", "accounts/*.csv"; Parquet and Excel of the same name are taken too
    mode: str  # snapshot: a full list, so a row no longer in it is gone; changes: adds to what is known
    system: str = ""  # accounts only: the system's code; else what stands for * in the file's name, else that name
    encoding: str = "utf-8"
    delimiter: str = ","  # one character, or "whitespace"
    sheet: str = ""  # of an Excel workbook; else its first
    header: bool = True
    names: tuple[str, ...] = ()  # the file's columns where it has no heading line
    columns: dict[str, str] = field(default_factory=dict)  # canonical = theirs; where given, only these are read
    constants: dict[str, str] = field(default_factory=dict)  # canonical = what every row says
    days: tuple[str, ...] = ()  # strptime formats, tried in order; none: ISO 8601
    moments: tuple[str, ...] = ()
    formats: dict[str, tuple[str, ...]] = field(default_factory=dict)  # canonical: how its days are written, instead of those two
    pivot: int = 0  # the last year that a year of two digits may mean
    values: dict[str, dict[str, str]] = field(default_factory=dict)  # canonical: theirs = ours, case ignored
    keep: dict[str, tuple[str, ...]] = field(default_factory=dict)  # canonical: words that elsewhere stand for nothing
    whole_numbers: tuple[str, ...] = ()  # the file's columns, by their own names, that hold whole numbers only
    group: Grouping = Grouping()
    register: dict[str, str] = field(default_factory=dict)  # accounts only: a row of systems for each file, with these cells

    @property
    def shape(self) -> Feed:
        return FEEDS[self.feed]

    def formats_of(self, column: str, on: date = date.max) -> Formats:
        """How the cells of a canonical column are written, for a reading on a day."""
        own = self.formats.get(column)
        days, moments = (self.days, self.moments) if own is None else (own, own)
        return Formats(days, moments, self.keep.get(column, ()), self.pivot, on)

    @property
    def theirs(self) -> Mapping[str, str]:
        """Canonical name to the file's name, for every column that is looked for."""
        return self.columns or {name: name for name in self.shape.names if name not in self.constants}

    @property
    def snapshot(self) -> bool:
        return self.mode == "snapshot"

    def reads(self, name: str) -> bool:
        """Whether a file of this name, with the folder it stands in, is one of this feed."""
        pattern, name = self.file.lower(), name.lower()
        if name.count("/") != pattern.count("/") or PurePosixPath(name).name.startswith("."):
            return False
        as_text = str(PurePosixPath(name).with_suffix(PurePosixPath(pattern).suffix)) if name.endswith((".parquet", ".xlsx")) else name
        return fnmatchcase(name, pattern) or fnmatchcase(as_text, pattern)

    def system_of(self, name: str) -> str:
        """The code of the system whose accounts a file of this name holds; empty for other feeds."""
        if self.feed != "accounts":
            return ""
        stem, pattern = (PurePosixPath(text).stem.strip().lower() for text in (name, self.file))
        before, star, after = pattern.partition("*")
        if star and self.reads(name) and not set("*[") & set(before + after):
            return self.system.lower() or stem[len(before) : len(stem) - len(after)].strip() or stem
        return self.system.lower() or stem


@dataclass(frozen=True, slots=True)
class Profile:
    id: str
    title: str
    feeds: tuple[FeedProfile, ...]

    def has(self, feed: str) -> bool:
        return any(f.feed == feed for f in self.feeds)


def load(name: str, *, profiles_folder: Path | None = None) -> Profile:
    """A profile by its name: the organisation's own before the shipped one. Raises ProfileError."""
    paths = _paths(profiles_folder)
    if name not in paths:
        raise UnknownProfile(f"There is no mapping profile {name!r}. Known: {', '.join(sorted(paths))}")
    path = paths[name]
    try:
        raw = read_toml(path)
    except PackError as error:
        raise ProfileError(str(error).replace(f"{path}:", f"profiles/{path.name}:")) from error
    return _built(raw, f"profiles/{path.name}", name)


def parsed(text: str, name: str = "") -> Profile:
    """A profile from its text; without a name, by the one it gives itself. Raises ProfileError."""
    where = f"the profile {name}" if name else "the profile"
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ProfileError(f"{where}: {error}; mend that line, it must be TOML") from error
    return _built(raw, where, name)


def _built(raw: dict[str, Any], where: str, name: str) -> Profile:
    try:
        profile = cast(Profile, build(Profile, raw, where))
    except PackError as error:
        raise ProfileError(str(error)) from error
    if wrong := [f"{where}: {words}" for words in _wrong(profile, name or profile.id)]:
        raise ProfileError("\n".join(wrong))
    return profile


def before(rest: Profile, own: Iterable[Profile]) -> Profile:
    """A profile that reads as some others say, and as `rest` does what they do not read; those files go in first that others refer to."""
    first = [feed for each in own for feed in each.feeds]
    if not first:
        return rest
    order = {name: place for place, name in enumerate(FEEDS)}
    return replace(rest, feeds=tuple(sorted((*first, *rest.feeds), key=lambda feed: order[feed.feed])))


def names(*, profiles_folder: Path | None = None) -> tuple[str, ...]:
    """Every profile that can be asked for."""
    return tuple(sorted(_paths(profiles_folder)))


def usable(*, profiles_folder: Path | None = None) -> tuple[tuple[Profile, ...], tuple[str, ...]]:
    """Every profile that can be used, canonical first, and in words why each other one cannot."""
    found, faults = [], []
    for name in sorted(_paths(profiles_folder), key=lambda n: (n != "canonical", n)):
        try:
            found.append(load(name, profiles_folder=profiles_folder))
        except ProfileError as error:
            faults.append(str(error))
    return tuple(found), tuple(faults)


def _paths(profiles_folder: Path | None) -> dict[str, Path]:
    folders = [SHIPPED, *([profiles_folder] if profiles_folder else [])]
    return {path.stem: path for folder in folders for path in sorted(folder.glob("*.toml"))}


def _wrong(profile: Profile, name: str) -> Iterator[str]:
    """Everything wrong with a profile whose keys and types are right."""
    if profile.id != name:
        yield f"id is {profile.id!r}; write {name!r}, as the file is called"
    if not profile.feeds:
        yield "it reads no feed; add one [[feeds]]"
    for number, feed in enumerate(profile.feeds):
        where = f"feeds[{number}]"
        if feed.feed not in FEEDS:
            yield f"{where}: feed {feed.feed!r} is not known; write one of {', '.join(FEEDS)}"
            continue
        for check in (_wrong_file, _wrong_names, _wrong_columns, _wrong_formats, _wrong_words, _wrong_group, _wrong_register):
            yield from (f"{where} ({feed.feed}): {words}" for words in check(feed))


def _wrong_file(feed: FeedProfile) -> Iterator[str]:
    if feed.mode not in MODES:
        yield f"mode {feed.mode!r} is not known; write one of {', '.join(MODES)}"
    if not feed.file or feed.file.startswith("/") or feed.file.count("/") > 1 or ".." in feed.file:
        yield f"file {feed.file!r} must be a file's name, with one folder before it at most"
    if feed.delimiter != "whitespace" and (len(feed.delimiter) != 1 or feed.delimiter in '"\r\n\0'):
        yield f"delimiter {feed.delimiter!r} must be one character, or whitespace"
    try:
        if not getattr(codecs.lookup(feed.encoding), "_is_text_encoding", True):
            yield f"encoding {feed.encoding!r} is not one of text"
    except (LookupError, ValueError):
        yield f"encoding {feed.encoding!r} is not known; write one like utf-8 or cp1252"


def _wrong_names(feed: FeedProfile) -> Iterator[str]:
    if feed.header == bool(feed.names):
        yield "give names where header is false, and only there"
    known = {n.casefold() for n in (feed.names or feed.theirs.values())}
    if feed.names and len(known) < len(feed.names):
        yield "two names are the same; give each column its own"
    for theirs in (*(feed.columns.values() if feed.names else ()), *feed.whole_numbers):
        if theirs.casefold() not in known:
            yield f"{theirs!r} is not a column of the file; known are {', '.join(sorted(known))}"


def _wrong_columns(feed: FeedProfile) -> Iterator[str]:
    tables: dict[str, dict[str, Any]] = {name: getattr(feed, name) for name in ("columns", "constants", "values", "keep", "formats")}
    for key, table in tables.items():
        for name in sorted(table.keys() - set(feed.shape.names)):
            yield f"{key}: {name!r} is not a column of {feed.feed}; known are {', '.join(feed.shape.names)}"
    for name in sorted(feed.columns.keys() & feed.constants.keys()):
        yield f"{name!r} is both in columns and in constants; keep one"
    given = feed.theirs.keys() | feed.constants.keys()
    if missing := [c.name for c in feed.shape.columns if c.required and c.name not in given]:
        yield f"nothing gives {', '.join(missing)}, which {feed.feed} must have; map them under columns or constants"


def _wrong_formats(feed: FeedProfile) -> Iterator[str]:
    for name in sorted(feed.formats.keys() & set(feed.shape.names)):
        if feed.shape.column(name).kind not in ("day", "moment"):
            yield f"formats: {name} holds no days; take it out"
    for key, formats in (("days", feed.days), ("moments", feed.moments), *((f"formats.{n}", f) for n, f in feed.formats.items())):
        if orders.doubted(formats):
            listed = " and ".join(f for f in formats if orders.order_of(f))
            yield f"{key}: {listed} give more than one order of day and month; keep one, beside year-month-day at most"
        for form in formats:
            if orders.two_digit_years(form) and not 1900 <= feed.pivot < LAST_YEAR:
                yield f"{key}: {form!r} has years of two digits; give the last year that they may mean, like pivot = 2049"
            try:
                same = datetime.strptime(EXAMPLE.strftime(form), form).date() == EXAMPLE.date()  # noqa: DTZ007 - a day only
            except ValueError:
                same = False
            if not same and form not in NAMED:
                yield f"{key}: {form!r} does not give year, month and day; write one like %d/%m/%Y, or one of {', '.join(NAMED)}"


def _wrong_words(feed: FeedProfile) -> Iterator[str]:
    """Constants and translations must themselves be words the column takes."""
    for column in feed.shape.columns:
        read = cell_reader(column, feed.formats_of(column.name))
        told = feed.values.get(column.name, {})
        if len({theirs.casefold() for theirs in told}) < len(told):
            yield f"values.{column.name}: two entries differ by case only; keep one"
        ours = [*told.values(), *([feed.constants[column.name]] if column.name in feed.constants else [])]
        for word in ours:
            if isinstance(why := read(word), Misfit):
                yield f"{column.name}: {word!r} cannot be used. {why.what}. {why.remedy}"


def _wrong_group(feed: FeedProfile) -> Iterator[str]:
    group, columns = feed.group, {c.name: c for c in feed.shape.columns}
    if bool(group.by) != bool(group.collect):
        yield "group needs both by and collect"
    for name in (*group.by, *group.collect):
        if name not in feed.theirs or name not in columns:
            yield f"group: {name!r} is not a column that the file gives"
        elif name in group.collect and columns[name].kind != "list":
            yield f"group: {name!r} does not hold a list; collect roles or teams"
    if set(group.by) & set(group.collect):
        yield "group: a column cannot be both in by and in collect"


def _wrong_register(feed: FeedProfile) -> Iterator[str]:
    if feed.system and feed.feed != "accounts":
        yield "system belongs to accounts only; take it out"
    if not feed.register:
        return
    systems = FEEDS["systems"]
    if feed.feed != "accounts":
        yield "register belongs to accounts only, since each of its files is one system"
    for name in sorted(feed.register.keys() - set(systems.names)):
        yield f"register: {name!r} is not a column of systems; known are {', '.join(systems.names)}"
    for column in systems.columns:
        if column.name in ("code", "name"):
            if column.name in feed.register:
                yield f"register: {column.name} is taken from the file's name; take it out"
        elif isinstance(why := cell_reader(column)(feed.register.get(column.name, "")), Misfit):
            yield f"register: {column.name}: {why.what}. {why.remedy}"
