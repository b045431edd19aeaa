"""A database that is busy or away: the page says so with 503, whatever asked for it; a wrong statement stays a bug."""

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from django.db import DataError, InterfaceError, OperationalError, ProgrammingError, connection
from django.test import Client

from careward.config.settings import _database
from careward.web.errors import is_away
from tests.make.pages import markup

pytestmark = pytest.mark.django_db


def said_by(act: Callable[[], object]) -> str:
    with pytest.raises((sqlite3.Error, psycopg.Error)) as caught:
        act()
    return str(caught.value)


@pytest.fixture
def locked(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    one, other = (sqlite3.connect(tmp_path / "x", timeout=0, isolation_level=None) for _ in range(2))
    one.execute("CREATE TABLE t (a)")
    one.execute("BEGIN EXCLUSIVE")
    yield other
    one.close()
    other.close()


def test_what_sqlite_really_says_of_a_lock_and_of_a_place_it_cannot_open_is_known(locked, tmp_path):
    for said in (said_by(lambda: locked.execute("INSERT INTO t VALUES (1)")), said_by(lambda: sqlite3.connect(tmp_path / "no" / "x"))):
        assert is_away(OperationalError(said), "sqlite"), said


def test_what_sqlite_says_of_a_wrong_statement_stays_a_bug():
    with sqlite3.connect(":memory:") as rows:
        for wrong in ("SELECT a FROM nowhere", "SELECT nothing", "SELEC"):
            assert not is_away(OperationalError(said_by(lambda wrong=wrong: rows.execute(wrong))), "sqlite")
    rows.close()


def test_a_postgresql_that_is_away_is_known_and_a_wrong_value_is_none():
    assert is_away(OperationalError(said_by(lambda: psycopg.connect("host=127.0.0.1 port=1 connect_timeout=2"))), "postgresql")
    assert is_away(InterfaceError("connection already closed"), "postgresql")
    assert not is_away(DataError("out of range"), "postgresql") and not is_away(None, "postgresql")


def test_a_row_that_another_holds_is_waited_for_as_long_as_pages_wait(monkeypatch):
    """A page says within seconds that Careward is busy, on PostgreSQL too; commands wait their turn."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite's wait is seen where it serves")
    monkeypatch.setenv("CAREWARD_LOCK_SECONDS", "1")
    mine = {"dbname": connection.settings_dict["NAME"], "user": connection.settings_dict["USER"], "host": connection.settings_dict["HOST"]}
    with psycopg.connect(**mine, **_database()["OPTIONS"]) as one, psycopg.connect(**mine, **_database()["OPTIONS"]) as other:
        one.execute("SELECT pg_advisory_xact_lock(1)")
        with pytest.raises(psycopg.OperationalError) as busy:
            other.execute("SELECT pg_advisory_xact_lock(1)")
    assert "lock timeout" in str(busy.value) and is_away(OperationalError(str(busy.value)), "postgresql")


@pytest.mark.parametrize("where", ["careward.people.signin.middleware.WhoIsAsking.__call__", "careward.web.health.house"])
def test_whatever_asks_a_database_that_is_away_the_page_says_so(where, monkeypatch):
    def away(*_: object) -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr(where, away)
    asked = "/healthz" if "health" in where else "/help/"
    answer = Client(raise_request_exception=False).get(asked)
    assert answer.status_code == 503 and answer["Retry-After"] == "30"
    assert "Nothing you sent was kept" in markup(answer)


def test_a_bug_is_no_busy_database(monkeypatch):
    def wrong(*_: object) -> None:
        raise ProgrammingError("no such column: nothing")

    monkeypatch.setattr("careward.web.health.house", wrong)
    assert Client(raise_request_exception=False).get("/healthz").status_code == 500
