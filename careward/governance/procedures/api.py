"""The JSON API of procedures: documents in force, one of them whole, and every clause with its state and its count."""

from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from ninja import Router, Schema
from ninja.errors import HttpError

from careward.core.days import london_day
from careward.governance.procedures import exports, queries
from careward.governance.procedures.queries import InForce
from careward.people.signin.api_keys import ApiRequest, Bearer
from careward.people.signin.giving import given_out
from careward.people.staff.models import Organisation
from careward.web.answers import Mistake

router = Router(tags=["procedures"])
SEE = Bearer("procedures:clauses:see")


class MeasureOut(Schema):
    total: int
    complies: int


class CountedOut(MeasureOut):
    counts: str  # what one case is, in words


class ClauseOut(Schema):
    """One line of `careward clauses --json`."""

    id: str
    kind: str  # H enforced, T tracked, D held as data
    state: str
    level: str | None  # kept, shown, found, asked, prevented, proved
    rules: list[str]
    tests: list[str]
    breaks: list[str]
    measure: CountedOut | None


class FiguresOut(Schema):
    """How many duties stand where; every duty is in one of kept, to_put_right, part, uncounted and absent."""

    duties: int
    kept: int
    to_put_right: int
    cases: int
    late: int
    part: int
    uncounted: int
    absent: int


class ReviewOut(Schema):
    name: str  # late, wait, ok, none
    words: str


class ProcedureOut(Schema):
    pack: str
    document: str
    title: str
    version: str
    reference: str
    owner: str
    from_on: date
    next_review_on: date | None
    review: ReviewOut
    figures: FiguresOut


class ProceduresOut(Schema):
    compared_at: datetime | None
    procedures: list[ProcedureOut]


class DutyOut(Schema):
    """One clause as it stands with the organisation: late, fix, kept, part, uncounted or absent."""

    id: str
    section: str
    duty: str
    actor: str
    state: str
    level: str | None
    standing: str
    partly: str
    to_put_right: int
    late: int
    measure: MeasureOut | None


class WholeOut(ProcedureOut):
    compared_at: datetime | None
    about: dict[str, Any]  # every field of the document's header and control, as it is held
    clauses: list[DutyOut]


class ClausesOut(Schema):
    total: int
    clauses: list[ClauseOut]


@router.get("/procedures", auth=SEE, response={200: ProceduresOut, 401: Mistake, 403: Mistake, 429: Mistake})
def list_procedures(request: ApiRequest) -> dict[str, object]:
    """The documents the organisation has in force, late reviews first, each with its figures."""
    found = queries.all_procedures(organisation_id=_whose(request), on=_today(request))
    rows = [{**_head(p.in_force), "figures": _plain(p.figures)} for p in found]
    given_out(request, "procedures", len(rows))
    return {"compared_at": found[0].compared_at if found else None, "procedures": rows}


@router.get("/procedures/{document}", auth=SEE, response={200: WholeOut, 401: Mistake, 403: Mistake, 404: Mistake, 429: Mistake})
def read_procedure(request: ApiRequest, document: str) -> dict[str, object]:
    """One document in force: its fields, its figures, and how each clause stands."""
    found = queries.procedure(organisation_id=_whose(request), document=document, on=_today(request))
    if found is None:
        raise HttpError(404, "No document of that code is in force here")
    given_out(request, f"clauses-{document}", len(found.duties))
    about = {k: v for k, v in exports.as_data(found.in_force.document).items() if k not in exports.BODY}
    return {
        **_head(found.in_force),
        "figures": _plain(found.figures),
        "compared_at": found.compared_at,
        "about": about,
        "clauses": [_duty(d) for d in found.duties],
    }


@router.get("/clauses", auth=SEE, response={200: ClausesOut, 401: Mistake, 403: Mistake, 429: Mistake})
def list_clauses(request: ApiRequest) -> dict[str, object]:
    """Every clause of every shipped document, in force here or not, with its state in Careward and its count here."""
    rows = queries.clauses_report(Organisation.objects.get(pk=_whose(request)), on=_today(request))
    given_out(request, "clauses", len(rows))
    return {"total": len(rows), "clauses": rows}


def _head(running: InForce) -> dict[str, object]:
    document = running.document
    return {
        "pack": running.pack,
        "document": document.code,
        "title": document.title,
        "version": document.version,
        "reference": running.reference,
        "owner": running.owner,
        "from_on": running.from_on,
        "next_review_on": document.next_review_on,
        "review": _plain(running.review),
    }


def _duty(duty: queries.Duty) -> dict[str, object]:
    return {
        "id": duty.clause.id,
        "section": duty.clause.section,
        "duty": duty.clause.duty,
        "actor": duty.clause.actor,
        "state": duty.state,
        "level": duty.level or None,
        "standing": duty.mark,
        "partly": duty.partly,
        "to_put_right": duty.to_put_right,
        "late": duty.late,
        "measure": {"total": duty.measured.total, "complies": duty.measured.complies} if duty.measured else None,
    }


def _plain(value: Any) -> dict[str, object]:
    return asdict(value)


def _whose(request: ApiRequest) -> int:
    return request.auth.organisation_id


def _today(request: ApiRequest) -> date:
    return london_day(request.now)
