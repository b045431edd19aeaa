"""Accounts that are right: what each person has on each system, resting on grants that say just that."""

import random
from dataclasses import replace

from careward.engines.synthetic.names import ascii_of
from careward.engines.synthetic.organisation import ADMIN
from careward.engines.synthetic.shapes import AccountDraft, MadeGrant, MadePerson, MadeSystem

COVER = {"clinical": {"clinical": 0.998, "support": 0.995, "corporate": 0.96}, "corporate": {}, "infrastructure": {}, "shared_drive": {}}
EXCEPTION = "Works across two services; agreed for the pilot year"


class Registrar:
    """Opens accounts as the procedures ask, so that nothing is wrong with them."""

    def __init__(self, rng: random.Random, days: int, board: dict[str, MadePerson], deputy_of: dict[str, MadePerson]) -> None:
        self.rng, self.days, self.board, self.deputy_of = rng, days, board, deputy_of

    def has(self, system: MadeSystem, person: MadePerson) -> bool:
        cover = COVER[system.kind].get(person.job.family, 0.992)
        return self.rng.random() < (0.8 * cover if person.state == "left" else cover)

    def open(self, system: MadeSystem, person: MadePerson) -> AccountDraft:
        status, created, used = self._times(system, person)
        roles, teams = roles_of(system, person), person.teams
        grants = self._grants(system, person, "live", roles, teams, created or 0)
        number, email, card = self._identity(system, person)
        return AccountDraft(
            system,
            "live",
            username_of(system, person),
            person,
            "normal",
            status,
            self._display(person),
            number,
            email,
            card,
            created,
            used,
            self._retold(roles),
            list(teams),
            grants,
        )

    def grant(self, person: MadePerson, environment: str, kind: str, roles: list[str], teams: list[str], created: int) -> MadeGrant:
        by, role, exception = self._approver(person)
        expires = None if self.rng.random() < 0.5 else -1 - int(self.rng.random() * 700)
        approved = created + int(self.rng.random() * 10)
        then = person.manager(approved)
        if role in ("line_manager", "deputy") and then is not None and then is not person.supervisor:
            by, role = then.number, "line_manager"  # before they moved
        return MadeGrant(environment, kind, list(roles), list(teams), by, role, approved, expires, exception)

    def times(self, system: MadeSystem, joined: int) -> tuple[int, int | None]:
        """Created and last used, of an account in ordinary use: never so long ago that anything follows."""
        rng, most = self.rng, system.idle.lock_after_days - system.idle.notice_days - 1
        way = rng.random()
        if way >= 0.985 or joined < 1:
            return 1 + int(rng.random() * (min(most, 20) if joined > 20 else 5)), None
        used = (
            int(rng.random() * 6)
            if way < 0.8
            else 6 + int(rng.random() * min(15, most - 6))
            if way < 0.96
            else int(rng.random() * (most + 1))
        )
        used = min(used, joined)
        longest = max(used, min(joined, max(self.days, 30)))
        return used + int(rng.random() * (longest - used + 1)), used

    def _times(self, system: MadeSystem, person: MadePerson) -> tuple[str, int | None, int | None]:
        since = person.away_since
        if person.state == "present" or person.state == "starting":
            created, used = self.times(system, person.joined if person.state == "present" else 0)
            return "locked" if self.rng.random() < 0.008 else "active", created, used
        used = since + int(self.rng.random() * 4)
        created = used + 10 + int(self.rng.random() * max(1, min(person.joined - used - 10, self.days)))
        if person.state == "left":
            return "closed", created, used
        shut = person.locked_away or (person.state == "leaving" and since > 12)
        return "locked" if shut else "active", created, used

    def _approver(self, person: MadePerson) -> tuple[str, str, str]:
        way = self.rng.random()
        manager = person.supervisor or self.board["secretary"]
        if way > 0.98 and person.seat != "medical":
            return self.board["medical"].number, "caldicott_guardian", EXCEPTION
        if way > 0.88:
            deputy = self.deputy_of.get(manager.number)
            if deputy and deputy is not person:
                return deputy.number, "deputy", ""
        return manager.number, "line_manager", ""

    def _grants(
        self, system: MadeSystem, person: MadePerson, environment: str, roles: list[str], teams: list[str], created: int
    ) -> list[MadeGrant]:
        """Mostly one; sometimes an older one that ran out before it, sometimes two that make the whole."""
        grant = self.grant(person, environment, "normal", roles, teams, created)
        way = self.rng.random()
        if "director" in system.pack.registration.approvers and way > 0.97 and person.seat != "operations":
            grant.by, grant.role, grant.exception = self.board["operations"].number, "director", ""
        if way < 0.02:
            old = replace(grant, roles=["Old Role"], approved=grant.approved + 400, expires=grant.approved + 2)
            return [old, grant]
        if way < 0.04:
            return [replace(grant, teams=[]), replace(grant, roles=[])]
        return [grant]

    def _identity(self, system: MadeSystem, person: MadePerson) -> tuple[str, str, str]:
        """Number, address and card as the export tells them: sometimes one is left out or written large."""
        number = person.number if system.says("employee_number") else ""
        email = person.email if system.says("email") else ""
        card = person.card if system.says("smartcard_uuid") else ""
        way = self.rng.random()
        if number and (email or card) and way < 0.03:
            number = ""
        elif email and way > 0.95:
            email = email.title()
        return number, email, card

    def _display(self, person: MadePerson) -> str:
        return f"{person.last.upper()}, {person.first}" if self.rng.random() < 0.5 else person.name

    def _retold(self, roles: list[str]) -> list[str]:
        """The same roles in another order or in capitals now and then: they are still the same."""
        way = self.rng.random()
        return [r.upper() for r in roles] if way < 0.01 else list(reversed(roles)) if way < 0.03 else list(roles)


def roles_of(system: MadeSystem, person: MadePerson) -> list[str]:
    leads = person.seat != ""
    if system.kind == "clinical":
        return [*_clinical(person), *(["Team Manager"] if leads and person.job.family == "clinical" else [])]
    plain = {"corporate": "Self Service", "infrastructure": "Standard User", "shared_drive": "Read and Write"}[system.kind]
    return [plain, "Manager"] if leads else [plain]


def _clinical(person: MadePerson) -> list[str]:
    job = person.job
    if job.family == "clinical":
        return ["Clinician", "Prescriber"] if job.body in ("GMC", "GPhC") else ["Clinician"]
    if job.family == "support":
        return ["Clinical Administrator"] if job.group == ADMIN else ["Support Worker"]
    return ["Read Only"]


def username_of(system: MadeSystem, person: MadePerson) -> str:
    """Three fashions of user name, each unlike any other on its system."""
    if system.moments == "plain":
        return f"NM{person.number[-6:]}"
    if system.moments == "utc" and not person.shared_mail:
        return person.email.split("@")[0]
    number = person.number.removeprefix("201")  # the first is 20100000
    return f"{ascii_of(person.first)[:1]}{ascii_of(person.last)[:5]}{number}".upper()
