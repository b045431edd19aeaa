"""Whoever has the database can put anything into it: the ledger's pages and files say what cannot be read, and verify names it."""

import csv
import io
import re

import pytest
from django.db import connection, transaction

from careward.evidence.ledger import actions, links, proof
from careward.evidence.ledger.models import Entry, LedgerCheck
from tests.make.people import NOW, organisation, ready, signed_in

pytestmark = pytest.mark.django_db
ADDRESSES = ("", "?sort=when", "checkpoints/", "checkpoints/newest/download/", "checkpoints/key/download/")
SQLITE = connection.vendor == "sqlite"
DEEP = 10_000

BODIES: dict[str, object] = {
    "nested": "[" * DEEP + "]" * DEEP if SQLITE else "[" * 3_000 + "]" * 3_000,
    "nested in an object": '{"a":' * 900 + "1" + "}" * 900,
    "a list": '["a"]',
    "a number": "7",
    "nothing": "null",
    "huge": '{"why": "' + "x" * 3_000_000 + '"}',
    "very many": "{" + ", ".join(f'"k{n}": {n}' for n in range(20_000)) + "}",
    "a day that is none": '{"why": "9999-99-99 0000-01-01"}',
    "signs that bend": '{"why": "\u202e\u200b\u2066 \u001b[31m"}'.replace("\u001b", "\\u001b"),
}
ONLY_SQLITE: dict[str, object] = {
    "no JSON": "{",
    "no text": b"\xff\xfe\x00",
    "empty": "",
    "a real number": 1.5,
    "NaN": '{"why": NaN}',
    "too large a number": '{"why": 1e999}',
    "half a letter": '{"why": "\\ud800"}',
    "NUL": '{"why": "\\u0000"}',
    "NUL itself": '{"why": "\0"}',
    "a key that comes twice": '{"why": "forged", "why": "left"}',
    "not as it is written": '{"why":"left"}',
}
VALUES: tuple[object, ...] = (b"\xff\xfe", 7, -1.5, "", "\u202e\0 2026-99-99 10:00:00")
TEXTS = {
    "ledger_entry": ("at", "actor", "verb", "subject"),
    "ledger_leaf": ("hash",),
    "ledger_checkpoint": ("root", "frontier", "note", "sealed_at", "line"),
    "ledger_ledgercheck": ("asked_at", "asked_by", "taken_up_at", "ended_at", "ok", "checked", "first_bad", "problems", "more", "entry_id"),
}


@pytest.fixture(autouse=True)
def _house(monkeypatch, settings, tmp_path):
    settings.STATIC_ROOT.mkdir(exist_ok=True)
    settings.CAREWARD_HOME = tmp_path
    monkeypatch.setattr("django.conf.settings.CLOCK", lambda: NOW)


@pytest.fixture
def browser():
    return signed_in(ready("auditor", at=organisation()))


def write(count=1):
    facts = {"at": NOW, "actor": "user/7", "verb": "load.applied", "subject": "load/3", "organisation": "RX3"}
    with transaction.atomic():
        made = [actions.record(**facts, n=n).pk for n in range(count)]
    links.bind_now()  # as the commit does, which a test has none of
    return made


def bend(text, *values):
    with connection.cursor() as cursor:
        if SQLITE:
            cursor.execute("PRAGMA ignore_check_constraints = ON")
        cursor.execute(text, values)
        if SQLITE:
            cursor.execute("PRAGMA ignore_check_constraints = OFF")


def words(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def looked_at(browser, *ids):
    """Every page and file of the ledger is drawn; returns the pages of the entries."""
    for address in ADDRESSES:
        assert browser.get(f"/ledger/{address}").status_code == 200, address
    for kind in ("csv", "xlsx"):
        assert b"".join(browser.get(f"/ledger/?as={kind}").streaming_content)
    pages = [browser.get(f"/ledger/{number}/?proof=yes") for number in ids]
    assert all(page.status_code == 200 for page in pages)
    return [words(page) for page in pages]


@pytest.mark.parametrize("sealed", [True, False])
@pytest.mark.parametrize("name", BODIES | (ONLY_SQLITE if SQLITE else {}))
def test_a_body_that_is_not_what_was_written_stops_no_page_and_is_named(name, sealed, browser):
    first, bad, last = write(3)
    actions.seal(now=NOW)
    (waits,) = write()
    bad = bad if sealed else waits
    cast = "" if SQLITE else "::jsonb"
    bend(f"UPDATE ledger_entry SET body = %s{cast} WHERE id = %s", (BODIES | ONLY_SQLITE)[name], bad)
    page, good = looked_at(browser, bad, last)
    shown = ("very many", "a day that is none", "signs that bend", "NUL")
    said = "too long to be shown" if name == "huge" else "" if name in shown else "cannot be read"
    assert said in page and "\u202e" not in page and "\x1b" not in page and "\0" not in page
    assert "cannot be read" not in good
    report = proof.verify()
    assert not report.ok and report.first_bad == (bad if sealed else min(bad, waits))
    assert any(f"entry {bad} " in p for p in report.problems), report.problems
    assert browser.post("/ledger/check/", follow=True).status_code == 200
    written = {row["Entry"]: row["Written down"] for row in download(browser)}
    assert written[str(first)] == '{"n":0}' and (not said or written[str(bad)].lower().startswith(said[:10].lower()))


def download(browser):
    csv.field_size_limit(10_000_000)
    return list(csv.DictReader(io.StringIO(b"".join(browser.get("/ledger/?as=csv").streaming_content).decode("utf-8-sig"))))


@pytest.mark.skipif(not SQLITE, reason="PostgreSQL lets no value of another kind into a column")
@pytest.mark.parametrize(("table", "column"), [(table, column) for table, columns in TEXTS.items() for column in columns])
def test_a_value_of_any_kind_in_any_column_stops_no_page(table, column, browser):
    ids = write(4)
    actions.seal(now=NOW)
    browser.post("/ledger/check/")
    links.bind_now()
    key = {"ledger_entry": "id", "ledger_leaf": "number"}.get(table, "rowid")
    for value in VALUES:
        with transaction.atomic():
            bend(f"UPDATE {table} SET {column} = %s WHERE {key} = (SELECT max({key}) FROM {table})", value)
            looked_at(browser, *ids)
            if table != "ledger_ledgercheck":
                assert not proof.verify().ok, value
            transaction.set_rollback(True)
    with transaction.atomic():  # what is called text and is none
        bend(f"UPDATE {table} SET {column} = CAST(x'ff41' AS TEXT) WHERE {key} = (SELECT max({key}) FROM {table})")
        looked_at(browser, *ids)
        assert table == "ledger_ledgercheck" or not proof.verify().ok
        transaction.set_rollback(True)


def test_a_check_whose_row_was_changed_is_said_to_be_unreadable(browser):
    write()
    actions.seal(now=NOW)
    browser.post("/ledger/check/")
    if not SQLITE:
        pytest.skip("PostgreSQL lets no value of another kind into a column")
    bend("UPDATE ledger_ledgercheck SET problems = '{'")
    page = words(browser.get("/ledger/"))
    assert "What the last check found cannot be read" in page and "Nobody has checked" not in page
    assert LedgerCheck.objects.count() == 1 and Entry.objects.filter(verb="ledger.verified").count() == 1
