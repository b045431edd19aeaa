"""An arrow written as a string is an arrow: a room names only its own and lower rooms'."""

import pytest

from tests.house.strings import CAREWARD, ROOT, arrows, known, may_name, upward

KNOW = known()
FILES = sorted(p for p in CAREWARD.rglob("*") if p.suffix in (".py", ".jinja", ".html") and "migrations" not in p.parts)


def test_no_string_leads_upstairs():
    found = [a for p in FILES for a in upward(str(p.relative_to(ROOT)), p.read_text(encoding="utf-8"), KNOW)]
    assert [str(a) for a in found] == []


def test_the_reader_sees_the_arrows_there_are():
    """Else the test above could pass by seeing nothing."""
    found = [a for p in FILES for a in arrows(str(p.relative_to(ROOT)), p.read_text(encoding="utf-8"), KNOW)]
    kinds = {what: sum(a.what == what for a in found) for what in ("address", "permission", "verb", "table", "template")}
    assert kinds["address"] > 100 and kinds["permission"] > 40 and kinds["verb"] > 20 and kinds["table"] > 10 and kinds["template"] > 100
    assert {a.room for a in found} >= set(KNOW.rooms) - {"rows", "moves", "jobs", "front"}


PY = "careward/people/staff/planted.py"
PAGE = "careward/people/staff/templates/staff/planted.jinja"
PLANTED = [
    (PY, 'reverse("accounts:findings")', "address", "accounts"),
    (PY, 'WHERE = "tasks:my_work"', "address", "tasks"),
    (PY, 'redirect("mfa_index")', "address", "signin"),
    (PY, 'viewer.may("accounts:findings:see")', "permission", "accounts"),
    (PY, 'record(verb="load.applied")', "verb", "feeds"),
    (PY, 'execute("SELECT id FROM accounts_account WHERE id = 1")', "table", "accounts"),
    (PY, 'render(request, "tasks/my_work.jinja")', "template", "tasks"),
    (PY, 'redirect("/findings/?system=paris")', "link", "accounts"),
    (PY, 'redirect(f"/tasks/{number}/done/" if number else "/tasks/")', "link", "tasks"),
    (PY, 'redirect("/")', "link", "front"),
    (PAGE, """<a href="/">Home</a>""", "link", "front"),
    (PAGE, """<a href="{{ url('accounts:findings') }}">""", "address", "accounts"),
    (PAGE, """<a href="{{ url("mfa_index") }}">""", "address", "signin"),
    (PAGE, """{% url 'account_login' %}""", "address", "signin"),
    (PAGE, """{% if viewer.may("feeds:loads:see") %}""", "permission", "feeds"),
    (PAGE, """{% if entry.verb == "load.applied" %}""", "verb", "feeds"),
    (PAGE, """{% include "accounts/access.jinja" %}""", "template", "accounts"),
    (PAGE, """<a href="/systems/">Systems</a>""", "link", "register"),
    (PAGE, """<form action="/search/" method="get">""", "link", "front"),
]


@pytest.mark.parametrize(("file", "text", "what", "room"), PLANTED)
def test_a_planted_arrow_upstairs_is_caught(file, text, what, room):
    assert (what, room) in {(a.what, a.room) for a in upward(file, text, KNOW)}


def test_what_belongs_to_a_room_itself_or_below_is_free_to_it():
    assert upward("careward/access/feeds/planted.py", 'reverse("accounts:findings"); may("staff:people:see"); "load.applied"', KNOW) == []
    assert (
        upward(PAGE, """{% extends "web/shell.jinja" %}<a href="{{ url('staff:people') }}"><a href="/people/"><a href="/help/">""", KNOW)
        == []
    )


def test_rooms_of_governance_stand_side_by_side():
    rooms = ("procedures", "rights", "introductions", "front")
    assert not may_name("procedures", "rights", rooms) and not may_name("rights", "procedures", rooms)
    assert may_name("rights", "front", rooms)


def test_the_kit_and_the_engines_name_no_room():
    for below in ("web", "core", "seal", "engines"):
        assert upward(f"careward/{below}/planted.py", 'reverse("staff:people")', KNOW) != []
