"""What is known of one account, of the person who holds it, and of who authorised it. Frozen, and without Django."""

from dataclasses import dataclass
from datetime import date

from careward.access.authorisations.rules import Authority, Rights
from careward.core.days import FAR
from careward.people.staff.rules import Away, CourseTaken, Tenure

OPEN = ("active", "locked")
OF_A_PERSON = ("normal", "admin")  # one named person signs in with it


@dataclass(frozen=True, slots=True)
class AnswerKept:
    """What somebody answered about an account, and from when it counts."""

    answer: str  # still_needed, not_needed, gone, nobody
    from_on: date
    until: date | None = None  # of still_needed: the last day it is needed


@dataclass(frozen=True, slots=True)
class SeenAccount:
    """An account as its system's last export shows it."""

    account_id: int
    system: str
    environment: str
    username: str
    status: str  # active locked closed
    kind: str  # normal admin generic service
    employee_number: str = ""
    email: str = ""
    smartcard: str = ""
    created_on: date | None = None
    last_used_on: date | None = None  # the last successful sign-in, as a day in London
    roles: Rights = None
    teams: Rights = None
    contradicted: bool = False  # the rows of its list disagree on whether it is open
    answered: AnswerKept | None = None

    @property
    def is_open(self) -> bool:
        return self.status in OPEN


@dataclass(frozen=True, slots=True)
class Holder:
    """A person and all that rules about a holder ask for."""

    person_id: int
    employee_number: str
    email: str = ""
    smartcard: str = ""
    registration_expires_on: date | None = None
    assignments: tuple[Tenure, ...] = ()
    training: tuple[CourseTaken, ...] = ()
    absences: tuple[Away, ...] = ()
    authorisations: tuple[Authority, ...] = ()
    crowded: frozenset[str] = frozenset()  # identifiers of theirs that more people share than one can be told by


@dataclass(frozen=True, slots=True)
class ApprovedGeneric:
    """A row of the list of shared and service accounts that information governance approved."""

    system: str
    username: str
    approved_on: date | None
    expires_on: date | None = None
    owner: tuple[Tenure, ...] = ()  # the posts of whoever answers for it

    def stands(self, on: date) -> bool:
        """Whether it has not run out on a day."""
        return (self.expires_on or FAR) >= on


@dataclass(frozen=True, slots=True)
class SystemFacts:
    code: str
    kind: str  # clinical corporate infrastructure shared_drive


def count_days(number: int) -> str:
    return "1 day" if number == 1 else f"{number} days"
