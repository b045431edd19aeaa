"""Whether somebody may say whose an account is, on its own page and whatever was said before. Pure."""

from dataclasses import dataclass

from careward.core.decision import ALLOWED, Decision, refuse

NOBODY, ELSE = "nobody", "is"


@dataclass(frozen=True, slots=True)
class HolderSaid:
    """What somebody says, and of what: that an account, whose holder is `was`, is `whom`'s, or nobody's."""

    choice: str  # nobody, or is
    whom: int | None  # the person named, where the staff list has them
    by: int | None  # the person who says so
    was: int | None  # whose it is now
    bound: int | None  # whose it was said to be, whatever its export names
    of_a_person: bool  # one person signs in with it
    named: int  # how many persons its export names
    changed: bool = False  # the account is not what they saw


def may_say_whose(said: HolderSaid) -> Decision:
    """Whether it can be taken, with every reason against. The reason's code begins with the field it is about, where it is about one."""
    decision = ALLOWED
    if said.changed:
        decision &= refuse("account.changed", "house", "This account has changed since you opened it", "Read it as it is now, then answer")
    if not said.of_a_person:
        decision &= refuse("account.shared", "house", "No one person holds a shared or service account", "Have its owner and end approved")
    if said.by is not None and said.by in (said.was, said.whom):
        decision &= refuse("account.oneself", "house", "It is about your own access", "Ask another who administers the system")
    if said.choice not in (NOBODY, ELSE):
        return decision & refuse("choice.missing", "house", "Nothing is chosen", "Choose whose it is")
    return decision & (_nobodys(said) if said.choice == NOBODY else _somebodys(said))


def _nobodys(said: HolderSaid) -> Decision:
    if said.named != 1:
        return ALLOWED
    remedy = "Say whose it is, or have the identifiers put right in the system"
    return refuse("choice.named", "house", "Its export names one person by an identifier, and would do so again tomorrow", remedy)


def _somebodys(said: HolderSaid) -> Decision:
    if said.whom is None:
        return refuse("number.missing", "house", "There is nobody of that staff number", "Enter a staff number from the staff record")
    if said.whom == said.bound:
        return refuse("account.already_theirs", "house", "It is said to be theirs already", "Name somebody else, or nobody")
    return ALLOWED
