"""Every list that leaves the house, as a file or as an answer to a program, is an entry: who, which list, narrowed by what, how many rows."""

import csv
import inspect
import io
import json
import re
from datetime import date

import pytest
from django.db import DatabaseError
from django.urls import resolve

from careward.access.feeds import views as feeds
from careward.config.api import api
from careward.config.rooms import house
from careward.evidence.ledger.models import Entry
from careward.front import views as front
from careward.governance.procedures.actions import adopt_document
from careward.people.staff import views as staff
from tests.house.test_files_that_leave import views
from tests.make import found, people
from tests.make.people import NOW, ready, signed_in

pytestmark = pytest.mark.django_db
EXPORTED = "list.exported"
GIVES = {"download", "download_data"}


def told() -> list[tuple[str, str, dict]]:
    rows = Entry.objects.filter(verb=EXPORTED).order_by("id").values_list("actor", "subject", "body")
    return [(actor, subject, body) for actor, subject, body in rows]


@pytest.fixture
def paris(trust):
    return found.system(trust)


@pytest.fixture
def carol(trust, paris):
    carol = people.staff(trust, "Carol Dewhurst")
    found.finding(found.account(paris, carol, username="cdewhurst"))
    found.task(trust, title="Lock the account of Carol Dewhurst")
    adopt_document(organisation=trust, pack="tewv", document="paris", from_on=date(2025, 5, 12), owner="Bryony Falk", now=NOW, by="cli/ops")
    return carol


def take(browser, address: str) -> bytes:
    """A file, to its end."""
    return b"".join(browser.get(address).streaming_content)


LISTS = {
    "/findings/?as=csv": ("list/findings", "csv"),
    "/findings/?as=xlsx": ("list/findings", "xlsx"),
    "/tasks/?as=csv": ("list/tasks", "csv"),
    "/people/?as=csv": ("list/people", "csv"),
    "/people/roles/?as=csv": ("list/roles", "csv"),
    "/loads/?as=csv": ("list/loads", "csv"),
    "/letters/?as=csv": ("list/letters", "csv"),
    "/ledger/?as=csv": ("list/ledger entries", "csv"),
    "/jobs/?as=csv": ("list/work that waits", "csv"),
    "/systems/paris/?as=csv": ("list/accounts", "csv"),
    "/procedures/paris/?as=csv": ("list/clauses-paris", "csv"),
    "/procedures/board/by/system/?as=csv": ("list/cases by system", "csv"),
    "/procedures/paris/PA-033/evidence/?as=csv": ("list/cases PA-033", "csv"),
    "/procedures/paris/PA-033/evidence/in-order/?as=csv": ("list/in order PA-033", "csv"),
    "/procedures/paris/about.csv": ("list/document-paris", "csv"),
    "/procedures/paris/about.json": ("list/document-paris", "json"),
}


@pytest.mark.parametrize("address", LISTS)
def test_each_list_taken_as_a_file_is_an_entry(trust, carol, address):
    user = ready("trust_administrator", at=trust)
    answer = signed_in(user).get(address)
    assert answer.status_code == 200 and answer.headers["Content-Disposition"].startswith("attachment")
    ((actor, subject, body),) = told()
    assert (actor, subject, body["form"]) == (f"user/{user.pk}", *LISTS[address])
    content = b"".join(answer)
    if body["form"] == "csv":
        assert body["rows"] == len(list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))) - 1
    elif body["form"] == "json":
        assert body["rows"] == len(json.loads(content)["clauses"]) > 0


def test_the_file_of_a_person_s_page_says_whose_and_is_a_look_too(trust, admin, carol):
    take(admin, f"/people/{carol.pk}/access/?as=csv")
    ((_, subject, body),) = told()
    assert (subject, body["about"]) == ("list/access", f"person/{carol.pk}")
    assert Entry.objects.filter(verb="person.looked_at", subject=f"person/{carol.pk}").count() == 1


