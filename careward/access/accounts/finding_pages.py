"""One finding as its page shows it: what is wrong and where, who acts, and what each comparison did with it and why."""

from dataclasses import dataclass
from datetime import date

from careward.access.accounts.finding_lines import FindingLine, Reach, findings_within, line_of, places
from careward.access.accounts.models import Finding, FindingMove
from careward.core.room import Happening
from careward.web.words import first_upper, written_out
from careward.work.approvals.queries import name_of

DONE = {
    "begin": "Found",
    "ask": "Given to somebody as a task",
    "settle": "Already so: nobody need act",
    "hold_back": "Held back, because too much would change at once",
    "close": "Put right, or found no longer",
    "tell_anew": "Told anew",
}
OF_ITSELF = "found"  # the note of what a comparison does with what it has just found: it says no more than that


@dataclass(frozen=True, slots=True)
class FindingSeen:
    """A finding, open or closed, with its history, newest first."""

    line: FindingLine
    asks: str  # what is asked of whoever acts: the title of its task, or the step alone
    closed_on: date | None
    history: tuple[Happening, ...]


def finding_seen(within: Reach, finding_id: int) -> FindingSeen | None:
    """One finding within someone's reach, or None: three queries, and the name of whoever had the accounts compared."""
    rows = findings_within(within, Finding.objects.filter(pk=finding_id))
    row = rows.select_related("person", "system", "manager", "task").first()
    if row is None:
        return None
    line = line_of(row, places(within, [row.pk]).get(row.pk, ()))
    return FindingSeen(line, row.task.title if row.task else line.step_words, row.closed_on, finding_history(row.pk))


def finding_history(finding_id: int) -> tuple[Happening, ...]:
    """What each comparison did with a finding and why, newest first; whoever asks has asked for the finding first."""
    moves = list(FindingMove.objects.filter(finding_id=finding_id).order_by("-id"))
    names = {by: name_of(by) for by in {m.by for m in moves}}
    return tuple(Happening(m.at, f"{DONE.get(m.move, m.move)}, by {names[m.by]}", _why(m.note)) for m in moves)


def _why(note: str) -> str:
    return "" if note in ("", OF_ITSELF) else f"{first_upper(written_out(note))}."
