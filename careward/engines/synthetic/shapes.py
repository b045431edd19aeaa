"""What the makers hand each other. Days are counts before the day the trust is made for; None is unknown."""

from dataclasses import dataclass, field
from pathlib import Path

from careward.core.packs.inactivity import Inactivity
from careward.core.packs.pack import Pack
from careward.engines.synthetic.organisation import Job


@dataclass(frozen=True, slots=True)
class TrustSummary:
    """What was written and what was planted, counted."""

    folder: Path
    staff: int
    assignments: int
    systems: int
    accounts: int
    authorisations: int
    faulty_accounts: int
    findings: int
    by_code: tuple[tuple[str, int], ...]
    by_system: tuple[tuple[str, int], ...]


@dataclass(slots=True, eq=False)
class MadeTeam:
    code: str
    name: str
    directorate: str
    leader: "MadePerson | None" = None
    members: "list[MadePerson]" = field(default_factory=list)


@dataclass(slots=True)
class MadePost:
    team: MadeTeam
    job: Job
    start: int
    end: int | None = None
    status: str = "active"
    reason: str = ""
    title: str = ""


@dataclass(slots=True, eq=False)
class MadePerson:
    number: str
    title: str
    first: str
    last: str
    email: str
    born: int
    address: str
    postcode: str
    type: str
    joined: int
    posts: list[MadePost]
    supervisor: "MadePerson | None" = None
    preferred: str = ""
    nhs: str = ""
    card: str = ""
    registration: str = ""
    registered_to: int | None = None  # days ago the registration ends
    seat: str = ""
    state: str = "present"  # present leaving left away starting
    away_since: int = 0
    locked_away: bool = False
    faults: tuple[str, ...] = ()  # what follows on every open account of this person
    shared_mail: bool = False

    @property
    def job(self) -> Job:
        return self.posts[-1].job

    @property
    def team(self) -> MadeTeam:
        return self.posts[-1].team

    @property
    def teams(self) -> list[str]:
        return sorted({p.team.name for p in self.posts if p.end is None or p.end <= 0 or self.state in ("leaving", "left")})

    @property
    def name(self) -> str:
        return f"{self.preferred or self.first} {self.last}"

    def manager(self, ago: int) -> "MadePerson | None":
        """Who led them so many days ago: of somebody who has moved since, whoever led their old team."""
        first = self.posts[0]
        moved = len(self.posts) > 1 and first.end is not None and first.end <= ago
        return (first.team.leader if moved else None) or self.supervisor


@dataclass(frozen=True, slots=True)
class MadeSystem:
    code: str
    name: str
    kind: str
    description: str
    administrator_title: str
    administrator_contact: str
    request_channel: str
    pack: Pack
    idle: Inactivity
    columns: tuple[str, ...]  # of its export
    moments: str  # how its export writes a moment: plain, utc, offset

    def says(self, column: str) -> bool:
        return column in self.columns

    def clause(self, code: str) -> str:
        return self.pack.findings[code].clause


@dataclass(slots=True)
class MadeGrant:
    """One row of authorisations.csv."""

    environment: str
    kind: str
    roles: list[str]
    teams: list[str]
    by: str
    role: str
    approved: int
    expires: int | None = None
    exception: str = ""


@dataclass(slots=True)
class AccountDraft:
    """One account on its way into an export, with the grants it rests on and the findings planted in it."""

    system: MadeSystem
    environment: str
    username: str
    person: MadePerson | None
    kind: str
    status: str
    name: str
    number: str
    email: str
    card: str
    created: int | None
    used: int | None
    roles: list[str]
    teams: list[str]
    grants: list[MadeGrant]
    matched: bool = True
    written: bool = True
    used_at: str = ""  # where the moment itself is the trap
    lines: list[tuple[str, str, str]] = field(default_factory=list)  # code, step, clause
    second: "AccountDraft | None" = None

    def number_of_holder(self) -> str:
        return self.person.number if self.person else ""

    def plant(self, code: str, step: str, clause: str = "") -> None:
        self.lines.append((code, step, clause or self.system.clause(code)))


@dataclass(frozen=True, slots=True)
class TruthLine:
    """One line of the truth."""

    system: str
    environment: str
    username: str
    employee_number: str | None
    code: str
    step: str
    clause: str
    settled: bool
