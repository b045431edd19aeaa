"""When a task may move. Pure."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from careward.core.decision import ALLOWED, Decision, refuse
from careward.core.machine import Machine, Move
from careward.core.rights import NO_RIGHTS, Rights

DO, SEE, TOLD_LATE = "tasks:tasks:do", "tasks:tasks:see", "tasks:tasks:told_late"
READ_BACK = frozenset({"read_back"})  # what the house holds when the next export has shown how it is

TASK = Machine(
    name="task",
    start="open",
    moves=(
        Move("say_done", frozenset({"open"}), "said_done", DO),
        Move("answer", frozenset({"open"}), "answered", DO),
        Move("pass_on", frozenset({"open"}), "open", DO),  # not mine, it is somebody else's; or it cannot be done
        Move("take_back", frozenset({"said_done", "answered"}), "open", DO),
        Move("reopen", frozenset({"said_done", "answered"}), "open", "read_back"),
        Move("close", frozenset({"open", "said_done", "answered"}), "closed", "read_back"),
    ),
    ends=frozenset({"closed"}),
)


@dataclass(frozen=True, slots=True)
class Doer:
    """Who wants to do the task: their person, the managers they stand in for today, and their rights."""

    person_id: int | None
    stands_in_for: frozenset[int]
    rights: Rights = NO_RIGHTS
    organisation_id: int | None = None  # at which these are theirs; none for a doer of no one organisation, as a test makes one

    def named(self, assignee_id: int | None) -> bool:
        """Whether a task is named to them, or to someone they stand in for."""
        return assignee_id is not None and (assignee_id == self.person_id or assignee_id in self.stands_in_for)

    def holds(self, *, system_code: str, assignee_id: int | None) -> frozenset[str]:
        """What they may do to a task. One named to them is theirs by their name, whatever the system; any other by its system."""
        if self.named(assignee_id) or not system_code:
            return self.rights.on()
        return self.rights.on(system_code)


def is_theirs(*, role: str, system_code: str, assignee_id: int | None, doer: Doer) -> bool:
    """Whether a task is this person's: named to them, to someone they stand in for, or to a role they hold for that system."""
    return doer.named(assignee_id) if assignee_id is not None else doer.rights.has_role(role, system=system_code)


def yours(*, theirs: bool) -> Decision:
    """Whether a task is the doer's."""
    return ALLOWED if theirs else refuse("task.not_yours", "house", "This task is for someone else", "Ask them, or their deputy")


def not_about_themselves(*, about_themselves: bool) -> Decision:
    """Nobody approves or mends their own access (DESIGN principle 3)."""
    if not about_themselves:
        return ALLOWED
    return refuse("task.about_yourself", "house", "This task is about your own access", "Ask your manager or another administrator")


def not_for_themselves(*, for_themselves: bool) -> Decision:
    """Nobody says that an account is their own: somebody else who may answer says so."""
    if not for_themselves:
        return ALLOWED
    return refuse("task.oneself", "house", "You have named yourself, and nobody decides for themselves", "Ask somebody else to answer")


def seen_digest(*, title: str, why: str, otherwise: str, link: str, question: Mapping[str, Any] | None) -> str:
    """SHA-256 over everything that somebody who answers is shown."""
    return hashlib.sha256(json.dumps([title, why, otherwise, link, question], sort_keys=True).encode()).hexdigest()


def unchanged(*, shown: str, seen: str | None) -> Decision:
    """Whether the task is still what they saw. `seen` is None where a program answers what it has just read."""
    if seen in (None, shown):
        return ALLOWED
    return refuse("task.changed", "house", "This task has changed since you opened it", "Read it again as it is now, then answer")


def may_say_done(*, theirs: bool, about_themselves: bool, evidence: str, clause: str) -> Decision:
    """Whether someone may say a task is done: it is theirs, it is not about their own access, and they say what they did.

    `clause` is the one that asks for the evidence (EL-023).
    """
    decision = yours(theirs=theirs) & not_about_themselves(about_themselves=about_themselves)
    return decision & (
        ALLOWED
        if evidence.strip()
        else refuse("evidence.missing", clause, "Nothing says what was done", "Say what you did and where, like 'Locked in PARIS, 10:31'")
    )


BY_HAND = frozenset({"lock", "close", "amend", "reopen"})  # steps somebody takes in the system, and says that they took
SHUTTING = frozenset({"lock", "close"})  # of these, the ones that may also be asked about
MOVED_ON = {"said_done": "It is already said to be done", "answered": "It is answered already", "closed": "It is done already"}


def still_open(state: str) -> Decision:
    """Whether a task is still to be done: one that was chosen from a list may have moved on since."""
    if state == "open":
        return ALLOWED
    return refuse("task.moved_on", "house", MOVED_ON[state], "Nothing more is needed of you here")


def ends_by_saying_so(*, asks: bool, step: str) -> Decision:
    """Whether a task ends by somebody saying that it is done: one that asks ends by its answer, unless it may be shut as well."""
    if not asks or step in SHUTTING:
        return ALLOWED
    return refuse("task.asks", "house", "It asks a question", "Open it and answer")


def may_give(*, theirs: bool, able: bool, about_them: bool) -> Decision:
    """Whether a task may be given to somebody: it is the giver's, and whoever is to do it does such work and is not whom it is about."""
    decision = yours(theirs=theirs)
    if about_them:
        decision &= refuse("whom.about_them", "house", "It is about their own access", "Give it to somebody else")
    elif not able:
        decision &= refuse("whom.not_able", "house", "They do not do this work, and stand in for nobody who does", "Choose somebody else")
    return decision


def may_note(*, seen: bool, note: str) -> Decision:
    """Whether somebody may write a note on a task: they may see it, and write something."""
    decision = ALLOWED if seen else refuse("task.not_seen", "house", "This task is not yours to see", "Ask whoever does it")
    return decision & (ALLOWED if note.strip() else refuse("note.missing", "house", "Nothing is written", "Enter the note"))


def stands_until(answer: str, *, until: date | None, due_on: date, today: date) -> date | None:
    """The last day an answer stands for, after which the task is to be done again if its cause is still there; None: until proved.

    What waits for somebody's decision holds its task no longer than the day it was due.
    """
    if answer == "approve":
        return max(due_on, today)
    coming = answer == "gone" and until is not None and until >= today
    return until if answer in ("still_needed", "arranged") or coming else None


def group_of(*, due_on: date, today: date, week_ends_on: date) -> str:
    """Where a task stands in the inbox: late, today, week or later."""
    if due_on < today:
        return "late"
    if due_on == today:
        return "today"
    return "week" if due_on <= week_ends_on else "later"
