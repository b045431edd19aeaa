"""The accounts that are not one person's everyday one: administrators', shared ones, services' and those on non-live copies."""

from collections.abc import Iterator, Sequence
from itertools import count, islice

from careward.engines.synthetic.accounts import Registrar, username_of
from careward.engines.synthetic.dates import Dates
from careward.engines.synthetic.faults import idle
from careward.engines.synthetic.shapes import AccountDraft, MadePerson, MadeSystem

Approval = tuple[str, str, str, str, str, str]
SHARED = ("ward.handover", "reception.kiosk", "duty.desk", "meeting.room", "training.room", "pharmacy.hatch")
SERVICES = ("interface.engine", "nightly.extract", "message.broker", "backup.agent", "scanner")

GOOD = ((200, -165),)
GENERIC_DECK: tuple[tuple[str, tuple[tuple[int, int], ...]], ...] = (
    ("", GOOD),
    ("none", ()),
    ("", ((300, 0),)),
    ("", GOOD),
    ("expired", ((300, 1),)),
    ("", ((0, -365),)),
    ("", GOOD),
    ("tomorrow", ((-1, -365),)),
    ("", GOOD),
    ("", ((500, 136), (130, -235))),
    ("close", GOOD),
    ("", GOOD),
    ("unknown", GOOD),
    ("", GOOD),
    ("closed", ()),
    ("", GOOD),
    ("locked", ((400, 35),)),
    ("crossed", ((30, 60),)),
    ("left", GOOD),
    ("", GOOD),
)
SERVICE_DECK: tuple[tuple[str, tuple[tuple[int, int], ...]], ...] = (
    ("", GOOD),
    ("silent", GOOD),
    ("none", ()),
    ("", ((300, 0),)),
    ("silent", GOOD),
    ("", GOOD),
    ("expired", ((400, 1),)),
    ("dormant", GOOD),
    ("left", GOOD),
    ("", GOOD),
)


