"""What one file of a load does: the parts every feed's plan is made of. Rows are handed on to be written block by block."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from careward.access.feeds.doubts import Doubts
from careward.access.feeds.merge import (
    Arranged,
    Cells,
    Difference,
    Refusals,
    Row,
    Standing,
    arrange,
    check,
    given_columns,
    keep_refused_rows,
)
from careward.access.feeds.rules import FileFigures
from careward.access.feeds.world import World
from careward.access.feeds.writing import Born, Ink, Write
from careward.core.blocks import Block
from careward.core.ids import plain
from careward.core.ports import FeedFile, Problem
from careward.evidence.rows.shapes import Shape
from careward.people.staff.shapes import ASSIGNMENT, PERSON

MOST_SAMPLES = 20
MOST_PROBLEMS = 1_000
SHOWN_LINES = 10


@dataclass(slots=True)
class Planned:
    """What one file would do, or has done; `digest` stands for the rows it was worked out against, `before` puts them back."""

    file: FeedFile
    figures: FileFigures
    problems: list[Problem]  # the first thousand
    problems_in_all: int
    notices: list[str]
    samples: dict[str, Any]
    digest: str
    before: bytes


Like = Callable[[str], str]


@dataclass(slots=True)
class Work:
    """Some rows of one file being planned: their cells, what was refused of them, and the world they are held against."""

    file: FeedFile
    lines: Sequence[int]
    cells: Cells
    world: World
    refusals: Refusals

    @property
    def blank(self) -> list[str]:
        """A blank cell for each row, for a column that the file lacks."""
        return [""] * len(self.lines)

    def refer(
        self, column: str, known: dict[str, int], what: str, remedy: str, *, optional: bool = False, like: Like = lambda _: ""
    ) -> list[int | None]:
        """The ids that a column's values name, however written; a row that names nobody is refused, beside one that its cell is `like`."""
        if (found := list(map(known.get, self.cells.get(column, ())))) and None not in found:  # nearly always written as we know it
            return found
        values = [plain(v) for v in self.cells.get(column) or self.blank]
        found = list(map(known.get, values))
        if None in found:
            for index, number in enumerate(found):
                if number is None and not (optional and not values[index]):
                    given = self.cells[column][index] if column in self.cells else ""
                    told = f"“{given}” {what}{like(given)}" if given else "The cell is blank"
                    self.refusals.add(index, column, told, remedy)
        return found

    def refer_person(self, column: str) -> list[int | None]:
        """The ids of the persons whose employee numbers a column gives."""
        remedy = "Correct the number, or add the person to staff.csv"
        return self.refer(column, self.world.people, "is not the employee number of anyone here", remedy, like=self._noughts)

    def _noughts(self, number: str) -> str:
        like = self.world.like(number)
        return f"; {like} is, which differs in leading noughts alone" if like else ""

    def arrange(self, shape: Shape, *, wanted: Sequence[int] | None = None) -> Arranged:
        return arrange(shape, self.cells, self.refusals, self.world.storing, wanted=wanted, canonical=self.file.canonical)


@dataclass(slots=True)
class Tally:
    """What became of the rows of one table so far."""

    standing: int = 0
    added: int = 0
    changed: int = 0
    gone: int = 0
    spared: int = 0
    unsure: int = 0
    passing: int = 0
    had: dict[str, int] = field(default_factory=dict)
    lost: dict[str, int] = field(default_factory=dict)

    def count(self, difference: Difference) -> None:
        """Adds what some rows do; one that came back counts as added."""
        self.added += len(difference.added) + len(difference.back)
        self.changed += len(difference.changed)
        self.gone += len(difference.gone)
        self.passing += difference.passing
        for name, count in difference.lost.items():
            self.lost[name] = self.lost.get(name, 0) + count

    @property
    def blanked(self) -> dict[str, tuple[int, int]]:
        return {name: (self.had[name], count) for name, count in self.lost.items() if count}


