"""Live counts of the clauses that the register of systems carries."""

from dataclasses import dataclass, field
from datetime import date

from django.urls import reverse

from careward.core.packs.pack import Pack
from careward.core.ports import Measured
from careward.people.signin.arrivals import roles_in_force
from careward.people.signin.models import RoleHeld
from careward.people.staff.packs import pack_on
from careward.systems.register.models import System

ADMINISTRATOR = "system_administrator"


@dataclass(slots=True)
class Registered:
    """One system of the register with the environments that are registered under it."""

    code: str
    pack: str
    administrator: str
    contact: str
    description: str
    owners: tuple[str, str, str]
    environments: set[str] = field(default_factory=set)


FIELDS = (
    "code", "pack", "administrator_title", "administrator_contact", "description", "service_owner", "system_owner",
    "technical_owner",
)  # fmt: skip


def measures(*, organisation_id: int, on: date) -> dict[str, Measured]:
    """EL-008, EL-065, IN-108 over every system; PA-015 over the copies its procedure lists."""
    systems = registered(organisation_id)
    link = reverse("register:systems")
    administered = _administered(organisation_id, on)
    counts = {
        "system.administrator": Measured(len(systems), sum(not administered.isdisjoint({s.code, ""}) for s in systems), link),
        "system.described": Measured(len(systems), sum(bool(s.administrator and s.contact and s.description) for s in systems), link),
        "system.owners": Measured(len(systems), sum(all(s.owners) for s in systems), link),
    }
    for name in sorted({s.pack for s in systems}):
        for clause, measured in environments(systems, pack_on(name, on), link).items():
            counts[clause] = counts[clause] + measured if clause in counts else measured
    return counts


def _administered(organisation_id: int, on: date) -> set[str]:
    """The codes of the systems that a named person administers here on a day, "" where somebody administers all: one query."""
    found = RoleHeld.objects.filter(roles_in_force(on), organisation_id=organisation_id, role=ADMINISTRATOR, user__is_active=True)
    return set(found.order_by().values_list("system_code", flat=True))


def unadministered(*, organisation_id: int, on: date) -> dict[str, str]:
    """The code and the name of each system that nobody by name administers on a day (EL-008): two queries."""
    administered = _administered(organisation_id, on)
    named = System.objects.filter(organisation_id=organisation_id).values_list("code", "name")
    return {code: name for code, name in named if administered.isdisjoint({code, ""})}


def registered(organisation_id: int) -> list[Registered]:
    """The register with its environments, in one query."""
    found: dict[str, Registered] = {}
    rows = System.objects.filter(organisation_id=organisation_id).order_by("code").values_list(*FIELDS, "environment__code")
    for code, pack, administrator, contact, description, service, system, technical, environment in rows:
        row = found.setdefault(code, Registered(code, pack, administrator, contact, description, (service, system, technical)))
        row.environments |= {environment} - {None}
    return list(found.values())


def environments(systems: list[Registered], pack: Pack, link: str) -> dict[str, Measured]:
    """PA-015: of the non-live copies a procedure lists for its own systems, those that are registered."""
    clause = next((e.clause for e in pack.environments if e.live), "house")
    own = {entry.code for entry in pack.register}
    copies = {e.code for e in pack.environments if not e.live}
    governed = [s for s in systems if s.pack == pack.id and s.code in own]
    if clause == "house" or not governed:
        return {}
    return {clause: Measured(len(copies) * len(governed), sum(len(copies & s.environments) for s in governed), link)}
