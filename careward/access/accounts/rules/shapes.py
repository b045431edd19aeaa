"""What is known of one account, of the person who holds it, and of who authorised it. Frozen, and without Django."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

OPEN = ("active", "locked")
OF_A_PERSON = ("normal", "admin")  # one named person signs in with it
LIVE = "live"
FAR = date(9999, 12, 31)  # a blank end means no end
LONG_AGO = date(1, 1, 1)

Terms = tuple[str, ...] | None  # None: the feed has no such column, so nothing is stated; (): stated to be none


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
    roles: Terms = None
    teams: Terms = None

    @property
    def is_open(self) -> bool:
        return self.status in OPEN


@dataclass(frozen=True, slots=True)
class Assignment:
    status: str  # active suspended maternity long_term_absence terminated
    end_on: date | None = None  # the last day worked
    gone_on: date | None = None  # the day the staff feed no longer listed it

    def ended(self, on: date) -> bool:
        return self.status == "terminated" or (self.end_on or FAR) < on or (self.gone_on or FAR) <= on

    def last_day(self, on: date) -> date | None:
        """The day it ended, as far as it is known on a day."""
        if self.end_on and self.end_on < on:
            return self.end_on
        return self.gone_on if self.gone_on and self.gone_on <= on else None


@dataclass(frozen=True, slots=True)
class TrainingRecord:
    course: str
    result: str  # passed failed
    completed_on: date | None
    expires_on: date | None = None
    declaration_signed_on: date | None = None


@dataclass(frozen=True, slots=True)
class Absence:
    kind: str
    from_on: date | None
    to_on: date | None = None  # the first day back

    def covers(self, on: date) -> bool:
        return (self.from_on or LONG_AGO) <= on < (self.to_on or FAR)


@dataclass(frozen=True, slots=True)
class Authorisation:
    system: str
    environment: str
    approver_role: str
    approved_on: date | None
    kind: str = "normal"
    expires_on: date | None = None
    roles: Terms = None
    teams: Terms = None
    approved_by_holder: bool = False
    exception_reason: str = ""

    def given(self, on: date) -> bool:
        return (self.approved_on or FAR) <= on

    def in_force(self, on: date) -> bool:
        return self.given(on) and (self.expires_on or FAR) >= on


@dataclass(frozen=True, slots=True)
class Holder:
    """A person and all that rules about a holder ask for."""

    person_id: int
    employee_number: str
    email: str = ""
    smartcard: str = ""
    registration_expires_on: date | None = None
    assignments: tuple[Assignment, ...] = ()
    training: tuple[TrainingRecord, ...] = ()
    absences: tuple[Absence, ...] = ()
    authorisations: tuple[Authorisation, ...] = ()


@dataclass(frozen=True, slots=True)
class GenericApproval:
    """A row of the list of shared and service accounts that information governance approved."""

    system: str
    username: str
    approved_on: date | None
    expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class SystemFacts:
    code: str
    kind: str  # clinical corporate infrastructure shared_drive


def plain(text: str | None) -> str:
    """An identifier as it is compared: case and outer blanks make no difference."""
    return (text or "").strip().lower()


def stated(terms: Terms) -> Iterator[str]:
    """The roles or teams that are stated, without outer blanks and empty ones."""
    return (t for raw in terms or () if (t := raw.strip()))


def count_days(number: int) -> str:
    return "1 day" if number == 1 else f"{number} days"


def split(text: str | None) -> Terms:
    """Roles or teams as a feed writes them, separated by semicolons; None where the feed has no such column."""
    return None if text is None else tuple(t for raw in text.split(";") if (t := raw.strip()))
