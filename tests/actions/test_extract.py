"""Rows as the comparison reads them, held equal to what the ORM reads: whatever a value holds, nothing is changed, lost or made blank."""

from datetime import UTC, date, datetime

import pytest

from careward.access.accounts.models import Account
from careward.core.days import london_day
from careward.core.ids import tidy
from careward.jobs import extract
from careward.jobs.extract import tables
from tests.make import found, people

pytestmark = pytest.mark.django_db
ODD = [None, "", " ", "nurse;view", "\x1e", "\x1f", "a\x1fb", "a\x1eb", "\x1e\x1f\x1e", "line\nline", "Ünïcödé 👩‍⚕️", "'quoted' \\ \"%s\""]
MOMENTS = [
    None,
    datetime(2026, 3, 29, 0, 59, tzinfo=UTC),
    datetime(2026, 6, 30, 23, 30, 5, 12, tzinfo=UTC),
    datetime(1999, 1, 1, tzinfo=UTC),
]


def account(system, number, **said):
    known = {"status": "active", "kind": "normal", "seen_on": date(2026, 11, 1)}
    return Account.objects.create(organisation=system.organisation, system=system, username=f"user{number}", **{**known, **said})


def read(here, name, **which):
    """The rows of a table, by their first column."""
    return sorted(tables(here, **which)[name].read_all().to_pylist(), key=lambda row: str(row.values()))


@pytest.mark.parametrize("value", ODD, ids=repr)
def test_a_value_comes_out_as_it_went_in_or_in_its_one_form(value):
    here = people.organisation()
    paris = found.system(here, "paris")
    account(paris, 1, roles=value, display_name="not read")
    account(paris, 2, roles="plain", email=value or "")
    roles = {row["username"]: (in_one_form(row["roles"]), in_one_form(row["email"])) for row in read(here, "accounts")}
    assert roles == {"user1": (in_one_form(value), ""), "user2": ("plain", in_one_form(value) or "")}


def test_a_value_that_is_missing_where_none_may_be_is_no_text(monkeypatch):
    monkeypatch.setattr(extract, "_may_be_blank", lambda table: frozenset())  # as if the database had been changed by hand
    here = people.organisation()
    paris = found.system(here, "paris")
    for number, roles in enumerate((None, "a", None)):
        account(paris, number, roles=roles)
        told = sorted((row["username"], row["roles"]) for row in read(here, "accounts"))
        assert told == [("user0", None), ("user1", "a"), ("user2", None)][: number + 1]


def in_one_form(value):
    """Outer blanks are left to the queries."""
    return value and ";".join(map(tidy, value.split(";")))


def test_days_moments_numbers_and_systems_come_out_as_they_went_in(monkeypatch):
    monkeypatch.setattr(extract, "AT_ONCE", 2)
    here, other = people.organisation(), people.organisation("OTHER")
    paris, rio = found.system(here, "paris"), found.system(here, "rio")
    ann = people.person(here, employee_number="E1")
    for n, moment in enumerate(MOMENTS):
        account(
            rio if n % 2 else paris, n, last_used_at=moment, created_on=moment and moment.date(), person=ann if n else None, fits=n or None
        )
    account(found.system(other, "paris"), 9)
    account(paris, 8, gone_on=date(2026, 11, 2))
    expected = [
        (a.pk, a.system.code, a.created_on, a.last_used_at and london_day(a.last_used_at), a.person_id, a.fits)
        for a in Account.objects.filter(organisation=here, gone_on=None).select_related("system").order_by("pk")
    ]
    names = ("account_id", "system", "created_on", "last_used_on", "was_person_id", "was_fits")
    assert [tuple(row[n] for n in names) for row in sorted(read(here, "accounts"), key=lambda r: r["account_id"])] == expected
    assert {row["system"] for row in read(here, "accounts", system="rio")} == {"rio"}
    assert [row["system"] for row in read(here, "systems")] == ["paris", "rio"]


def test_an_account_that_somebody_said_is_a_persons_carries_that_persons_number_alone():
    here = people.organisation()
    ann = people.person(here, employee_number="E1")
    account(found.system(here, "paris"), 1, employee_number="E2", email="other@example.nhs.uk", smartcard_uuid="C2", bound=ann)
    (row,) = read(here, "accounts")
    assert (row["employee_number"], row["email"], row["smartcard"]) == ("E1", "", "")


def test_what_is_empty_has_no_rows():
    here = people.organisation()
    assert {name: reader.read_all().num_rows for name, reader in tables(here).items()} == dict.fromkeys(extract.SOURCES, 0)
