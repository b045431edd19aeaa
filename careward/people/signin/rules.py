"""Who may hold a role, who may act for a manager, and whether someone may use Careward yet. Pure."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import Enum

from careward.core.days import Period
from careward.core.decision import ALLOWED, Decision, refuse
from careward.core.roles import why_apart
from careward.web.words import day

# NHS information governance guidance: an organisation may not remove its last privacy officer. Without a trust
# administrator nobody could give a role again, so that one is kept as well.
KEPT = {"privacy_officer": "privacy officer", "trust_administrator": "trust administrator"}


GIVE, ADD = "signin:roles:give", "signin:users:add"
KEYBOARD = "cli/"  # how the ledger names whoever is at the machine itself
WARNED = "role.apart"  # the one refusal that a second word lifts
# Those of the invented organisations; names under example are nobody's, so no letter reaches a persona.
PERSONA_DOMAINS = ("@northmoor.example", "@moorland-record.example")


class Over(Enum):
    """Why a session is over."""

    IDLE = "nothing was asked for"
    LONG = "it began long ago"


def session_over(*, begun: int, seen: int, now: int, idle: int, longest: int) -> Over | None:
    """Whether a session is over, all in seconds: too long since something was asked for, or since it began."""
    if now - seen >= idle:
        return Over.IDLE
    return Over.LONG if now - begun >= longest else None


class Step(Enum):
    """What stands between someone signed in and the pages; the first that applies is shown."""

    CHOOSE = "choose which organisation"
    TERMS = "accept the terms"
    SET_UP_FACTOR = "set up a second factor"
    PROVE_FACTOR = "prove the second factor"
    OWN_DATA = "nothing but what is held about them"
    PAGES = "the pages"


@dataclass(frozen=True, slots=True)
class Arrival:
    """What is known of someone who has signed in, at the organisation they chose."""

    organisations: int  # at how many they hold a role today
    chosen: bool
    terms_accepted: bool  # the text in force, not an earlier one
    factor_needed: bool  # by any role held today
    factor_known: bool
    factor_proved: bool  # in this session
    demonstration: bool  # a persona let in by the demonstration door


def next_step(arrival: Arrival) -> Step:
    """The one thing to do before any page (PA-003, LR-027); a factor once held is proved in every session."""
    if arrival.factor_known and not arrival.factor_proved and not arrival.demonstration:
        return Step.PROVE_FACTOR  # before the terms: they are accepted by the person, not by a password
    if not arrival.organisations:
        return Step.OWN_DATA
    if not arrival.chosen:
        return Step.CHOOSE
    if not arrival.terms_accepted:
        return Step.TERMS
    if arrival.factor_needed and not arrival.factor_known and not arrival.demonstration:
        return Step.SET_UP_FACTOR
    return Step.PAGES


@dataclass(frozen=True, slots=True)
class Holding:
    """One period in which someone holds a role; the last day is not in it."""

    user_id: int
    from_on: date
    to_on: date | None = None

    def covers(self, day: date) -> bool:
        return Period(self.from_on, self.to_on).contains(day)


@dataclass(frozen=True, slots=True)
class Gift:
    """A role about to be given. `known` says whether the role exists, `already` the same role they have already.

    `system_known` says whether its system is in the register, `beside` the other roles they hold on some of its days, `knowingly`
    that whoever gives it was told which of these it is better kept apart from.
    """

    role_title: str
    known: bool
    giver: str  # as the ledger names them
    user_id: int
    from_on: date
    to_on: date | None
    already: tuple[Holding, ...] = ()
    role: str = ""
    system: str = ""
    system_known: bool = True
    beside: frozenset[str] = frozenset()
    knowingly: bool = False


def may_give_role(gift: Gift, *, today: date) -> Decision:
    """Whether a role may be given: never to oneself, never backdated, never twice for one day."""
    decision = ALLOWED
    if not gift.known:
        decision &= refuse("role.unknown", "house", "There is no role of that name", "Choose a role from the list")
    if gift.giver == f"user/{gift.user_id}":
        decision &= refuse("role.own", "house", "Nobody gives a role to themselves", "Ask another trust administrator to give it")
    if gift.from_on < today:
        decision &= refuse("role.backdated", "house", f"The first day, {day(gift.from_on)}, has passed", "Enter today or a later day")
    if gift.to_on is not None and gift.to_on <= gift.from_on:
        decision &= refuse("role.period_backward", "house", "The last day is before the first", "Enter a last day on or after the first")
    elif any(_overlap(gift, other) for other in gift.already):
        detail = f"They hold {gift.role_title} on some of these days already"
        decision &= refuse("role.held_already", "house", detail, "End the role they hold first, or choose days after it")
    if gift.system and not gift.system_known:
        detail = f"There is no system {gift.system} in the register"
        decision &= refuse("role.system_unknown", "house", detail, "Choose a system of the register")
    for why in () if gift.knowingly else why_apart(gift.role, gift.beside):
        decision &= refuse(WARNED, "house", why, "Give it only knowingly, and say that you do; or end the other role first")
    return decision


def _overlap(gift: Gift, other: Holding) -> bool:
    mine, theirs = Period(gift.from_on, gift.to_on), Period(other.from_on, other.to_on)
    return not theirs.empty and mine.overlaps(theirs)


def may_end_role(role: str, grant: Holding, *, end_on: date, today: date, others: Iterable[Holding]) -> Decision:
    """Whether a role may end before `end_on`; a role that must be kept ends only where others hold it on every day given up."""
    decision = ALLOWED
    if end_on < today:
        decision &= refuse("role.backdated", "house", f"{day(end_on)} has passed", "End it today or on a later day")
    if end_on < grant.from_on:
        decision &= refuse("role.not_begun", "house", f"The role begins on {day(grant.from_on)}", "End it on that day or later")
    if grant.to_on is not None and grant.to_on <= end_on:
        decision &= refuse("role.ended", "house", f"The role ends before {day(end_on)} already", "Nothing needs to be done")
    elif role in KEPT and (bare := first_uncovered(max(end_on, grant.from_on), grant.to_on, others)) is not None:
        detail = f"Nobody else would be {KEPT[role]} on {day(bare)}"
        decision &= refuse("role.last_kept", "house", detail, f"Give the role of {KEPT[role]} to somebody else first")
    return decision


def first_uncovered(from_on: date, to_on: date | None, holdings: Iterable[Holding]) -> date | None:
    """The first day of [from_on, to_on) on which nobody holds the role; None when every day is covered."""
    reached = from_on
    for grant in sorted(holdings, key=lambda h: h.from_on):
        if to_on is not None and reached >= to_on:
            return None
        if grant.covers(reached):
            if grant.to_on is None:
                return None
            reached = grant.to_on
    return None if to_on is not None and reached >= to_on else reached


def is_made_up(email: str) -> bool:
    """Whether an address is of somebody who was made up to try Careward with."""
    return email.endswith(PERSONA_DOMAINS)


def may_enter_as_persona(*, demonstration: bool, persona: bool) -> Decision:
    """Whether someone may sign in as another with one click: only where all is made up, and only as one made up."""
    decision = ALLOWED
    if not demonstration:
        decision &= refuse("demonstration.off", "house", "This is not a demonstration", "Sign in with your own account")
    if not persona:
        decision &= refuse("persona.missing", "house", "There is no such persona", "Choose one from the list")
    return decision


def may_accept_invitation(*, ended: bool, over: bool) -> Decision:
    """Whether an invitation can still be accepted."""
    decision = ALLOWED
    if ended:
        decision &= refuse("invitation.ended", "house", "The invitation was accepted or withdrawn", "Ask whoever invited you for another")
    if over:
        decision &= refuse("invitation.over", "house", "The invitation is over", "Ask whoever invited you for another")
    return decision


def may_accept_terms(*, shown: str, in_force: str, clause: str) -> Decision:
    """Whether the text someone saw is the text in force (PA-003)."""
    if shown == in_force:
        return ALLOWED
    return refuse("terms.changed", clause, "The terms have changed since you opened the page", "Read them again and accept the new text")


@dataclass(frozen=True, slots=True)
class TokenWanted:
    """A key about to be made. `reached` are the scopes of which the roles of its person open something today."""

    name: str
    scopes: tuple[str, ...]
    today: date
    ends_on: date
    most_days: int
    known: tuple[str, ...]
    reached: frozenset[str]
    own: bool  # made by its person, or at the machine's own keyboard


def may_make_token(wanted: TokenWanted) -> Decision:
    """Whether a key may be made: named, for scopes that its person's own roles reach, for a while, and never in another's name."""
    decision = ALLOWED
    if not wanted.name:
        decision &= refuse("token.unnamed", "house", "The token has no name", "Name the program that will use it")
    if not wanted.own:
        decision &= refuse("token.anothers", "house", "Nobody makes a token in another's name", "Let them make it themselves")
    if not wanted.scopes or not set(wanted.known) >= set(wanted.scopes):
        unknown = ", ".join(s for s in wanted.scopes if s not in wanted.known) or "nothing"
        decision &= refuse("token.scope_unknown", "house", f"The scope names {unknown}", f"Use one or more of {', '.join(wanted.known)}")
    if beyond := [s for s in wanted.scopes if s in wanted.known and s not in wanted.reached]:
        detail = f"The roles of its person open nothing of {' and '.join(beyond)}"
        decision &= refuse("token.beyond_roles", "house", detail, "Leave it out, or give them a role that opens it first")
    return decision & _may_end_on(wanted)


def _may_end_on(wanted: TokenWanted) -> Decision:
    if wanted.ends_on <= wanted.today:
        return refuse("token.over", "house", f"The token would end on {day(wanted.ends_on)}", "Choose a later day")
    if (wanted.ends_on - wanted.today).days > wanted.most_days:
        detail = f"A token lasts {wanted.most_days} days at most"
        return refuse("token.too_long", "house", detail, "Choose an earlier day; make a new one when it ends")
    return ALLOWED


def hash_of(token: str) -> str:
    """What is kept of a client's token. It holds 256 random bits, so one round of SHA-256 is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


MOST_VIEWS = 50  # that one person keeps


def may_keep_view(*, name: str, taken: bool, many: int) -> Decision:
    """Whether a list may be kept under a name: it has one, no other view of that list has it, and there is room."""
    decision = ALLOWED if name else refuse("name.missing", "house", "The view has no name", "Enter a name by which you know it again")
    if taken:
        decision &= refuse("name.taken", "house", "You keep a view of that name already", "Enter another name, or end that one first")
    if many >= MOST_VIEWS:
        detail = f"You keep {many} views, as many as one person can"
        decision &= refuse("views.full", "house", detail, "End one that you no longer use")
    return decision
