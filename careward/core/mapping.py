"""What is seen of a file whose form nobody knows yet, what somebody says of it, and what came of trying that: plain values.

A mapping profile made in the browser and one that stands in a file are the same text; these are the values it is made from.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Protocol

from careward.core.ports import Problem

Lists = Mapping[str, Sequence[str]]  # words that a column may hold, by the column


class MappingError(ValueError):
    """A mapping profile that we do not understand; the message names the place and the remedy."""


@dataclass(frozen=True, slots=True)
class LookedColumn:
    """One column of a file, with which of ours it seems to be and why."""

    heading: str
    samples: tuple[str, ...] = ()  # five at most, all different, short
    filled: int = 0  # cells that are not blank
    words: tuple[tuple[str, int], ...] = ()  # everything it holds and how often, where that is few
    forms: tuple[tuple[str, int, str], ...] = ()  # ways to write a day that fit, best first: the form, how many cells, an example
    iso_days: int = 0  # cells that are a day like 2026-11-30
    iso_moments: int = 0  # or a moment like 2026-11-30T16:05:00
    match: str = ""  # which of our columns it seems to be
    why: str = ""

    def form_for(self, kind: str) -> str:
        """The form that fits most cells, for one of ours of this kind; "" where that is the one that needs no telling."""
        untold = self.iso_days if kind == "day" else self.iso_moments
        form, count, _ = next(iter(self.forms), ("", 0, ""))
        return form if count > untold else ""


@dataclass(frozen=True, slots=True)
class FileLook:
    """A file as a stranger finds it; where it cannot be read, the problem that says why and nothing else."""

    columns: tuple[LookedColumn, ...] = ()
    rows: int = 0
    heading_line: int = 0
    encoding: str = "utf-8"
    delimiter: str = ","
    sheet: str = ""  # of a workbook: which was looked at
    sheets: tuple[str, ...] = ()
    problem: Problem | None = None

    def column(self, heading: str) -> LookedColumn | None:
        """The column of a heading; None where there is none."""
        return next((c for c in self.columns if c.heading == heading), None)


@dataclass(frozen=True, slots=True)
class MappingFacts:
    """What somebody says of the files of one feed: which column is which, how days are written, what words mean."""

    feed: str
    system: str = ""  # of accounts: the system's code; "" for the lists of all systems
    encoding: str = "utf-8"
    delimiter: str = ","
    sheet: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)  # ours = theirs
    constants: Mapping[str, str] = field(default_factory=dict)  # ours = what every row says
    formats: Mapping[str, str] = field(default_factory=dict)  # ours = how its days are written, where not year first
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # ours: their word = our word
    pivot: int = 0


@dataclass(frozen=True, slots=True)
class StrangeWord:
    """A word of a closed list that is not ours, how often it stands there, and what ours may be meant."""

    column: str
    heading: str
    word: str
    count: int
    ours: tuple[str, ...]  # what can be chosen
    chosen: str = ""


@dataclass(frozen=True, slots=True)
class MappingTrial:
    """What came of reading every row of a file by what was said: how many were read, how many refused, and the first reasons."""

    rows: int
    refused: int
    problems: tuple[Problem, ...]
    problems_in_all: int
    notices: tuple[str, ...]
    words: tuple[StrangeWord, ...] = ()


class FileMapper(Protocol):
    """Looks at files of unknown form, tries what is said of them, and writes it as the text of a mapping profile."""

    def look(self, path: Path, *, name: str, feed: str, sheet: str, heading_line: int) -> FileLook:
        """A first look at a file as one of a feed; line 0: the heading is looked for."""
        ...

    def try_out(self, path: Path, *, name: str, facts: MappingFacts, seen: FileLook, on: date, lists: Lists) -> MappingTrial:
        """Reads every row by what is said. `lists`: the words of columns whose list is no part of the feed. Raises MappingError."""
        ...

    def first_facts(self, seen: FileLook, *, feed: str, system: str, lists: Lists) -> MappingFacts:
        """What a look suggests."""
        ...

    def with_words(self, facts: MappingFacts, seen: FileLook, lists: Lists) -> MappingFacts:
        """The same with what is suggested for words of closed lists of which nothing was said."""
        ...

    def example(self, form: str) -> str:
        """How a day written in this form looks."""
        ...

    def text_of(self, name: str, title: str, facts: MappingFacts) -> str:
        """The text of a mapping profile, which a file may hold. Raises MappingError."""
        ...

    def facts_of(self, text: str) -> tuple[str, MappingFacts]:
        """The title of a profile and what it says. Raises MappingError."""
        ...


def as_plain(value: Any) -> dict[str, Any]:
    """Any of these values as plain data, to be kept with a draft."""
    return asdict(value)


def look_from(kept: Mapping[str, Any]) -> FileLook:
    """A look as it was kept."""
    problem = Problem(**kept["problem"]) if kept["problem"] else None
    columns = tuple(LookedColumn(**{**each, **{n: _rows(each[n]) for n in ("samples", "words", "forms")}}) for each in kept["columns"])
    return FileLook(**{**kept, "columns": columns, "sheets": tuple(kept["sheets"]), "problem": problem})


def facts_from(kept: Mapping[str, Any]) -> MappingFacts:
    """What was said, as it was kept."""
    return MappingFacts(**kept)


def trial_from(kept: Mapping[str, Any]) -> MappingTrial:
    """What came of a trial, as it was kept."""
    words = tuple(StrangeWord(**{**each, "ours": tuple(each["ours"])}) for each in kept["words"])
    problems = tuple(Problem(**each) for each in kept["problems"])
    return MappingTrial(**{**kept, "problems": problems, "notices": tuple(kept["notices"]), "words": words})


def _rows(kept: list[Any]) -> tuple[Any, ...]:
    return tuple(tuple(each) if isinstance(each, list) else each for each in kept)
