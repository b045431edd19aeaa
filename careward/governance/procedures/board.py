"""One sheet for the board: what is to put right over twelve months, by directorate, and the duties with most; and by system and team."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from careward.access.accounts.changes import ClauseChange, changes_since
from careward.access.accounts.rules.months import CaseGroup, CaseMonth, CaseTrend, month_ends
from careward.access.accounts.trend import trend
from careward.governance.procedures.carried import PlacedClause, clauses
from careward.governance.procedures.queries import Duty, Procedure, all_procedures, in_force
from careward.governance.procedures.rules import DutyFigures, figures
from careward.web.pictures import ColumnPicture, PictureColumn, column_picture, mini_bar
from careward.web.words import day, plural

WORST = 5
SAME = "as many"


@dataclass(frozen=True, slots=True)
class BoardLine:
    """A system, directorate or team in a row: its figures now, what they were at the end of a month, and how long its bar is."""

    title: str
    to_put_right: int
    late: int
    before: int | None
    bar: float
    found: int
    put_right: int

    @property
    def change(self) -> str:
        return changed(self.to_put_right, self.before)


@dataclass(frozen=True, slots=True)
class BoardSheet:
    """What the board is told: every figure is one of a page that it links to."""

    procedures: tuple[Procedure, ...]
    figures: DutyFigures
    trend: CaseTrend
    against: CaseMonth  # the month that it is compared with
    choices: tuple[CaseMonth, ...]  # the ends of months of which something is known, latest first
    worst: tuple[tuple[Procedure, Duty], ...]
    compared_at: datetime | None

    @property
    def accounts(self) -> int:
        """The cases that are accounts under a clause: these have a history."""
        return self.trend.whole.now.to_put_right or 0

    @property
    def others(self) -> int:
        """The cases that are none: documents past their review, systems that a register lists and are not here."""
        return self.figures.cases - self.accounts

    @property
    def late(self) -> int:
        return sum(d.late for p in self.procedures for d in p.duties)

    @property
    def change(self) -> str:
        """'38 fewer than', 'as many as'; nothing where nobody knows what it was."""
        return _than(changed(self.accounts, self.against.to_put_right))

    @property
    def late_change(self) -> str:
        return _than(changed(self.trend.whole.now.late or 0, self.against.late))

    @property
    def in_worst(self) -> int:
        return sum(duty.to_put_right for _, duty in self.worst)


def _than(words: str) -> str:
    return f"{words} {'as' if words == SAME else 'than'}" if words else ""


def changed(now: int, before: int | None) -> str:
    """'38 fewer', '5 more', 'as many'; nothing where nobody knows what it was."""
    if before is None:
        return ""
    return SAME if now == before else f"{abs(now - before):,} {'fewer' if now < before else 'more'}"


def board_sheet(*, organisation_id: int, on: date, against: str = "") -> BoardSheet | None:
    """The sheet of a day, compared with the end of the month before or of another that is asked for; None while no document is in force."""
    running = all_procedures(organisation_id=organisation_id, on=on)
    if not running:
        return None
    before = _asked(against, on)
    counted = {d.clause.id for p in running for d in p.duties}
    found = trend(organisation_id, counted, today=on, since=before)
    known = tuple(m for m in reversed(found.whole.months[:-1]) if m.to_put_right is not None)
    earlier = next(m for m in found.whole.months if m.on == before)
    duties = [(p, d) for p in running for d in p.duties if d.to_put_right]
    worst = sorted(duties, key=lambda each: (-each[1].to_put_right, -each[1].late, each[1].clause.id))[:WORST]
    whole = figures(d for p in running for d in p.duties)
    return BoardSheet(running, whole, found, earlier, known, tuple(worst), running[0].compared_at)


def _asked(against: str, on: date) -> date:
    """The end of a month like 2026-10 that the sheet reaches back to; else that of the month before."""
    ends = month_ends(on)[:-1]
    return next((end for end in ends if f"{end:%Y-%m}" == against), ends[-1])


def changed_since(*, organisation_id: int, on: date, since: date, document: str = "") -> tuple[tuple[PlacedClause, ClauseChange], ...]:
    """The clauses in force, of one document or all, under which something was found or put right after a day, most first."""
    running = [each for each in in_force(organisation_id=organisation_id, on=on) if document in ("", each.document.code)]
    known = {c.id: clauses()[c.id] for each in running for c in each.document.clauses}
    return tuple((known[c.clause], c) for c in changes_since(organisation_id, known, since=since))


@dataclass(frozen=True, slots=True)
class SinceThen:
    """How many things were found and put right since somebody was last here: the sums of the list that it leads to."""

    since: date
    found: int
    put_right: int


def since_then(*, organisation_id: int, on: date, since: date | None, document: str = "") -> SinceThen | None:
    """What changed since a day, of one document or all; None where no day is known."""
    if since is None:
        return None
    changed = changed_since(organisation_id=organisation_id, on=on, since=since, document=document)
    return SinceThen(since, sum(c.found for _, c in changed), sum(c.put_right for _, c in changed))


def lines(groups: Iterable[CaseGroup], against: date) -> tuple[BoardLine, ...]:
    """The groups as rows."""
    known = list(groups)
    most = max((g.now.to_put_right or 0 for g in known), default=0)
    return tuple(
        BoardLine(
            g.title, g.now.to_put_right or 0, g.now.late or 0, next(m for m in g.months if m.on == against).to_put_right,
            mini_bar(g.now.to_put_right or 0, most), g.found, g.put_right,
        )
        for g in known
    )  # fmt: skip


def picture(group: CaseGroup) -> ColumnPicture:
    """Twelve columns of what is to put right, and of these the late ones."""
    rows = (("To put right, at the end of each month", "to_put_right", 104), ("Of these, late", "late", 46))
    return column_picture(
        [(title, [PictureColumn(f"{m.on:%b}", getattr(m, name)) for m in group.months], high) for title, name, high in rows]
    )


def says(group: CaseGroup) -> str:
    """The picture in words: for who cannot see it."""
    known = [m for m in group.months if m.to_put_right is not None]
    if not known:
        return "Nothing is known yet: no accounts have been compared."
    first, now = known[0], known[-1]
    words = f"On {day(now.on)} {plural(now.to_put_right or 0, 'case')} to put right, {now.late:,} late."
    if first is now:
        return f"{words} Of earlier months nothing is known."
    return f"{words} On {day(first.on)}, the first month of which anything is known, it was {first.to_put_right:,}, {first.late:,} late."