class FilePlan:
    """One file on its way into the tables: what was counted, refused and shown of it so far."""

    def __init__(self, file: FeedFile, world: World, ink: Ink) -> None:
        self.file, self.world, self.ink = file, world, ink
        self.notices: list[str] = []
        self._doubts = Doubts(file.feed, world.on)
        self.samples: dict[str, list[Any]] = {"added": [], "changed": [], "gone": []}
        self.rows = self.refused = 0
        self._problems: list[Problem] = []
        self._unlisted = 0

    def work(self, block: Block, *shapes: Shape) -> Work:
        """Begins with some rows: those whose cells cannot stand in these tables are refused."""
        work = Work(self.file, block.lines, block.cells, self.world, Refusals(self.file.name, block.lines))
        self._doubts.note(work.cells)
        for shape in () if self.file.canonical else shapes:
            check(shape, work.cells, work.refusals)
        return work

    def done_with(self, work: Work) -> None:
        """Counts the rows of a block and keeps its problems."""
        self.rows += len(work.lines) - len(work.refusals.rows)
        self.refused += len(work.refusals.rows)
        self.tell(work.refusals.problems)

    def tell(self, problems: Sequence[Problem]) -> None:
        """Keeps what was not understood, whether it refused a row or not."""
        room = max(0, MOST_PROBLEMS - len(self._problems))
        self._problems += problems[:room]
        self._unlisted += len(problems[room:])

    def take(self, shape: Shape, difference: Difference, fixed: Row, there: dict[Any, Row] | None = None, born: Born | None = None) -> None:
        """Hands on what a table gains and changes, and shows the first rows of it."""
        added = self.world.take_in(shape, difference, there)
        self.ink.put(Write(shape, added, list(difference.moved), fixed, born))
        if any(len(kept) < MOST_SAMPLES for kept in self.samples.values()):
            self.show(samples_of(self.world, shape, difference))

    def show(self, samples: dict[str, list[Any]]) -> None:
        for kind, kept in self.samples.items():
            kept += samples[kind][: MOST_SAMPLES - len(kept)]

    def missing(self, shape: Shape, stood: Standing, spared: set[Any], tally: Tally) -> Difference:
        """Who is gone by a full list. A row that the file holds but cannot be read is not gone, as long as it can be told which one."""
        found = Difference()
        if not self.file.snapshot or not shape.gone:
            return found
        found.gone = stood.missing(spared, self.world.today)
        if self.file.refused and found.gone and self.file.refused_keys is None:
            tally.unsure += len(found.gone)
            found.gone.clear()
        elif self.file.refused and found.gone:
            tally.spared += keep_refused_rows(shape, found, self.file, self.world.named)
        return found

    def say_spared(self, shape: Shape, tally: Tally) -> None:
        """Says of which rows it cannot be told that they are gone."""
        what = {PERSON.table: "Persons", ASSIGNMENT.table: "Posts"}.get(shape.table, "Rows")
        if tally.unsure:
            self.notices.append(f"{what} missing from the list, kept as they are for now: {tally.unsure:,}. {_mend(self.file)}")
        if tally.spared:
            self.notices.append(
                f"{what} whose row was refused, kept as they were: {tally.spared:,}. Put right the rows listed as problems."
            )

    def planned(self, tally: Tally, *, changed: int | None = None, blanked: dict[str, tuple[int, int]] | None = None) -> Planned:
        """What the file came to, by the counts of its own rows."""
        file = self.file
        changed = tally.changed if changed is None else changed
        figures = FileFigures(
            file.name,
            rows=self.rows,
            refused=file.refused + self.refused,
            standing=tally.standing,
            added=tally.added,
            changed=changed,
            unchanged=self.rows - tally.added - changed,
            gone=tally.gone,
            passing=tally.passing,
            blanked=tally.blanked if blanked is None else blanked,
        )
        return self._ended(figures, [])

    def unusable(self, problem: Problem) -> Planned:
        """A file that as a whole cannot be used."""
        figures = FileFigures(self.file.name, rows=0, refused=self.file.refused + len(self.file.rows), usable=False)
        return self._ended(figures, [problem])

    def _ended(self, figures: FileFigures, more: list[Problem]) -> Planned:
        problems = [*self.file.problems, *self._problems, *more]
        in_all = len(problems) + self._unlisted
        notices = [*self.file.notices, *self._doubts.notices(), *self.notices]
        digest, before = self.ink.dry()
        return Planned(self.file, figures, problems[:MOST_PROBLEMS], in_all, notices, self.samples, digest, before)


Prepare = Callable[[Work], Iterable[Write]]  # fills the cells that a file does not say; what is to be written first


