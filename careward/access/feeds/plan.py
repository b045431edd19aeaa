"""What one file of a load would write, and the parts every feed's plan is made of."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from careward.access.feeds.merge import Arranged, Cells, Difference, Refusals, Row, arrange, as_day, compare, given_columns, spare
from careward.access.feeds.rules import Figures
from careward.access.feeds.world import World
from careward.core.ports import FeedFile, Problem
from careward.evidence.rows.shapes import Shape
from careward.people.staff.shapes import ASSIGNMENT, PERSON

MOST_SAMPLES = 20
MOST_PROBLEMS = 1_000
SHOWN_LINES = 10


@dataclass(frozen=True, slots=True)
class Write:
    """The rows of one table to add (id first) and to change (was, becomes)."""

    shape: Shape
    added: list[Row]
    moved: list[tuple[Row, Row]]
    fixed: Row = ()


@dataclass(slots=True)
class Planned:
    """What one file would do; `digest` stands for the rows it was worked out against."""

    file: FeedFile
    figures: Figures
    problems: list[Problem]
    notices: list[str]
    writes: list[Write] = field(default_factory=list)
    samples: dict[str, Any] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        said = sha256()
        for write in self.writes:
            said.update(f"{write.shape.table} {len(write.added)}\n".encode())
            for was, _ in write.moved:
                said.update(repr(was).encode())
        return said.hexdigest()


@dataclass(slots=True)
class Work:
    """One file being planned: its cells, what was refused of it, and the world it is held against."""

    file: FeedFile
    cells: Cells
    world: World
    refusals: Refusals
    notices: list[str] = field(default_factory=list)

    def refer(self, column: str, known: dict[str, int], what: str, remedy: str, *, optional: bool = False) -> list[int | None]:
        """The ids that a column's values name, case ignored; a row that names nobody is refused."""
        values = [(v or "").strip().casefold() for v in self.cells.get(column, [""] * len(self.file.rows))]
        found = list(map(known.get, values))
        if None in found:
            for index, number in enumerate(found):
                if number is None and not (optional and not values[index]):
                    given = self.cells[column][index] if column in self.cells else ""
                    self.refusals.add(index, column, f"“{given}” {what}" if given else "The cell is blank", remedy)
        return found

    def refer_person(self, column: str) -> list[int | None]:
        remedy = "Correct the number, or add the person to staff.csv"
        return self.refer(column, self.world.people(), "is not the employee number of anyone here", remedy)

    def arrange(self, shape: Shape, *, wanted: Sequence[int] | None = None) -> Arranged:
        return arrange(shape, self.cells, self.refusals, self.world.storing, wanted=wanted)

    def compare(self, shape: Shape, standing: Sequence[Row], arranged: Arranged) -> Difference:
        """The difference to what stands. A row that the file holds but cannot be read is not gone, as long as it can be told which one."""
        day = as_day(self.world.on, self.world.storing)
        given = given_columns(shape, self.cells)
        result = compare(shape, standing, arranged, given=given, gone_on=day, full=self.file.snapshot)
        if self.file.refused and result.gone:
            self._spare(shape, result)
        return result

    def _spare(self, shape: Shape, difference: Difference) -> None:
        if self.file.refused_keys is None:
            self.notices.append(
                f"{_things(shape)} missing from the list, kept as they are for now: {len(difference.gone):,}. {_mend(self.file)}"
            )
            difference.gone.clear()
        elif spared := spare(shape, difference, self.file, self.world.named):
            self.notices.append(
                f"{_things(shape)} whose row was refused, kept as they were: {spared:,}. Put right the rows listed as problems."
            )

    def planned(self, writes: list[Write], figures: Figures, samples: dict[str, Any]) -> Planned:
        problems = [*self.file.problems, *self.refusals.problems]
        used = [w for w in writes if w.added or w.moved]
        return Planned(self.file, figures, problems, [*self.file.notices, *self.notices], used, samples)

    def figures(self, difference: Difference, *, changed: int | None = None, blanked: dict[str, tuple[int, int]] | None = None) -> Figures:
        """The counts of the file's own rows; a row that came back counts as added."""
        rows = len(self.file.rows) - len(self.refusals.rows)
        added = len(difference.added) + len(difference.back)
        changed = len(difference.changed) if changed is None else changed
        return Figures(
            self.file.name,
            rows=rows,
            refused=self.file.refused + len(self.refusals.rows),
            standing=difference.standing,
            added=added,
            changed=changed,
            unchanged=rows - added - changed,
            gone=len(difference.gone),
            blanked=difference.blanked if blanked is None else blanked,
        )


def _things(shape: Shape) -> str:
    return {PERSON.table: "Persons", ASSIGNMENT.table: "Posts"}.get(shape.table, "Rows")


def _mend(file: FeedFile) -> str:
    """Which rows to mend so that it can be told again who is gone."""
    lines = ", ".join(map(str, file.unkeyed[:SHOWN_LINES])) + (" ..." if len(file.unkeyed) > SHOWN_LINES else "")
    which = f"lines {lines}" if len(file.unkeyed) > 1 else f"line {lines}" if lines else f"the refused rows, {file.refused:,} in all"
    return f"It cannot be told whom or what these rows stand for, and it may be one that is missing; put them right first: {which}."


def merged(work: Work, shape: Shape, standing: Sequence[Row], fixed: Row, held: dict[Any, Row] | None = None) -> tuple[Write, Difference]:
    """Arranges the file's rows for one table and compares them with what stands there."""
    difference = work.compare(shape, standing, work.arrange(shape))
    return Write(shape, work.world.take_in(shape, difference, held), list(difference.moved), fixed), difference


def unusable(file: FeedFile, problem: Problem) -> Planned:
    """A file that as a whole cannot be used."""
    figures = Figures(file.name, rows=0, refused=file.refused + len(file.rows), usable=False)
    return Planned(file, figures, [*file.problems, problem], list(file.notices))


def samples_of(world: World, shape: Shape, difference: Difference) -> dict[str, Any]:
    """The first rows of each kind in words, for the preview: [name of the row, [[column, was, becomes], ...]]."""
    nothing = (None,) * (len(shape.columns) + 1)
    kinds = {
        "added": [*(((nothing), (0, *row)) for row in _first(difference.added.values())), *_first(difference.back.values())],
        "changed": _first(difference.changed.values()),
        "gone": [(was, nothing) for was, _ in _first(difference.gone.values())],
    }
    return {kind: [_in_words(world, shape, was, becomes) for was, becomes in pairs[:MOST_SAMPLES]] for kind, pairs in kinds.items()}


def _first(values: Any) -> list[Any]:
    return [value for value, _ in zip(values, range(MOST_SAMPLES), strict=False)]


def _in_words(world: World, shape: Shape, was: Row, becomes: Row) -> list[Any]:
    pairs = zip(shape.fields, was[1:], becomes[1:], strict=False)
    facts = [[f.column, world.say(f, old), world.say(f, new)] for f, old, new in pairs if old != new]
    row = becomes if becomes[0] is not None else was
    named = [world.say(f, v) for f, v in zip(shape.fields[: shape.key], row[1:], strict=False)]
    return [", ".join(n for n in named if n), [fact for fact in facts if fact[1] or fact[2]]]