class Specials:
    """Makes the special accounts of one system after another; each deck is dealt on from where it stopped."""

    def __init__(
        self, registrar: Registrar, dates: Dates, board: dict[str, MadePerson], owners: Sequence[MadePerson], gone: Sequence[MadePerson]
    ) -> None:
        self.registrar, self.dates, self.board, self.owners, self.gone = registrar, dates, board, owners, gone
        self.approvals: list[Approval] = []
        self._turn = {name: count() for name in ("generic", "service", "admin", "copy", "owner", "gone")}

    def shared(self, system: MadeSystem, staff: int) -> Iterator[AccountDraft]:
        for n in range(max(2, staff // 90)):
            name = f"{SHARED[n % len(SHARED)]}.{n // len(SHARED) + 1:02}"
            way, approvals = GENERIC_DECK[next(self._turn["generic"]) % len(GENERIC_DECK)]
            draft = self._nobodys(system, name, "generic")
            if way in ("none", "expired", "tomorrow", "locked", "crossed"):
                draft.plant("account.generic_unapproved", "ask" if way == "crossed" else "lock")
            elif way == "close":
                idle(draft, system.idle.close_after_days)
                draft.plant("account.inactive", "close", system.idle.close_clause)
            elif way == "unknown":
                draft.created = draft.used = None
                draft.plant("account.use_unknown", "ask")
            draft.status = way if way in ("closed", "locked") else "active"
            self._approve(draft, approvals, left=way == "left")
            yield draft

    def services(self, system: MadeSystem) -> Iterator[AccountDraft]:
        for name in SERVICES[: 3 if system.kind == "clinical" else 2]:
            way, approvals = SERVICE_DECK[next(self._turn["service"]) % len(SERVICE_DECK)]
            draft = self._nobodys(system, f"svc.{name}", "service")
            if way in ("none", "expired"):
                draft.plant("account.generic_unapproved", "ask")  # a lock would stop an interface
            elif way == "silent":  # no day known and no person: a service is judged for owner and expiry only
                draft.created = draft.used = None
            elif way == "dormant":
                idle(draft, system.idle.close_after_days + 30)
            self._approve(draft, approvals, left=way == "left")
            yield draft

    def admins(self, system: MadeSystem, holders: Sequence[MadePerson], leavers: Sequence[MadePerson]) -> Iterator[AccountDraft]:
        """One in about twelve without approval or with one that ran out; where a leaver holds one, it must be closed."""
        for person in holders:
            draft = self._admin(system, person)
            way = next(self._turn["admin"]) % 24
            if way == 3:
                draft.grants = []
                draft.plant("account.admin_unapproved", "ask")
            elif way == 9:
                draft.grants[0].expires, draft.grants[0].approved = 1, max(60, draft.grants[0].approved)
                draft.plant("authorisation.expired", "lock")
            elif way == 15:
                idle(draft, system.idle.lock_after_days)
                draft.plant("account.inactive", "lock", system.idle.lock_clause)
            yield draft
        for person in leavers:
            yield self._admin(system, person)

    def strangers(self, system: MadeSystem, holders: Sequence[MadePerson]) -> Iterator[AccountDraft]:
        """Administrators nobody approved for anything here."""
        for person in holders:
            draft = self._admin(system, person)
            draft.grants = []
            draft.plant("account.admin_unapproved", "ask")
            draft.plant("authorisation.missing", "ask")
            yield draft

    def copies(self, system: MadeSystem, environment: str, holders: Sequence[MadePerson]) -> Iterator[AccountDraft]:
        """Accounts on a non-live copy, granted one by one by the role the pack names; one in ten is not."""
        role = system.pack.environment_approvers(environment)[0]
        for person in holders:
            draft = self.registrar.open(system, person)
            draft.environment, draft.status = environment, "active"
            draft.used, draft.created = (2, max(draft.created or 0, 9)) if draft.used is None else (draft.used, draft.created)
            grant = self.registrar.grant(person, environment, "normal", draft.roles, draft.teams, draft.created or 9)
            grant.by, grant.role, grant.exception, draft.grants = self.board["systems"].number, role, "", [grant]
            self._misgrant(draft, next(self._turn["copy"]) % 40)
            yield draft

    def _misgrant(self, draft: AccountDraft, way: int) -> None:
        grant = draft.grants[0]
        if way == 1:
            draft.grants = []
        elif way == 9:
            boss = draft.person.supervisor if draft.person else None
            grant.by, grant.role = boss.number if boss else grant.by, "line_manager"
        elif way == 17:
            grant.by = draft.number_of_holder()
        elif way == 25:
            grant.expires, grant.approved = 1, max(60, grant.approved)
        elif way == 33:
            grant.approved = -1
        elif way == 37:
            grant.expires = 0
        if way in (1, 9, 17, 25, 33):
            draft.plant("environment.unauthorised", "lock")

    def _admin(self, system: MadeSystem, person: MadePerson) -> AccountDraft:
        draft = self.registrar.open(system, person)
        draft.username, draft.kind = f"adm.{username_of(system, person)}", "admin"
        draft.status = "active" if person.state == "present" else draft.status
        if draft.used is None:
            draft.used, draft.created = 2, max(draft.created or 0, 9)
        draft.roles = ["System Administrator"]
        draft.teams = []
        draft.grants = [self.registrar.grant(person, "live", "admin", draft.roles, [], draft.created or 0)]
        return draft

    def _nobodys(self, system: MadeSystem, name: str, kind: str) -> AccountDraft:
        title = name.removeprefix("svc.").replace(".", " ").capitalize()
        email = f"{name}@{self.board['network'].email.split('@')[1]}" if system.says("email") and kind == "generic" else ""
        return AccountDraft(system, "live", name, None, kind, "active", title, "", email, "", 250, 1, [], [], [], matched=False)

    def _approve(self, draft: AccountDraft, approvals: tuple[tuple[int, int], ...], *, left: bool = False) -> None:
        owner = self.owners[next(self._turn["owner"]) % len(self.owners)]
        if left:
            owner = self.gone[next(self._turn["gone"]) % len(self.gone)]
            draft.plant("account.owner_left", "ask")
        for approved, expires in approvals:
            name = draft.username.upper() if approved == 300 else draft.username  # case is ignored
            reason = "One screen serves the whole shift" if draft.kind == "generic" else "Carries messages between systems"
            self.approvals.append((draft.system.code, name, owner.number, self.dates.day(approved), self.dates.day(expires), reason))


def first(people: Sequence[MadePerson], number: int) -> list[MadePerson]:
    return list(islice(people, number))
