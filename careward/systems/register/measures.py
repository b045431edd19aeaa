"""Live counts of the clauses that the register of systems carries."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from itertools import chain

from django.urls import reverse

from careward.core.packs.pack import Pack
from careward.core.ports import Measured
from careward.people.staff.packs import pack_on
from careward.systems.register.models import System


@dataclass(slots=True)
class Registered:
    """One system of the register with the environments that are registered under it."""

    own_pack: str  # of the organisation
    code: str
    pack: str
    administrator: str
    contact: str
    description: str
    owners: tuple[str, str, str]
    environments: set[str] = field(default_factory=set)


FIELDS = (
    "organisation__pack", "code", "pack", "administrator_title", "administrator_contact", "description", "service_owner", "system_owner",
    "technical_owner",
)  # fmt: skip


def measures(*, organisation_id: int, on: date) -> dict[str, Measured]:
    """EL-008, EL-065, IN-108 over every system; PA-015 over the copies its procedure lists; EL-066 to EL-085 over the listed register."""
    systems = registered(organisation_id)
    link = reverse("register:systems")
    counts = {
        "system.administrator": Measured(len(systems), sum(bool(s.administrator) for s in systems), link),
        "system.described": Measured(len(systems), sum(bool(s.administrator and s.contact and s.description) for s in systems), link),
        "system.owners": Measured(len(systems), sum(all(s.owners) for s in systems), link),
    }
    for name in sorted({name for s in systems for name in (s.pack, s.own_pack)}):
        pack = pack_on(name, on)
        for clause, measured in chain(environments(systems, pack, link).items(), listed(systems, pack, link).items()):
            counts[clause] = counts[clause] + measured if clause in counts else measured
    return counts


def registered(organisation_id: int) -> list[Registered]:
    """The register with its environments, in one query."""
    found: dict[str, Registered] = {}
    rows = System.objects.filter(organisation_id=organisation_id).order_by("code").values_list(*FIELDS, "environment__code")
    for own, code, pack, administrator, contact, description, service, system, technical, environment in rows:
        row = found.setdefault(code, Registered(own, code, pack, administrator, contact, description, (service, system, technical)))
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


def listed(systems: list[Registered], pack: Pack, link: str) -> dict[str, Measured]:
    """Of the entries a document's register lists, those this organisation has; another organisation's register asks nothing of it."""
    if len(pack.register) < 2:  # a document about one system is no register
        return {}
    here, is_own = {s.code for s in systems}, any(s.own_pack == pack.id for s in systems)
    entries: defaultdict[str, list[bool]] = defaultdict(list)
    for entry in pack.register:
        if is_own or entry.code in here:
            entries[entry.clause].append(entry.code in here)
    return {entry.clause: Measured(len(entries[entry.clause]), sum(entries[entry.clause]), link) for entry in pack.register}
