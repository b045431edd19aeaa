"""Reading the register of systems."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from careward.core.packs.pack import Pack
from careward.core.packs.register import RegisterEntry
from careward.core.rights import EVERYWHERE, Everywhere, Systems
from careward.people.staff.packs import pack_on
from careward.systems.register.models import Environment, System
from careward.web.words import day


@dataclass(frozen=True, slots=True)
class EnvironmentSeen:
    code: str
    title: str
    live: bool


@dataclass(frozen=True, slots=True)
class SystemSeen:
    """One row of the register as a page shows it (EL-065)."""

    id: int
    code: str
    name: str
    kind: str
    description: str
    administrator_title: str
    administrator_contact: str
    service_owner: str
    system_owner: str
    technical_owner: str
    request_channel: str
    pack: str
    lock_after_days: int
    close_after_days: int
    environments: tuple[EnvironmentSeen, ...]
    version: str = ""
    release_on: date | None = None
    support_ends_on: date | None = None
    listed: RegisterEntry | None = None  # what its procedure's own register says of it

    @property
    def locked_words(self) -> str:
        return f"Locked after {self.lock_after_days} days" if self.lock_after_days else "Not locked"

    @property
    def closed_words(self) -> str:
        return f"Closed after {self.close_after_days}" if self.close_after_days else ""

    @property
    def version_words(self) -> str:
        """'8.2, in use from 3 March 2026'."""
        since = f"{'in' if self.version else 'In'} use from {day(self.release_on)}" if self.release_on else ""
        return ", ".join(words for words in (self.version, since) if words)

    @property
    def unused_words(self) -> str:
        """'Locked after 90 days, closed after 365'."""
        return self.locked_words + (f", {self.closed_words.lower()}" if self.closed_words else "")


KINDS = {"clinical": "Clinical", "corporate": "Corporate", "infrastructure": "Infrastructure", "shared_drive": "Shared drive"}


def within_systems(systems: Systems, code: str = "system__code") -> Q:
    """The rows of some systems, or of all; `code` is where a row has the system's code."""
    return Q() if isinstance(systems, Everywhere) else Q(**{f"{code}__in": sorted(systems)})


def known_systems(*, organisation_id: int) -> dict[str, str]:
    """The code and the name of every system of the register, by name."""
    return dict(System.objects.filter(organisation_id=organisation_id).order_by("name", "code").values_list("code", "name"))


def systems_seen(*, organisation_id: int, on: date, within: Systems = EVERYWHERE) -> tuple[SystemSeen, ...]:
    """The register by name, as far as somebody sees it, with the figures in force on a day: two queries."""
    rows = list(System.objects.filter(within_systems(within, "code"), organisation_id=organisation_id).order_by("name"))
    environments = _environments([s.pk for s in rows])
    return tuple(_seen(s, environments.get(s.pk, ()), pack_on(s.pack, on)) for s in rows)


def system_seen(*, organisation_id: int, code: str, on: date) -> SystemSeen | None:
    """One system of the organisation, or None."""
    if "\0" in code:  # PostgreSQL holds no NUL, and a browser may be made to send one
        return None
    row = System.objects.filter(organisation_id=organisation_id, code=code).first()
    return _seen(row, _environments([row.pk]).get(row.pk, ()), pack_on(row.pack, on)) if row else None


def systems_called(*, organisation_id: int, words: str, most: int, within: Systems) -> list[tuple[str, str]]:
    """Code and name of the first systems whose name holds the words, or whose code they are."""
    either = (Q(name__icontains=words) | Q(code__iexact=words)) & within_systems(within, "code")
    return list(System.objects.filter(either, organisation_id=organisation_id).order_by("name").values_list("code", "name")[:most])


def _environments(system_ids: list[int]) -> dict[int, tuple[EnvironmentSeen, ...]]:
    out: dict[int, tuple[EnvironmentSeen, ...]] = {}
    for e in Environment.objects.filter(system_id__in=system_ids).order_by("-live", "title"):
        out[e.system_id] = (*out.get(e.system_id, ()), EnvironmentSeen(e.code, e.title, e.live))
    return out


def _seen(row: System, environments: tuple[EnvironmentSeen, ...], pack: Pack) -> SystemSeen:
    rule = pack.inactivity_for(row.code)
    return SystemSeen(
        row.pk, row.code, row.name, KINDS[row.kind], row.description, row.administrator_title, row.administrator_contact, row.service_owner,
        row.system_owner, row.technical_owner, row.request_channel, row.pack, rule.lock_after_days, rule.close_after_days, environments,
        row.version, row.release_on, row.support_ends_on, pack.entry(row.code),
    )  # fmt: skip