class Filling:
    """One table being filled from a file: part by part, and each part some thousands of rows at a time."""

    def __init__(
        self,
        plan: FilePlan,
        shape: Shape,
        *,
        prepare: Prepare,
        there: dict[Any, Row] | None = None,
        watch: Callable[[Difference], None] = lambda _: None,
        born: Born | None = None,
    ) -> None:
        self.plan, self.shape, self._prepare, self._there, self._watch, self._born = plan, shape, prepare, there, watch, born
        self.tally = Tally()

    def part(self, blocks: Iterable[Block], standing: Sequence[Row], fixed: Row) -> None:
        """Holds rows against what stands; whatever of it the rows do not name is gone by a full list."""
        shape, plan = self.shape, self.plan
        stood: Standing | None = None
        taken: dict[Any, int] = {}
        spared: set[Any] = set()
        for block in blocks:
            work = plan.work(block, shape)
            for write in self._prepare(work):
                plan.ink.put(write)
            arranged = arrange(shape, work.cells, work.refusals, plan.world.storing, taken=taken, canonical=plan.file.canonical)
            taken.update(zip(arranged.rows, map(work.lines.__getitem__, arranged.at.values()), strict=True))
            spared |= arranged.spared
            stood = stood or self._stand(standing, given_columns(shape, work.cells))
            self._take(stood.meet(arranged), fixed)
            plan.done_with(work)
        stood = stood or self._stand(standing, given_columns(shape, {}))
        self._take(plan.missing(shape, stood, spared, self.tally), fixed)

    def _stand(self, rows: Sequence[Row], given: frozenset[str]) -> Standing:
        stood = Standing(self.shape, rows, given=given)
        self.tally.standing += stood.count
        for name, count in stood.had.items():
            self.tally.had[name] = self.tally.had.get(name, 0) + count
        return stood

    def _take(self, difference: Difference, fixed: Row) -> None:
        self.tally.count(difference)
        self._watch(difference)
        self.plan.take(self.shape, difference, fixed, self._there, self._born)

    def planned(self) -> Planned:
        """What the file came to."""
        self.plan.say_spared(self.shape, self.tally)
        return self.plan.planned(self.tally)


def _mend(file: FeedFile) -> str:
    """Which rows to mend so that it can be told again who is gone."""
    lines = ", ".join(map(str, file.unkeyed[:SHOWN_LINES])) + (" ..." if len(file.unkeyed) > SHOWN_LINES else "")
    which = f"lines {lines}" if len(file.unkeyed) > 1 else f"line {lines}" if lines else f"the refused rows, {file.refused:,} in all"
    return f"It cannot be told whom or what these rows stand for, and it may be one that is missing; put them right first: {which}."


def samples_of(world: World, shape: Shape, difference: Difference) -> dict[str, list[Any]]:
    """The first rows of each kind in words, for the preview: [name of the row, [[column, was, becomes], ...]]."""
    nothing = (None,) * (len(shape.columns) + 1)
    kinds = {
        "added": [*(((nothing), (0, *row)) for row in _first(difference.added.values())), *_first(difference.back.values())],
        "changed": _first(difference.changed.values()),
        "gone": [(was, nothing) for was, _ in _first(difference.gone.values())],
    }
    if not any(kinds.values()):
        return {kind: [] for kind in kinds}
    words = [partial(world.say, each, world.named(each) if each.refers_to else {}) for each in shape.fields]
    return {kind: [_in_words(shape, words, was, becomes) for was, becomes in pairs[:MOST_SAMPLES]] for kind, pairs in kinds.items()}


def _first(values: Any) -> list[Any]:
    return [value for value, _ in zip(values, range(MOST_SAMPLES), strict=False)]


def _in_words(shape: Shape, words: Sequence[Callable[[Any], str]], was: Row, becomes: Row) -> list[Any]:
    pairs = zip(shape.fields, words, was[1:], becomes[1:], strict=False)
    facts = [[f.column, say(old), say(new)] for f, say, old, new in pairs if old != new]
    row = becomes if becomes[0] is not None else was
    named = [say(v) for say, v in zip(words[: shape.key], row[1:], strict=False)]
    return [", ".join(n for n in named if n), [fact for fact in facts if fact[1] or fact[2]]]
