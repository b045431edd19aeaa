"""The JSON API of findings and accounts: the same rows as the pages, for programs."""

from datetime import date, datetime

from django.http import HttpRequest
from ninja import Path, Query, Router, Schema
from ninja.errors import HttpError

from careward.access.accounts.models import Account, Finding
from careward.people.signin.api_keys import Bearer
from careward.people.staff.models import Person
from careward.systems.register.models import System
from careward.web.answers import ERRORS, Mistake, PageIn, Word, rows_after

router = Router(tags=["accounts"])


class FindingOut(Schema):
    """One thing wrong with one account: the eight keys of the output contract, and when."""

    system: str
    environment: str
    username: str
    employee_number: str | None
    code: str
    step: str
    clause: str
    detail: str
    settled: bool
    found_on: date
    due_on: date


class FindingsOut(Schema):
    total: int
    next: int | None
    findings: list[FindingOut]


class AccountOut(Schema):
    environment: str
    username: str
    display_name: str
    employee_number: str | None
    status: str
    kind: str
    created_on: date | None
    last_used_at: datetime | None
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
def list_findings(request: HttpRequest, asked: Query[FindingsIn]) -> dict[str, object]:
    """Open findings, oldest first."""
    wanted = {"system__code": asked.system, "code": asked.code, "clause": asked.clause, "employee_number": asked.employee_number}
    rows = Finding.objects.filter(organisation_id=request.auth.organisation_id, closed_on=None, **{k: v for k, v in wanted.items() if v})
    page, following = rows_after(rows.select_related("system"), asked)
    return {"total": rows.count(), "next": following, "findings": [_finding(f) for f in page]}


@router.get("/people/{employee_number}/accounts", auth=Bearer("accounts:accounts:see"), response={200: AccountsOut, 404: Mistake, **ERRORS})
def accounts_of_a_person(request: HttpRequest, employee_number: Path[Word]) -> dict[str, object]:
    """Every account that is one person's."""
    person = Person.objects.filter(organisation_id=request.auth.organisation_id, employee_number=employee_number).first()
    if person is None:
        raise HttpError(404, "Nobody here has that employee number")
    rows = list(Account.objects.filter(person=person, gone_on=None).select_related("person").order_by("id"))
    return {"total": len(rows), "next": None, "accounts": [_account(a) for a in rows]}


@router.get("/systems/{code}/accounts", auth=Bearer("accounts:accounts:see"), response={200: AccountsOut, 404: Mistake, **ERRORS})
def accounts_of_a_system(request: HttpRequest, code: Path[Word], asked: Query[PageIn]) -> dict[str, object]:
    """The accounts of one system, in the order they were first seen."""
    system = System.objects.filter(organisation_id=request.auth.organisation_id, code=code).first()
    if system is None:
        raise HttpError(404, "No such system in the register")
    rows = Account.objects.filter(system=system, gone_on=None).select_related("person")
    page, following = rows_after(rows, asked)
    return {"total": rows.count(), "next": following, "accounts": [_account(a) for a in page]}


def _finding(f: Finding) -> dict[str, object]:
    return {
        "system": f.system.code, "environment": f.environment, "username": f.username, "employee_number": f.employee_number, "code": f.code,
        "step": f.step, "clause": f.clause, "detail": f.detail, "settled": f.settled, "found_on": f.found_on, "due_on": f.due_on,
    }  # fmt: skip


def _account(a: Account) -> dict[str, object]:
    return {
        "environment": a.environment, "username": a.username, "display_name": a.display_name, "status": a.status, "kind": a.kind,
        "employee_number": a.person.employee_number if a.person else None, "created_on": a.created_on, "last_used_at": a.last_used_at,
        "roles": _listed(a.roles), "teams": _listed(a.teams),
    }  # fmt: skip


def _listed(text: str | None) -> list[str] | None:
    return None if text is None else [t for t in text.split(";") if t]
