"""A file of unknown form looked at and read on trial, every row of it, by processes of their own."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from types import MappingProxyType

from careward.core.columns import FEEDS, Column
from careward.core.ids import spelt_plainly
from careward.core.mapping import FileLook, Lists, MappingFacts, MappingTrial, StrangeWord
from careward.core.ports import FeedFile
from careward.engines.connectors.csv.aside import FileReader
from careward.engines.connectors.csv.day_forms import PIVOT
from careward.engines.connectors.csv.looking import LookAsked, look_at
from careward.engines.connectors.csv.nothing import nothing_but
from careward.engines.connectors.csv.profile_text import profile_of
from careward.engines.connectors.csv.reader import GIB, read_file
from careward.engines.connectors.csv.suggesting import word_for
from careward.engines.connectors.csv.values import Misfit, cell_reader

SHOWN = 20  # of the problems of a trial
NO_LISTS: Lists = MappingProxyType({})
ANY = "every-system"  # stands for the system of a list that may be any one's


@dataclass(frozen=True, slots=True)
class HowRead:
    """Whether files are read by processes of their own, and how much longer than usual these may take."""

    apart: bool
    times: float = 1


def look(asked: LookAsked, how: HowRead) -> FileLook:
    """A first look at a file."""
    if not how.apart:
        return look_at(asked)
    with _reader(how) as reader:
        return reader.look(asked)


def try_out(path: Path, name: str, facts: MappingFacts, seen: FileLook, on: date, how: HowRead, lists: Lists = NO_LISTS) -> MappingTrial:
    """Reads every row of a file by what was said of it. Raises ProfileError where that is no profile."""
    profile = profile_of("trial", "Trial", facts).feeds[0]
    task = (path, name, facts.system or (ANY if facts.feed == "accounts" else ""), profile, int(how.times * GIB), on)
    if how.apart:
        with _reader(how) as reader:
            file = reader.read(task)
    else:
        file = read_file(*task)
    return _told(file, tuple(strange_words(facts, seen, lists)))


def _told(file: FeedFile, words: tuple[StrangeWord, ...]) -> MappingTrial:
    return MappingTrial(len(file.rows), file.refused, file.problems[:SHOWN], len(file.problems), file.notices, words)


@contextmanager
def _reader(how: HowRead) -> Iterator[FileReader]:
    reader = FileReader(how.times)
    try:
        yield reader
    finally:
        reader.stop()


def strange_words(facts: MappingFacts, seen: FileLook, lists: Lists = NO_LISTS) -> Iterator[StrangeWord]:
    """The words of closed lists that are not ours, each with what was chosen for it or what it may mean.

    `lists`: the words of columns whose list is no part of the feed, such as courses.
    """
    for name, heading in facts.columns.items():
        column, looked = FEEDS[facts.feed].column(name), seen.column(heading)
        ours = tuple(dict.fromkeys(lists.get(name) or column.words or (("Y", "N") if column.kind == "yes_no" else ())))
        given = {theirs.casefold(): mean for theirs, mean in facts.values.get(name, {}).items()}
        words = {word.casefold(): (word, count) for word, count in reversed(looked.words)} if looked and ours else {}
        for key, (word, count) in reversed(words.items()):
            if _is_strange(column, ours, word):
                yield StrangeWord(name, heading, word, count, ours, given.get(key, word_for(column, heading, word, ours)))


def _is_strange(column: Column, ours: tuple[str, ...], word: str) -> bool:
    if nothing_but(ours)(word):
        return False
    if column.kind in ("word", "yes_no"):
        return isinstance(cell_reader(column)(word), Misfit)
    return spelt_plainly(word) not in map(spelt_plainly, ours)


def first_facts(seen: FileLook, feed: str, system: str, lists: Lists = NO_LISTS) -> MappingFacts:
    """What a look suggests: which column is which, how days are written, what words mean."""
    matched = {c.match: c for c in seen.columns if c.match}
    kinds = {name: FEEDS[feed].column(name).kind for name in matched}
    forms = {name: c.form_for(kinds[name]) for name, c in matched.items() if kinds[name] in ("day", "moment")}
    columns = {name: c.heading for name, c in matched.items()}
    formats = {name: form for name, form in forms.items() if form}
    sheet = seen.sheet if len(seen.sheets) > 1 else ""
    return with_words(MappingFacts(feed, system, seen.encoding, seen.delimiter, sheet, columns, {}, formats, {}, PIVOT), seen, lists)


def with_words(facts: MappingFacts, seen: FileLook, lists: Lists = NO_LISTS) -> MappingFacts:
    """The same with what is suggested for words of closed lists of which nothing was said."""
    values: dict[str, dict[str, str]] = {}
    for word in strange_words(facts, seen, lists):
        if word.chosen:
            values.setdefault(word.column, {})[word.word.casefold()] = word.chosen
    return replace(facts, values=values)