def test_an_entry_names_the_filters_and_never_what_was_looked_for(admin, carol):
    take(admin, "/findings/?system=paris&q=Dewhurst&as=csv")
    ((_, _, body),) = told()
    assert {"q", "system"} <= set(body["narrowed_by"]) and "Dewhurst" not in str(body) and "cdewhurst" not in str(body)


def test_each_file_is_an_entry_also_on_the_same_day(admin, carol):
    for _ in range(2):
        take(admin, "/findings/?as=csv")
    assert len(told()) == 2


def test_a_page_of_a_list_is_no_export(admin, carol):
    for address in LISTS:
        assert admin.get(re.sub(r"\?.*|about[.].*", "", address)).status_code in (200, 403)
    assert told() == []


def test_asking_ahead_takes_nothing_and_writes_nothing(admin, carol):
    assert (admin.head("/findings/?as=csv").content, told()) == (b"", [])
    ahead = admin.get("/findings/?as=csv", headers={"Sec-Purpose": "prefetch"})
    assert (ahead.status_code, ahead.content, told()) == (503, b"", [])


@pytest.mark.parametrize("address", LISTS)
def test_no_file_is_given_to_who_only_asks_ahead(trust, carol, address):
    browser = signed_in(ready("trust_administrator", at=trust))
    assert (browser.head(address).content, told()) == (b"", [])
    assert (browser.get(address, headers={"Purpose": "prefetch"}).status_code, told()) == (503, [])


def test_every_view_that_gives_a_file_is_among_those_tried_here():
    """Three are tried apart: a person's page, the problems of a load, which needs one, and a manager's team."""
    tried = {inspect.unwrap(resolve(address.partition("?")[0]).func) for address in LISTS}
    apart = {inspect.unwrap(front.person), inspect.unwrap(feeds.problems), inspect.unwrap(staff.my_team)}
    giving = {view for view in map(inspect.unwrap, views()) if GIVES & set(view.__code__.co_names)}
    assert len(giving) > 10
    assert giving == tried | apart


def test_nothing_leaves_that_cannot_be_written_down(admin, trust, carol, monkeypatch, client):
    def refuse(**facts: object) -> None:
        raise DatabaseError("cannot execute INSERT in a read-only transaction")

    headers = key(trust)
    monkeypatch.setattr("careward.evidence.ledger.actions.record", refuse)
    page = admin.get("/findings/?as=csv")
    assert page.status_code == 503 and b"cdewhurst" not in page.content
    answer = client.get("/api/findings", headers=headers)
    assert answer.status_code == 503 and set(answer.json()) == {"detail"} and answer.headers["Retry-After"]


def key(trust, name: str = "reader") -> dict[str, str]:
    people.token(trust, "findings", name)
    return {"Authorization": f"Bearer {name}"}


ANSWERS = {
    "/api/findings?code=account.leaver&limit=7": ("list/findings", ["code"]),
    "/api/tasks": ("list/tasks", []),
    "/api/systems/paris/accounts": ("list/accounts", []),
    "/api/procedures": ("list/procedures", []),
    "/api/clauses": ("list/clauses", []),
    "/api/procedures/paris": ("list/clauses-paris", []),
}


@pytest.mark.parametrize("address", ANSWERS)
def test_each_list_that_a_program_is_given_is_an_entry(client, trust, carol, address):
    scope = " ".join(house().scopes)
    people.token(trust, scope, "all")
    answer = client.get(address, headers={"Authorization": "Bearer all"})
    assert answer.status_code == 200, answer.content
    ((actor, subject, body),) = told()
    assert actor.startswith("token/") and (subject, body.get("narrowed_by", [])) == ANSWERS[address] and body["form"] == "api"
    assert body["rows"] > 0


def test_no_answer_of_the_api_is_left_out():
    """Whoever adds one says here which list it gives, or that it is a look."""
    looks = {"/people/{employee_number}/accounts"}
    given = {address.removeprefix("/api").partition("?")[0] for address in ANSWERS}
    paths = {path.removeprefix("/api") for path in api.get_openapi_schema()["paths"]}
    known = {path.replace("/paris/", "/{code}/") if "systems" in path else path.replace("/paris", "/{document}") for path in given}
    assert paths == known | looks
