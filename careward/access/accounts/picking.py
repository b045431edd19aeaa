"""What of a list of findings somebody may act on at once: findings of one kind, a rule and its clause, whose tasks wait for them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from careward.access.accounts.finding_lines import FindingLine, Reach, open_findings
from careward.access.accounts.queries import Sort
from careward.access.accounts.rules.states import TO_PUT_RIGHT
from careward.access.accounts.tasks import asks
from careward.web import lists
from careward.web.lists import Asked, Listing
from careward.web.permission import Viewer
from careward.work.tasks.queries import doer_of, theirs
from careward.work.tasks.rules import BY_HAND, DO
from careward.work.tasks.worklists import MOST


@dataclass(frozen=True, slots=True)
class Picking:
    """The findings of a list that wait for somebody: all that one act takes, those on this page, and what their tasks end by."""

    every: tuple[int, ...]
    here: frozenset[int]
    answers: bool
    done: bool
    most: int = MOST


def clauses_of(known: Iterable[Sort], asked: Asked) -> tuple[str, ...]:
    """The clauses that a list of one kind is under, where it is asked for one kind of what is still to put right; else none."""
    codes = asked.of("code")
    if len(codes) != 1 or asked.one("state") != "right":
        return ()
    if clause := asked.one("clause"):
        return (clause,)
    return tuple(sorted({s.clause for s in known if s.code == codes[0] and s.state in TO_PUT_RIGHT}))


def picking(
    viewer: Viewer, within: Reach, listed: Listing, asked: Asked, clauses: Sequence[str], lines: Sequence[FindingLine]
) -> Picking | None:
    """What can be ticked of a list: three queries. None where somebody does no tasks, the list is of several kinds, or nothing waits."""
    if len(clauses) != 1 or not viewer.may(DO):
        return None
    mine = open_findings(within).filter(task__in=theirs(viewer.organisation_id, doer_of(viewer)).filter(state="open"))
    every = tuple(lists.matching(listed, asked, mine).values_list("pk", flat=True)[:MOST])
    here = frozenset(mine.filter(pk__in=[line.id for line in lines]).order_by().values_list("pk", flat=True)) if every else frozenset()
    some = [line for line in lines if line.id in here] or list(lines)
    answers, done = any(asks(line.code, line.step) for line in some), any(line.step in BY_HAND for line in some)
    return Picking(every, here, answers, done or not answers) if every else None
