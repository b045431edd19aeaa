"""The JSON API over the whole of Careward: who may ask, what they are never told, paging, and the document kept to the letter."""

import re

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as limits
from hypothesis import strategies as st
from schemathesis.specs.openapi.checks import negative_data_rejection

from careward.config.rooms import house
from careward.people.staff.models import Organisation
from tests.make import found, people
from tests.make.people import NOW, TODAY

pytestmark = pytest.mark.django_db
EXAMPLES = 30
FINDINGS = ("/api/findings", "/api/tasks", "/api/systems/paris/accounts", "/api/people/E1/accounts")
CLAUSES = ("/api/procedures", "/api/clauses", "/api/procedures/paris")


@pytest.fixture
def trust() -> Organisation:
    return people.organisation()


def key(at: Organisation, scope: str, **more) -> dict[str, str]:
    token = f"token-{at.ods_code}-{scope}"
    people.token(at, scope, token, **more)
    return {"Authorization": f"Bearer {token}"}


def client(at: Organisation, scope: str = "findings", **more) -> Client:
    return Client(headers=key(at, scope, **more))


def test_the_document_is_served_to_anyone_and_names_every_answer(trust):
    document = Client().get("/api/openapi.json").json()
    assert document["info"]["title"] == "Careward" and len(document["paths"]) >= 7
    for path, methods in document["paths"].items():
        for operation in methods.values():
            assert operation["security"] == [{"Bearer": []}], path
            assert {"200", "401", "403"} <= set(operation["responses"]), path


@pytest.mark.parametrize("address", [*FINDINGS, *CLAUSES])
@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer nope"}, {"Authorization": "Basic x"}, {"Authorization": "Bearer "}])
def test_without_a_token_in_use_nothing_is_told(trust, address, headers):
    refused = Client(headers=headers).get(address)
    assert refused.status_code == 401 and set(refused.json()) == {"detail"}


def test_after_many_wrong_tokens_nothing_more_is_looked_at_and_it_is_said_when(trust, settings):
    asking = client(trust)
    for number in range(settings.WRONG_TOKENS):
        assert Client(headers={"Authorization": f"Bearer {number}"}).get("/api/findings").status_code == 401
    refused = asking.get("/api/findings")
    assert refused.status_code == 429 and "Wait 5 minutes" in refused.json()["detail"]


def test_a_server_that_gives_no_address_is_answered_all_the_same(trust):
    assert client(trust).get("/api/findings", REMOTE_ADDR="").status_code == 200
    assert Client(headers={"Authorization": "Bearer x"}).get("/api/findings", REMOTE_ADDR="").status_code == 401


def test_a_token_that_has_ended_opens_nothing(trust):
    assert client(trust, ended_at=NOW).get("/api/findings").status_code == 401


def test_signing_in_to_the_pages_opens_nothing_here(trust):
    assert people.signed_in(people.ready(at=trust)).get("/api/findings").status_code == 401


@pytest.mark.parametrize("scope", house().scopes)
def test_a_token_opens_what_its_scope_names_and_nothing_else(trust, scope):
    asking = client(trust, scope)
    found.system(trust)
    for address in FINDINGS:
        expected = {200, 404} if scope == "findings" else {403}
        assert asking.get(address).status_code in expected, (scope, address)
    for address in CLAUSES:
        expected = {200, 404} if scope == "clauses" else {403}
        assert asking.get(address).status_code in expected, (scope, address)


def test_names_are_told_only_where_the_scope_reaches_people(trust):
    carol = people.staff(trust, "Carol Dewhurst")
    found.account(found.system(trust), carol, username="cdewhurst", display_name="Carol Dewhurst")
    found.task(trust, title="Say whether Carol Dewhurst has left", kind="account.leaver")
    for scope, told in (("findings", False), ("findings people", True)):
        asking = client(trust, scope)
        for address in ("/api/systems/paris/accounts", f"/api/people/{carol.employee_number}/accounts", "/api/tasks"):
            assert ("Carol Dewhurst" in asking.get(address).content.decode()) is told, (scope, address)


