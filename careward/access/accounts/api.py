"""The JSON API of findings and accounts: the same rows as the pages, for programs."""

from datetime import date, datetime
from typing import Annotated

from ninja import Path, Query, Router, Schema
from ninja.errors import HttpError

from careward.access.accounts.finding_lines import AccountPlace, Reach, open_findings, places
from careward.access.accounts.models import Account, Finding
from careward.access.accounts.touched import on_systems, under_clause
from careward.people.looks.actions import look
from careward.people.signin.api_keys import PEOPLE, ApiRequest, Bearer
from careward.people.signin.giving import given_out
from careward.people.staff.models import Person
from careward.systems.register.models import System
from careward.systems.register.queries import within_systems
from careward.web.answers import ERRORS, PERSONAL, Mistake, PageIn, Word, rows_after
from careward.web.opened import written_first

router = Router(tags=["accounts"])


class PlaceOut(Schema):
    """An account that a finding is about."""

    system: str
    environment: str
    username: Annotated[str, PERSONAL]
    clause: str


class FindingOut(Schema):
    """One piece of trouble: the eight keys of the output contract, as of the first account it is about, all of those, and when."""

    id: int
    system: str
    environment: str
    username: Annotated[str, PERSONAL]
    employee_number: Annotated[str | None, PERSONAL]
    code: str
    step: str
    clause: str
    detail: Annotated[str, PERSONAL]
    settled: bool
    found_on: date
    due_on: date
    accounts: list[PlaceOut]


class FindingsOut(Schema):
    total: int
    next: int | None
    findings: list[FindingOut]


class AccountOut(Schema):
    environment: str
    username: Annotated[str, PERSONAL]
    display_name: Annotated[str | None, PERSONAL]  # none where the token may not see people
    employee_number: Annotated[str | None, PERSONAL]
    status: str
    kind: str
    created_on: date | None
    last_used_at: Annotated[datetime | None, PERSONAL]
    roles: list[str] | None
    teams: list[str] | None


class AccountsOut(Schema):
    total: int
    next: int | None
    accounts: list[AccountOut]


class FindingsIn(PageIn):
    system: Word = ""
    code: Word = ""
    clause: Word = ""
    employee_number: Word = ""


@router.get("/findings", auth=Bearer("accounts:findings:see"), response={200: FindingsOut, **ERRORS})
def list_findings(request: ApiRequest, asked: Query[FindingsIn]) -> dict[str, object]:
    """Open findings, oldest first, each with every account it is about."""
    here: int = request.auth.organisation_id
    wanted = {"code": asked.code, "employee_number": asked.employee_number}
    within = Reach(here, request.auth.systems_for("accounts:findings:see"))
    rows = open_findings(within).filter(**{k: v for k, v in wanted.items() if v})
    rows = rows.filter(on_systems([asked.system])) if asked.system else rows
    rows = rows.filter(under_clause(asked.clause)) if asked.clause else rows
    page, following = rows_after(rows.select_related("system"), asked)
    given_out(request, "findings", len(page), asked)
    where = places(within, [f.pk for f in page])
    return {"total": rows.count(), "next": following, "findings": [_finding(f, where.get(f.pk, ())) for f in page]}


@router.get("/people/{employee_number}/accounts", auth=Bearer("accounts:accounts:see"), response={200: AccountsOut, 404: Mistake, **ERRORS})
def accounts_of_a_person(request: ApiRequest, employee_number: Path[Word]) -> dict[str, object]:
    """Every account that is one person's."""
    person = Person.objects.filter(organisation_id=request.auth.organisation_id, employee_number=employee_number).first()
    if person is None:
        raise HttpError(404, "Nobody here has that employee number")
    with written_first():
        look(person_id=person.pk, organisation=request.auth.organisation, now=request.now, by=request.auth.actor)
    within = within_systems(request.auth.systems_for("accounts:accounts:see"))
    rows = list(Account.objects.filter(within, person=person, gone_on=None).select_related("person").order_by("id"))
    return {"total": len(rows), "next": None, "accounts": [_account(a, request) for a in rows]}


@router.get("/systems/{code}/accounts", auth=Bearer("accounts:accounts:see"), response={200: AccountsOut, 404: Mistake, **ERRORS})
def accounts_of_a_system(request: ApiRequest, code: Path[Word], asked: Query[PageIn]) -> dict[str, object]:
    """The accounts of one system, in the order they were first seen."""
    system = System.objects.filter(organisation_id=request.auth.organisation_id, code=code).first()
    if system is None or not request.auth.may("accounts:accounts:see", system=code):
        raise HttpError(404, "No such system in the register")
    rows = Account.objects.filter(system=system, gone_on=None).select_related("person")
    page, following = rows_after(rows, asked)
    given_out(request, "accounts", len(page), about=f"system/{code}")
    return {"total": rows.count(), "next": following, "accounts": [_account(a, request) for a in page]}


def _finding(f: Finding, where: tuple[AccountPlace, ...]) -> dict[str, object]:
    accounts = [{"system": p.system_code, "environment": p.environment, "username": p.username, "clause": p.clause} for p in where]
    whole = {"system": f.system.code if f.system else "", "environment": f.environment, "username": f.username, "clause": f.clause}
    return {
        **(accounts[0] if accounts else whole), "id": f.pk, "employee_number": f.employee_number, "code": f.code, "step": f.step,
        "detail": f.detail, "settled": f.settled, "found_on": f.found_on, "due_on": f.due_on, "accounts": accounts,
    }  # fmt: skip


def _account(a: Account, request: ApiRequest) -> dict[str, object]:
    """An account without the name on it, unless the token may see people."""
    name = a.display_name if request.auth.may(PEOPLE) else None
    return {
        "environment": a.environment, "username": a.username, "display_name": name, "status": a.status, "kind": a.kind,
        "employee_number": a.person.employee_number if a.person else None, "created_on": a.created_on, "last_used_at": a.last_used_at,
        "roles": _listed(a.roles), "teams": _listed(a.teams),
    }  # fmt: skip


def _listed(text: str | None) -> list[str] | None:
    return None if text is None else [t for t in text.split(";") if t]
