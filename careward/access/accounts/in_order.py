"""The accounts that are in order under a clause: it applies to them and nothing is to put right, as the measures count them."""

from collections.abc import Iterator, Sequence
from dataclasses import astuple
from datetime import date, datetime
from functools import reduce
from operator import or_
from typing import NamedTuple

from django.db.models import Q, QuerySet

from careward.access.accounts import applying, wording
from careward.access.accounts.finding_lines import Reach
from careward.access.accounts.measures import ABOUT, SORT, about_clauses, cases, sorted_accounts
from careward.access.accounts.models import Account, FindingAccount
from careward.access.accounts.rules.states import TO_PUT_RIGHT
from careward.evidence.tables import figures
from careward.people.staff.packs import pack_on
from careward.systems.register.models import System
from careward.systems.register.queries import within_systems
from careward.web import lists
from careward.web.lists import Asked, Choice, ColumnHead, Listing, Option, Page

HEADS = ("System", "Environment", "User name", "Person", "Status", "Made", "Last used")
NOTHING = Q(pk__in=())
NOT_LISTED = "no longer listed"


def in_order(within: Reach, clause: str, systems: Sequence[str], on: date) -> QuerySet[Account]:
    """The accounts, of those that someone sees whole systems of, that are as a clause asks on a day."""
    about = _codes(within.organisation_id, clause, on)
    rows = _of_few(within.organisation_id, about, on) if _is_of_few(about) else _of_all(within.organisation_id, about)
    wrong = FindingAccount.objects.filter(clause=clause, gone_on=None, finding__closed_on=None, finding__state__in=TO_PUT_RIGHT)
    rows = rows.filter(within_systems(within.systems), organisation_id=within.organisation_id).exclude(pk__in=wrong.values("account_id"))
    return rows.filter(system__code__in=systems) if systems else rows


def _codes(organisation_id: int, clause: str, on: date) -> dict[str, set[str]]:
    """By pack, what speaks for a clause on the systems that run it."""
    packs = System.objects.filter(organisation_id=organisation_id).order_by().values_list("pack", flat=True).distinct()
    found = {name: about_clauses(pack_on(name, on)).get(clause, set()) for name in packs}
    return {name: codes for name, codes in found.items() if codes}


def _is_of_few(about: dict[str, set[str]]) -> bool:
    return all(codes <= applying.OF_FEW for codes in about.values())


def _of_few(organisation_id: int, about: dict[str, set[str]], on: date) -> QuerySet[Account]:
    wanted = [
        Q(pk__in=rows.filter(system__pack__in=[pack for pack, codes in about.items() if code in codes]).order_by().values("pk"))
        for code, rows in applying.as_asked(organisation_id, on)
    ]
    return Account.objects.filter(reduce(or_, wanted, NOTHING))


def _of_all(organisation_id: int, about: dict[str, set[str]]) -> QuerySet[Account]:
    """Of every open account those of a sort that the clause is about; there are few sorts."""
    return sorted_accounts(organisation_id).filter(reduce(or_, _sorts(organisation_id, about), NOTHING))


def _sorts(organisation_id: int, about: dict[str, set[str]]) -> Iterator[Q]:
    for group in figures.figure(("sorts", organisation_id), lambda: cases(organisation_id)):
        if any(ABOUT[code](group) for code in about.get(group.pack, ()) if code in ABOUT):
            yield Q(**dict(zip(SORT, astuple(group)[:-1], strict=True)))


def in_order_listing(organisation_id: int) -> Listing:
    """The accounts in order under a clause."""
    systems = System.objects.filter(organisation_id=organisation_id).order_by("name").values_list("code", "name")
    return Listing(
        noun="accounts",
        columns=(
            ColumnHead("Account", "username", ("username",), upward="User name"),
            ColumnHead("Whose", "whose", ("person__last_name", "person__first_name"), upward="Whose"),
            ColumnHead("Last used", "used", ("last_used_at",), upward="Longest unused first", downward="Last used first"),
            ColumnHead("Now"),
        ),
        filters=(Choice("system", "System", tuple(Option(*each) for each in systems), field="system__code"),),
        sort="username",
        kind="accounts",
        none_yet="No account is in order under this clause, or none is one to which it applies.",
    )


class InOrderLine(NamedTuple):
    """An account in order, as its list and its file have it."""

    account_id: int
    person_id: int | None
    system: str
    environment: str
    username: str
    person: str
    status: str
    created_on: date | None
    last_used_at: datetime | None


def in_order_page(within: Reach, clause: str, systems: Sequence[str], on: date, listed: Listing, asked: Asked) -> Page[InOrderLine]:
    """One page of them."""
    rows = in_order(within, clause, systems, on).select_related("person", "system")
    return lists.apply(listed, asked, rows, figures=figures).map(_line)


def in_order_rows(rows: QuerySet[Account]) -> Iterator[tuple[object, ...]]:
    """All of them, under HEADS."""
    for account in lists.stream(rows.select_related("person", "system").order_by("username", "pk")):
        yield _line(account)[2:]


def _line(a: Account) -> InOrderLine:
    whose, status = a.person.name if a.person else "", wording.STATUS_WORDS[a.status] if a.gone_on is None else NOT_LISTED
    return InOrderLine(
        a.pk, a.person_id, a.system.name, a.environment, a.username, whose, status,
        a.created_on, a.last_used_at,
    )  # fmt: skip