def test_the_document_marks_each_field_that_tells_of_a_person():
    shapes = Client().get("/api/openapi.json").json()["components"]["schemas"]
    marked = {
        (name, field) for name, shape in shapes.items() for field, facts in shape.get("properties", {}).items() if facts.get("x-personal")
    }
    account = {"username", "display_name", "employee_number", "last_used_at"}
    assert marked == {
        *(("AccountOut", field) for field in account), *(("FindingOut", field) for field in ("username", "employee_number", "detail")),
        ("PlaceOut", "username"), ("TaskOut", "title"),
    }  # fmt: skip
    named = re.compile("name|employee|title|email|display")
    told = {(n, f) for n, shape in shapes.items() if n.endswith("Out") for f in shape.get("properties", {}) if named.search(f)}
    assert told - marked <= {("ProcedureOut", "title"), ("WholeOut", "title"), ("ReviewOut", "name")}


def test_a_token_of_somebody_with_one_system_is_told_of_that_alone(trust):
    bound = people.user()
    people.role(bound, trust, "system_administrator", system_code="paris")
    for code in ("paris", "rio"):
        found.finding(found.account(found.system(trust, code), username=f"{code}1"))
        found.task(trust, role="system_administrator", system_code=code)
    asking = client(trust, "findings", who=bound)
    for address in ("/api/findings", "/api/tasks"):
        assert asking.get(address).json()["total"] == 1, address
    assert asking.get("/api/systems/paris/accounts").status_code == 200 and asking.get("/api/systems/rio/accounts").status_code == 404


def test_findings_say_the_eight_things_of_the_contract_and_when(trust):
    carol = people.staff(trust, "Carol Dewhurst")
    found.finding(found.account(found.system(trust), carol, username="cdewhurst"), detail="Left on 2026-11-01")
    (line,) = client(trust).get("/api/findings").json()["findings"]
    assert line == {
        "system": "paris", "environment": "live", "username": "cdewhurst", "employee_number": carol.employee_number,
        "code": "account.leaver", "step": "close", "clause": "PA-029", "detail": "Left on 2026-11-01", "settled": False,
        "found_on": "2026-11-23", "due_on": "2026-11-24", "id": line["id"],
        "accounts": [{"system": "paris", "environment": "live", "username": "cdewhurst", "clause": "PA-029"}],
    }  # fmt: skip


def test_a_course_that_lapsed_is_one_finding_with_every_account_it_is_about(trust):
    carol = people.staff(trust, "Carol Dewhurst")
    there = [found.account(found.system(trust, code), carol, username="cdewhurst") for code in ("rio", "paris")]
    found.lapsed(*there)
    asking = client(trust)
    for asked in ("", "?system=rio", "?clause=PA-011"):
        answer = asking.get(f"/api/findings{asked}").json()
        (line,) = answer["findings"]
        assert (answer["total"], line["system"], [a["system"] for a in line["accounts"]]) == (1, "paris", ["paris", "rio"])
    assert asking.get("/api/findings?system=epma").json()["total"] == 0


def test_another_organisation_s_rows_never_appear(trust):
    there = people.organisation("RX4")
    theirs = people.person(there, "Otto Elsewhere", employee_number="E1")
    about = found.account(found.system(there), theirs, username="foreign")
    found.finding(about, task=found.task(there, title="Foreign task"))
    asking = client(trust)
    assert asking.get("/api/findings").json() == {"total": 0, "next": None, "findings": []}
    assert asking.get("/api/tasks").json() == {"total": 0, "next": None, "tasks": []}
    assert asking.get("/api/people/E1/accounts").status_code == 404
    assert asking.get("/api/systems/paris/accounts").status_code == 404
    mine = client(there)
    assert mine.get("/api/people/E1/accounts").json()["accounts"][0]["username"] == "foreign"
    assert mine.get("/api/tasks").json()["total"] == mine.get("/api/findings").json()["total"] == 1


def test_pages_follow_one_another_without_gap_or_repeat(trust):
    paris = found.system(trust)
    made = [found.finding(found.account(paris, username=f"u{n:02}")).username for n in range(7)]
    found.finding(found.account(paris, username="closed"), closed_on=TODAY)
    asking, seen, after = client(trust), [], 0
    while after is not None:
        page = asking.get("/api/findings", {"after": after, "limit": 3}).json()
        assert page["total"] == 7 and len(page["findings"]) <= 3
        seen += [f["username"] for f in page["findings"]]
        after = page["next"]
    assert seen == made


