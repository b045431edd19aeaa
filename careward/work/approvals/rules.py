"""Who may decide what: exactly what they saw, never for themselves, never what they asked for, each person once. Pure."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from careward.core.decision import ALLOWED, Decision, refuse
from careward.core.machine import Machine, Move

DECIDE, ASK = "approvals:approvals:decide", "approvals:approvals:ask"
SHORTEST_REASON = 10  # characters: enough to say something
LEAST_LETTERS = 4  # different ones: "..........", "aaaaaaaaaa" and "no no no no" say nothing
CONTENT = frozenset({"content"})  # what the house holds when what was to be decided is no longer so

APPROVAL = Machine(
    name="approval",
    start="waiting",
    moves=(
        Move("approve", frozenset({"waiting"}), "approved", DECIDE, ("quorum",)),
        Move("refuse", frozenset({"waiting"}), "refused", DECIDE),
        Move("withdraw", frozenset({"waiting"}), "withdrawn", ASK),
        Move("go_stale", frozenset({"waiting", "approved"}), "stale", "content"),
    ),
    ends=frozenset({"approved", "refused", "withdrawn", "stale"}),
)
STATE_WORDS = {
    "waiting": "Waits for a decision",
    "approved": "Approved",
    "refused": "Refused",
    "withdrawn": "Withdrawn",
    "stale": "Out of date",
}


@dataclass(frozen=True, slots=True)
class Who:
    """Somebody who asks or decides: as the ledger names them, the person they are, and the managers they are deputy for that day."""

    name: str  # "user/7", "cli/ann", "job/nightly"
    person_id: int | None = None
    deputy_for: frozenset[int] = frozenset()

    def is_same(self, other: "Who") -> bool:
        """Whether both are one person, whatever the account they act by."""
        return self.name == other.name or (self.person_id is not None and self.person_id == other.person_id)


@dataclass(frozen=True, slots=True)
class Answer:
    """One person's yes or no to what had a digest."""

    by: Who
    digest: str
    approves: bool


@dataclass(frozen=True, slots=True)
class Matter:
    """What is to be decided, and by whom it may not be."""

    digest: str
    asked_by: Who
    asker_may_decide: bool = False
    about_id: int | None = None  # the person it is for
    approver_id: int | None = None  # the one named person who decides, or their deputy; None: whoever has the permission
    quorum: int = 1
    reason_needed: bool = True
    answers: tuple[Answer, ...] = ()


@dataclass(frozen=True, slots=True)
class Content:
    """Exactly what somebody decides about, as they see it. `bound` holds the digests of what is too long to show."""

    facts: tuple[tuple[str, str], ...] = ()
    reasons: tuple[Mapping[str, str], ...] = ()
    heads: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()  # the first
    of: int = 0  # how many there are in all
    bound: Mapping[str, str] = field(default_factory=dict)

    def as_data(self) -> dict[str, Any]:
        """The content as plain values, to keep and to digest."""
        return {
            "facts": [list(f) for f in self.facts], "reasons": [dict(r) for r in self.reasons], "heads": list(self.heads),
            "rows": [list(r) for r in self.rows], "of": self.of, "bound": dict(self.bound),
        }  # fmt: skip


def digest_of(content: Mapping[str, Any]) -> str:
    """SHA-256 of the content as canonical JSON: sorted keys, no blanks, UTF-8."""
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def reason_given(reason: str) -> Decision:
    """A decision says why, in a sentence that somebody else can judge later."""
    said = " ".join(reason.split())
    if len(said) >= SHORTEST_REASON and len({c for c in said.casefold() if c.isalnum()}) >= LEAST_LETTERS:
        return ALLOWED
    return refuse("reason.missing", "house", "Nothing says why", "Say why in a sentence, so that somebody else can judge it later")


def may_answer(question: Matter, *, who: Who, may: Decision, seen: str, approves: bool, reason: str) -> Decision:
    """Whether somebody may say yes or no: they hold the right (`may`), they saw what it is now, it is not theirs, and they say why."""
    decision = may & _named(question, who) & _unchanged(question.digest, seen) & _not_theirs(question, who) & _once(question, who)
    return decision & (reason_given(reason) if question.reason_needed or not approves else ALLOWED)


def _named(question: Matter, who: Who) -> Decision:
    if question.approver_id is None or question.approver_id == who.person_id or question.approver_id in who.deputy_for:
        return ALLOWED
    return refuse("approval.not_yours", "house", "One named person decides this, or their deputy", "Ask them")


def _unchanged(digest: str, seen: str) -> Decision:
    if seen == digest:
        return ALLOWED
    what = "What is to be decided has changed since you looked at it"
    return refuse("approval.changed", "house", what, "Look at it as it is now, then decide")


def _not_theirs(question: Matter, who: Who) -> Decision:
    decision = ALLOWED
    if question.about_id is not None and question.about_id == who.person_id:
        decision &= refuse("approval.oneself", "house", "It is about you, and nobody decides for themselves", "Ask somebody else to decide")
    if not question.asker_may_decide and who.is_same(question.asked_by):
        decision &= refuse("approval.asker", "house", "You asked for it, so somebody else decides", "Ask somebody else to decide")
    return decision


def _once(question: Matter, who: Who) -> Decision:
    if not any(who.is_same(a.by) for a in question.answers):
        return ALLOWED
    return refuse("approval.answered", "house", "You have decided this already", "Nothing more is needed of you")


def enough(question: Matter) -> Decision:
    """Whether as many different persons as are needed have approved exactly this, and nobody who may not."""
    yes: list[Who] = []
    for answer in question.answers:
        counts = answer.approves and answer.digest == question.digest and bool(_not_theirs(question, answer.by))
        if counts and not any(answer.by.is_same(w) for w in yes):
            yes.append(answer.by)
    if len(yes) >= question.quorum:
        return ALLOWED
    return refuse("approval.too_few", "house", f"{len(yes)} of {question.quorum} who must approve have done so", "Ask another to decide")


def stands_for(*, state: str, digest: str, content: Mapping[str, Any]) -> bool:
    """Whether an approval counts for a content: it was approved, and for exactly that."""
    return state == "approved" and digest == digest_of(content)


def may_withdraw(question: Matter, who: Who) -> Decision:
    """Whether somebody may take a question back: whoever asked."""
    if who.is_same(question.asked_by):
        return ALLOWED
    return refuse("approval.not_asked_by_you", "house", "Somebody else asked for this", "Refuse it, or ask them to withdraw it")


def first_reason(reasons: Iterable[Mapping[str, str]]) -> str:
    """What a list says of a question in one line."""
    return next((r["detail"] for r in reasons if r.get("detail")), "")
