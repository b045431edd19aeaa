"""The roles people hold at an organisation: words that every room and pack shares. What each may do, the rooms say (core/room.py)."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Role:
    title: str
    rbac: tuple[str, ...] = ()  # national RBAC job role codes that stand for it
    second_factor: bool = True  # required of every role that sees more than its own data
    sees: str = ""  # in plain words, for the page of roles


ROLES: dict[str, Role] = {
    "line_manager": Role(
        "Line manager",
        sees="Their own team, and the teams they are deputy for: who may use which system, what is to put right, and the tasks about it",
    ),
    "system_administrator": Role(
        "System administrator",
        ("R5003", "R5007", "R5340"),
        sees="Every account and finding, the worklist of changes to make by hand, and the procedure with its evidence",
    ),
    "patient_systems_manager": Role("Patient Systems Manager", sees="What a system administrator sees, and may let a large plan go ahead"),
    "service_desk": Role("Service desk", ("R8015",), sees="People, accounts and findings, and the tasks that come to the desk"),
    "privacy_officer": Role("Privacy officer", ("R0001",), sees="People, accounts and findings, and the procedure with its evidence"),
    "caldicott_guardian": Role(
        "Caldicott Guardian",
        ("R5105",),
        sees="People, accounts and findings, the procedure with its evidence, and decisions that wait for the Guardian",
    ),
    "data_protection_team": Role("Data protection team", sees="The procedure with its evidence, and the tasks that come to the team"),
    "head_of_ig": Role(
        "Head of information governance",
        sees="People, accounts, findings and roles, the procedure with its evidence, and may let a large plan go ahead",
    ),
    "project_manager": Role("Project manager", sees="The register of systems, the procedure, and their own tasks"),
    "board_secretary": Role("Board secretary", sees="The procedure and their own tasks"),
    "clinician": Role("Clinician", ("R8000", "R8001", "R8003"), second_factor=False, sees="Their own work and what is held about them"),
    "auditor": Role(
        "Auditor",
        ("R5100",),
        sees="Everything there is to prove: people, accounts, findings, roles, the procedure and the ledger; changes nothing",
    ),
    "trust_administrator": Role(
        "Trust administrator",
        ("R5080",),
        sees="People, accounts, findings and roles, the procedure and the files that are loaded; gives people their roles",
    ),
}

# Roles that procedures name and nobody signs in with: who holds them is told by posts, by the list of deputies or by that of role holders.
ELSEWHERE = ("deputy", "director", "hr", "training", "data_owner")

# Who see people, accounts and findings whole, not only their own team's.
OVERSEERS = (
    "system_administrator", "patient_systems_manager", "service_desk", "privacy_officer", "caldicott_guardian", "head_of_ig", "auditor",
    "trust_administrator",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Apart:
    """Roles that check each other's work: somebody who holds one of each may still be given both, knowingly."""

    one: frozenset[str]
    other: frozenset[str]
    why: str


ADMINISTRATORS = frozenset({"system_administrator", "patient_systems_manager", "trust_administrator"})
APART = (
    Apart(frozenset({"auditor"}), ADMINISTRATORS, "An auditor would audit what they do themselves as an administrator"),
    Apart(
        frozenset({"privacy_officer"}),
        frozenset({"system_administrator", "patient_systems_manager"}),
        "A privacy officer would inquire into what they can do unseen as an administrator",
    ),
)


def why_apart(role: str, beside: Iterable[str]) -> tuple[str, ...]:
    """Why a role is better not held beside some others, each reason once."""
    roles_now = frozenset(beside)
    return tuple(a.why for a in APART if (role in a.one and roles_now & a.other) or (role in a.other and roles_now & a.one))


def second_factor_needed(roles: Iterable[str]) -> bool:
    """Whether any of some roles needs a second factor; one that is no longer known does, to be safe."""
    return any(role not in ROLES or ROLES[role].second_factor for role in roles)


def titles_of(roles: Iterable[str]) -> tuple[str, ...]:
    """The titles of roles, in the order of the list above."""
    roles_now = frozenset(roles)
    return tuple(role.title for name, role in ROLES.items() if name in roles_now)