@pytest.mark.parametrize(("address", "rows"), [("/api/tasks", "tasks"), ("/api/systems/paris/accounts", "accounts")])
def test_every_list_pages_alike(trust, address, rows):
    paris = found.system(trust)
    for n in range(5):
        found.account(paris, username=f"u{n}")
        found.task(trust)
    asking = client(trust)
    first = asking.get(address, {"limit": 4}).json()
    last = asking.get(address, {"limit": 4, "after": first["next"]}).json()
    assert (len(first[rows]), len(last[rows]), last["next"], first["total"]) == (4, 1, None, 5)


def test_findings_narrow_by_what_is_asked(trust):
    carol = people.staff(trust, "Carol Dewhurst")
    found.finding(found.account(found.system(trust), carol, username="one"))
    found.finding(found.account(found.system(trust, "rio"), username="two"), code="account.unmatched", clause="EL-009")
    asking = client(trust)
    for asked, expected in (
        ({"system": "rio"}, ["two"]), ({"code": "account.leaver"}, ["one"]), ({"clause": "EL-009"}, ["two"]),
        ({"employee_number": carol.employee_number}, ["one"]), ({"system": "rio", "code": "account.leaver"}, []), ({"system": "nope"}, []),
    ):  # fmt: skip
        assert [f["username"] for f in asking.get("/api/findings", asked).json()["findings"]] == expected, asked


def test_accounts_tell_rights_that_are_known_from_those_that_are_not(trust):
    paris = found.system(trust)
    found.account(paris, username="a", roles="nurse;viewer", teams=None)
    found.account(paris, username="b", roles="", teams="Crisis")
    found.account(paris, username="c", gone_on=TODAY)
    one, two = client(trust).get("/api/systems/paris/accounts").json()["accounts"]
    assert (one["roles"], one["teams"], two["roles"], two["teams"]) == (["nurse", "viewer"], None, [], ["Crisis"])
    assert one["employee_number"] is None


@pytest.mark.parametrize(
    "asked", [{"limit": 0}, {"limit": 501}, {"after": -1}, {"after": "x"}, {"after": 2**63}, {"system": "\0"}, {"system": "s" * 201}]
)
def test_what_cannot_be_asked_is_answered_with_what_is_wrong(trust, asked):
    refused = client(trust).get("/api/findings", asked)
    assert refused.status_code == 422 and refused.json()["detail"][0]["msg"]


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_the_api_only_reads(trust, method):
    assert getattr(client(trust), method)("/api/findings").status_code == 405


WRITING = 3  # a savepoint around the entry of what is given out
QUERIES = (
    ("/api/findings", 6 + WRITING),
    ("/api/tasks", 5 + WRITING),
    ("/api/systems/paris/accounts", 6 + WRITING),
)  # wrong tokens, the token, its person's roles


def test_the_number_of_queries_is_the_same_for_five_and_for_sixty(trust, django_assert_num_queries):
    asking, paris = client(trust), found.system(trust)
    lead = people.staff(trust)
    found.team_of(lead, 5, paris)
    for address, figure in QUERIES:
        with django_assert_num_queries(figure):
            assert asking.get(address).status_code == 200
    found.team_of(lead, 55, paris, start=5)
    for address, figure in QUERIES:
        with django_assert_num_queries(figure):
            assert len(asking.get(address).json()[address.rsplit("/", 1)[1]]) == 60


@pytest.fixture
def one_connection():
    """A server closes its connection after each answer; the test's own must stay open, as Django's test client keeps it."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.mark.parametrize("operation", range(7))
def test_every_answer_is_as_the_document_says(trust, one_connection, operation, settings):
    """Many questions made from the document itself: no fault, no undocumented status, every answer as its schema says."""
    found.team_of(people.staff(trust), 3, found.system(trust))
    settings.WRONG_TOKENS = 10_000  # it asks without a token, and with wrong ones, many times
    headers = key(trust, "findings clauses")
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", get_wsgi_application())
    operations = [each.ok() for each in schema.get_all_operations()]
    assert len(operations) == 7
    seen = []

    @limits(max_examples=EXAMPLES, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(case=st.one_of(*(operations[operation].as_strategy(generation_mode=mode) for mode in schemathesis.GenerationMode)))
    def ask(case):
        answer = case.call(headers=headers)
        seen.append(answer.status_code)
        case.validate_response(answer, headers=headers, excluded_checks=[negative_data_rejection])  # what is not known is not asked

    ask()
    assert len(seen) > 1 or operations[operation].path in ("/api/procedures", "/api/clauses")
