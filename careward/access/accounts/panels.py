"""What accounts and findings give the pages of one person, one system, the register and the staff list."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from careward.access.accounts import pages, queries
from careward.access.accounts.finding_accounts import found_accounts
from careward.access.accounts.models import Account, AccountAnswer, Finding
from careward.access.accounts.over_time import AccessOverTime, access_over_time
from careward.access.accounts.whole_access import Rest, WholeAccess, rests_on, whole_access
from careward.access.authorisations.queries import authorised
from careward.core.rights import EVERYWHERE, Everywhere, Systems
from careward.core.room import DownloadRows, Happening, Hit
from careward.people.staff.queries import answers_for
from careward.systems.register.queries import SystemSeen, known_systems, system_seen
from careward.web import lists
from careward.web.listing import Shown, shown
from careward.web.lists import Asked, Listing, Option
from careward.web.own_data import Facts, told
from careward.web.permission import Viewer
from careward.work.tasks.queries import acts_for, may_open


def _within(viewer: Viewer, person_id: int) -> Systems:
    """On which systems somebody sees a person's access: all for their own and for whom they manage, else where they see accounts.

    Who may not see everybody came to the page as the person or the manager.
    """
    within = viewer.systems_for("accounts:accounts:see")
    if person_id == viewer.person_id or not viewer.may("staff:people:see") or within is EVERYWHERE:
        return EVERYWHERE
    place: dict[str, Any] = {"organisation_id": viewer.organisation_id, "on": viewer.today}
    return EVERYWHERE if answers_for(**place, person_id=person_id, managers=acts_for(viewer)) else within


def access(*, viewer: Viewer, key: int, asked: Mapping[str, Any]) -> WholeAccess:
    """All access of one person, as far as whoever asks may see it."""
    within = _within(viewer, key)
    found = whole_access(organisation_id=viewer.organisation_id, person_id=key, today=viewer.today, within=within)
    names = {} if isinstance(within, Everywhere) else known_systems(organisation_id=viewer.organisation_id)
    only = tuple(name for code, name in names.items() if code in within)
    return replace(found, only=only, opens=may_open(viewer, found.task_ids))


def access_rows(*, viewer: Viewer, key: int, asked: Mapping[str, Any]) -> DownloadRows:
    """The same, for a file."""
    return DownloadRows("access", pages.ACCESS_HEADS, access(viewer=viewer, key=key, asked=asked).rows())


def rests(*, viewer: Viewer, key: int, asked: Mapping[str, Any]) -> tuple[Rest, ...]:
    """What one person's access rests on."""
    within = _within(viewer, key)
    return rests_on(organisation_id=viewer.organisation_id, person_id=key, today=viewer.today, within=within)


def over_time(*, viewer: Viewer, key: int, asked: Mapping[str, Any]) -> AccessOverTime | None:
    """One person's accounts and approvals over two years."""
    return access_over_time(organisation_id=viewer.organisation_id, person_id=key, within=_within(viewer, key), today=viewer.today)


def happened(*, viewer: Viewer, key: int, most: int) -> Sequence[Happening]:
    """What was authorised for one person, found wrong with their accounts, and put right."""
    about: dict[str, Any] = {"organisation_id": viewer.organisation_id, "person_id": key, "most": most, "within": _within(viewer, key)}
    return [*queries.happened_to(**about), *authorised(**about)]


@dataclass(frozen=True, slots=True)
class SystemAccounts:
    """The accounts of one system as its page lists them."""

    system: SystemSeen
    list: Shown
    figures: queries.SystemFigures

    @property
    def page_title(self) -> str:
        return self.list.title


def _asked(viewer: Viewer, code: str, asked: Mapping[str, Any]) -> tuple[SystemSeen, Listing, Asked] | None:
    seen = system_seen(organisation_id=viewer.organisation_id, code=code, on=viewer.today)
    if seen is None:
        return None
    listed = pages.accounts(viewer.organisation_id, tuple(Option(e.code, e.title) for e in seen.environments))
    return seen, listed, lists.parse(listed, asked)


def accounts(*, viewer: Viewer, key: str, asked: Mapping[str, Any]) -> SystemAccounts | None:
    """One page of a system's accounts."""
    if (wanted := _asked(viewer, key, asked)) is None:
        return None
    system, listed, question = wanted
    figures = queries.system_figures(viewer.organisation_id, system.id, viewer.today)
    page = queries.system_accounts(viewer.organisation_id, system.id, question, listed, figures.all)
    return SystemAccounts(system, shown(listed, question, page), figures)


def account_rows(*, viewer: Viewer, key: str, asked: Mapping[str, Any]) -> DownloadRows:
    """Every account of a system that matches, for a file."""
    wanted = _asked(viewer, key, asked)
    if wanted is None:
        return DownloadRows("accounts", pages.ACCOUNT_HEADS, ())
    system, listed, question = wanted
    lines = queries.account_rows(viewer.organisation_id, system.id, question, listed)
    return DownloadRows("accounts", pages.ACCOUNT_HEADS, lines, question.narrowed_by)


def by_system(*, viewer: Viewer, key: object, asked: Mapping[str, Any]) -> Mapping[str, queries.Grouped]:
    """What is to put right, by system, most first."""
    within = queries.reach(viewer, acts_for(viewer))
    return {g.key: g for g in queries.by_system(within, viewer.today)}


def people(*, viewer: Viewer, key: object, asked: Mapping[str, Any]) -> bool:
    """The staff list is led by where what is wrong is counted by person; nothing need be read for it."""
    return True


def found(*, viewer: Viewer, words: str, most: int) -> Sequence[Hit]:
    """Accounts by the beginning of their user name, on the system that is named beside it, if one is."""
    within = viewer.systems_for("accounts:accounts:see")
    rows = found_accounts(organisation_id=viewer.organisation_id, words=words, most=most, within=within)
    return [Hit("account", str(a.id), a.username, f"{a.system}. {a.person or 'Nobody matched'}") for a in rows]


def own_data(*, user_id: int, person_id: int | None) -> list[Facts]:
    """Somebody's accounts as each system told us of them."""
    return told(Account.objects.filter(person_id=person_id or 0), but=("person",), also=("system", "environment", "status"))


def found_wrong(*, user_id: int, person_id: int | None) -> list[Facts]:
    """What was found wrong with somebody's accounts, with the day it was found and put right."""
    rows = Finding.objects.filter(person_id=person_id or 0)
    return told(rows, but=("person", "account", "employee_number", "topic"), also=("system", "environment", "found_on", "closed_on"))


def answered(*, user_id: int, person_id: int | None) -> list[Facts]:
    """What was answered about whose account one is."""
    return told(AccountAnswer.objects.filter(person_id=person_id or 0), but=("person", "account"), also=("answer", "from_on", "ended_at"))
