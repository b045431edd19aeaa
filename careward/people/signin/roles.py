"""Roles at an organisation and what each may do, and scopes of API clients. Data; a role is dated and held at one organisation."""

from collections.abc import Iterable
from dataclasses import dataclass

PERSONA_DOMAIN = "@northmoor.example"  # the invented trust's; names under example are nobody's, so no letter reaches a persona


@dataclass(frozen=True, slots=True)
class Role:
    title: str
    permissions: frozenset[str]
    rbac: tuple[str, ...] = ()  # national RBAC job role codes that stand for it
    second_factor: bool = True  # required of every role that sees more than its own data
    sees: str = ""  # in plain words, for the page of roles


_LOOK = frozenset(
    {"accounts:findings:see", "accounts:findings:see_team", "staff:people:see", "register:systems:see", "accounts:accounts:see"}
    | {"tasks:tasks:see"}
)
_PROVE = frozenset({"procedures:clauses:see", "ledger:entries:verify"})
_SERVICE = _LOOK | {"tasks:tasks:do", "accounts:findings:export"}

ROLES: dict[str, Role] = {
    "line_manager": Role(
        "Line manager",
        frozenset({"staff:team:see", "accounts:findings:see_team", "tasks:tasks:do"}),
        sees="Their own team, and the teams they are deputy for: who may use which system, what is to put right, and the tasks about it",
    ),
    "system_administrator": Role(
        "System administrator",
        _SERVICE | _PROVE | {"accounts:reconciliation:run"},
        ("R5003", "R5007", "R5340"),
        sees="Every account and finding, the worklist of changes to make by hand, and the procedure with its evidence",
    ),
    "patient_systems_manager": Role(
        "Patient Systems Manager",
        _SERVICE | _PROVE | {"accounts:reconciliation:run", "accounts:plans:allow"},
        sees="What a system administrator sees, and may let a large plan go ahead",
    ),
    "service_desk": Role("Service desk", _SERVICE, ("R8015",), sees="People, accounts and findings, and the tasks that come to the desk"),
    "privacy_officer": Role(
        "Privacy officer", _LOOK | _PROVE, ("R0001",), sees="People, accounts and findings, and the procedure with its evidence"
    ),
    "caldicott_guardian": Role(
        "Caldicott Guardian",
        _LOOK | _PROVE | {"tasks:tasks:do"},
        ("R5105",),
        sees="People, accounts and findings, the procedure with its evidence, and decisions that wait for the Guardian",
    ),
    "data_protection_team": Role(
        "Data protection team", _PROVE | {"tasks:tasks:do"}, sees="The procedure with its evidence, and the tasks that come to the team"
    ),
    "head_of_ig": Role(
        "Head of information governance",
        _SERVICE | _PROVE | {"accounts:plans:allow", "signin:roles:see", "procedures:documents:adopt"},
        sees="People, accounts, findings and roles, the procedure with its evidence, and may let a large plan go ahead",
    ),
    "project_manager": Role(
        "Project manager",
        frozenset({"register:systems:see", "procedures:clauses:see", "tasks:tasks:do"}),
        sees="The register of systems, the procedure, and their own tasks",
    ),
    "board_secretary": Role(
        "Board secretary", frozenset({"procedures:clauses:see", "tasks:tasks:do"}), sees="The procedure and their own tasks"
    ),
    "clinician": Role(
        "Clinician", frozenset(), ("R8000", "R8001", "R8003"), second_factor=False, sees="Their own work and what is held about them"
    ),
    "auditor": Role(
        "Auditor",
        _LOOK | _PROVE | {"accounts:findings:export", "signin:roles:see"},
        ("R5100",),
        sees="Everything there is to prove: people, accounts, findings, roles, the procedure and the ledger; changes nothing",
    ),
    "trust_administrator": Role(
        "Trust administrator",
        _SERVICE
        | _PROVE
        | {"feeds:loads:see", "feeds:loads:run", "feeds:loads:allow", "accounts:plans:allow", "accounts:reconciliation:run"}
        | {"signin:roles:see", "signin:roles:give", "procedures:documents:adopt"},
        ("R5080",),
        sees="People, accounts, findings and roles, the procedure and the files that are loaded; gives people their roles",
    ),
}

# What a client of the API may be let do: a token names one or more of these, and each stands for permissions.
SCOPES: dict[str, frozenset[str]] = {
    "clauses": frozenset({"procedures:clauses:see"}),
    "feeds": frozenset({"feeds:loads:see", "feeds:loads:run"}),
    "findings": frozenset(
        {"tasks:tasks:see", "accounts:findings:see", "accounts:findings:export", "accounts:accounts:see", "register:systems:see"}
    ),
    "ledger": frozenset({"ledger:entries:verify"}),
    "people": frozenset({"staff:people:see"}),
}


def permissions_of(roles: Iterable[str]) -> frozenset[str]:
    """All that some roles may do together; a role that is no longer known gives nothing."""
    return frozenset().union(*(ROLES[role].permissions for role in roles if role in ROLES))


def second_factor_needed(roles: Iterable[str]) -> bool:
    """Whether any of some roles needs a second factor; one that is no longer known does, to be safe."""
    return any(role not in ROLES or ROLES[role].second_factor for role in roles)


def titles_of(roles: Iterable[str]) -> tuple[str, ...]:
    """The titles of roles, in the order of the list above."""
    held = frozenset(roles)
    return tuple(role.title for name, role in ROLES.items() if name in held)


def role_for_rbac(code: str) -> str | None:
    """The role that a national job role code stands for ("R5105", "S0010:G0020:R5105"); None when it stands for none here."""
    last = code.strip().upper().rpartition(":")[2]
    return next((name for name, role in ROLES.items() if last in role.rbac), None)


def who_may(permission: str) -> tuple[str, ...]:
    """The titles of the roles that may do something: for the page that says why one may not."""
    return tuple(role.title for role in ROLES.values() if permission in role.permissions)
