"""The JSON API of procedures: what it answers, and to whom."""

from datetime import UTC, date, datetime

import pytest
from django.test import Client
from ninja import NinjaAPI

from careward.governance.procedures.actions import adopt_document
from careward.governance.procedures.api import router
from careward.people.signin.models import ApiToken, RoleHeld
from careward.people.staff.models import Organisation
from tests.make import people
from tests.web import procedures_site

NOW = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
api = NinjaAPI(title="Procedures", urls_namespace="procedures_test")
api.add_router("", router)
urlpatterns = procedures_site.urlpatterns


class Clock:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.now = NOW
        return self.get_response(request)


@pytest.fixture
def trust(db, settings) -> Organisation:
    settings.ROOT_URLCONF = __name__
    settings.MIDDLEWARE = [f"{__name__}.Clock"]
    trust = Organisation.objects.create(ods_code="RNM", name="Northmoor", pack="tewv")
    adopt_document(organisation=trust, pack="tewv", document="paris", from_on=date(2025, 5, 12), owner="Bryony Falk", now=NOW, by="cli/ops")
    return trust


def client(trust: Organisation, scope: str = "clauses") -> Client:
    people.token(trust, scope, f"{scope}-token")
    return Client(headers={"Authorization": f"Bearer {scope}-token"})


def test_documents_in_force_are_listed_with_their_figures(trust: Organisation):
    answer = client(trust).get("/api/procedures").json()
    (paris,) = answer["procedures"]
    assert (paris["document"], paris["owner"], paris["next_review_on"], paris["review"]["name"]) == (
        "paris",
        "Bryony Falk",
        "2024-05-12",
        "late",
    )
    f = paris["figures"]
    assert f["duties"] == 103 == f["kept"] + f["to_put_right"] + f["part"] + f["uncounted"] + f["absent"]


@pytest.mark.clause("PA-001", "PA-006", "PA-096", "PA-097", "PA-098", "PA-099")
def test_one_document_holds_all_its_fields_and_clauses(trust: Organisation):
    answer = client(trust).get("/api/procedures/paris").json()
    about = answer["about"]
    assert len(answer["clauses"]) == 103 and {c["standing"] for c in answer["clauses"]} >= {"absent", "kept", "late"}
    assert (about["publication"], about["reference"], about["version"], about["status"], about["kind"]) == (
        "public", "IT-0031-001-v3", "3", "Approved", "Procedure",
    )  # fmt: skip
    assert (
        about["overarching"]
        and len(about["related"]) == 8
        and about["approved_on"] == "2021-05-12"
        and about["equality_on"] == "2021-04-07"
    )
    assert [a["group"] for a in about["approvals"]] == ["Heads of Information", "Digital Transformation and Safety Board"]
    assert about["replaces"] and about["versions"][0]["version"] == "3"


def test_all_clauses_are_listed(trust: Organisation):
    answer = client(trust).get("/api/clauses").json()
    assert answer["total"] == len(answer["clauses"]) == 373
    assert {c["state"] for c in answer["clauses"]} == {"done", "partly", "missing"}


@pytest.mark.parametrize("path", ["/api/procedures", "/api/procedures/paris", "/api/clauses"])
def test_without_a_token_or_with_another_scope_nothing_is_told(trust: Organisation, path: str):
    assert Client().get(path).status_code == 401
    assert client(trust, "people").get(path).status_code == 403


def test_a_document_not_in_force_here_is_not_found(trust: Organisation):
    reader = client(trust)
    assert reader.get("/api/procedures/access").status_code == reader.get("/api/procedures/nothing").status_code == 404
    other = Organisation.objects.create(ods_code="RXX", name="Other")
    assert Client(headers={"Authorization": "Bearer clauses-token"}).get("/api/procedures/paris").status_code == 200
    ApiToken.objects.update(organisation=other)
    RoleHeld.objects.update(organisation=other)
    assert reader.get("/api/procedures/paris").status_code == 404
