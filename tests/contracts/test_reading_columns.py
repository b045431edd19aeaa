"""Columns that are missing, misnamed or gone since the last load (FEEDS B2.6): absent is not none, and nothing of it passes in silence."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careward.core.columns import FEEDS
from tests.make.cells import COLUMNS, apart, column_of, read_rows, text_of
from tests.make.files import read_file

OPTIONAL = [(f, c) for f, c in COLUMNS if not c.required]
MISNAMED = [
    ("accounts", "last_used_at", ["Last Login", "last_login_at", "lastLogonTimestamp", "Last sign-in", "LAST_USED", "Last access date", "last seen"]),
    ("accounts", "created_on", ["Created", "whenCreated", "Creation date", "date_created"]),
    ("accounts", "email", ["E-mail", "Email address", "mail"]),
    ("accounts", "employee_number", ["Staff number", "Employee No", "employee_id"]),
    ("accounts", "roles", ["Role", "Profiles", "permissions"]),
    ("staff", "end_on", ["end_date", "Leaving date", "Termination Date", "Date left", "Last working day", "EndDate"]),
    ("staff", "assignment_status", ["Status", "Assignment State", "Employment status"]),
    ("staff", "supervisor_employee_number", ["Supervisor", "Line manager", "Manager number"]),
    ("staff", "date_of_birth", ["DOB", "Birth date"]),
    ("training", "expires_on", ["Expiry date", "Valid until", "expires"]),
    ("authorisations", "expires_on", ["expiry_date", "Valid to"]),
    ("absences", "to_on", ["End date", "Return date"]),
]  # fmt: skip


def without(feed, column, **more):
    return {**{k: v for k, v in apart(feed, 1).items() if k != column}, **more}


@pytest.mark.parametrize(("feed", "column", "heading"), [(f, c, h) for f, c, hs in MISNAMED for h in hs])
def test_what_people_call_a_missing_column_is_told_with_its_name(tmp_path, feed, column, heading):
    file = read_rows(tmp_path, FEEDS[feed], [without(FEEDS[feed], column, **{heading: "2026-01-31"})])
    assert [(p.line, p.column) for p in file.problems] == [(1, heading)]
    assert column in file.problems[0].what
    assert (file.refused, len(file.rows)) == (0, 1)
    assert column not in file.given


@given(st.sampled_from(OPTIONAL), st.sampled_from(["{}_", "{}.", "({})"]), st.sampled_from(["_", " ", "-", ""]))
def test_any_optional_column_is_known_again_by_a_heading_nearly_its_own(tmp_path_factory, chosen, form, between):
    feed, column = chosen
    heading = form.format(column.name.replace("_", between).title())
    file = read_rows(tmp_path_factory.getbasetemp(), feed, [without(feed, column.name, **{heading: ""})])
    assert [p.column for p in file.problems] == [heading]
    assert column.name in file.problems[0].what


@pytest.mark.parametrize("heading", ["car_park_bay", "Shoe size", "address_line_2", "notes", "Cost centre", "1", "FTE", "Locker"])
def test_a_column_of_no_concern_is_a_notice(tmp_path, heading):
    feed = FEEDS["staff"]
    rows = [{**without(feed, "end_on"), heading: "7"}]
    file = read_rows(tmp_path, feed, rows)
    assert file.problems == ()
    assert f'The column "{heading}" is not known and is not read.' in file.notices


def test_a_column_that_is_there_is_never_told_as_missing(tmp_path):
    feed = FEEDS["accounts"]
    file = read_rows(tmp_path, feed, [{**apart(feed, 1), "Last login": "2026-01-31"}])
    assert file.problems == ()
    assert column_of(file, feed.column("last_used_at"))[0] is not None


PROFILE = """
id = "ours"
title = "Ours"
[[feeds]]
feed = "accounts"
file = "*.csv"
mode = "snapshot"
columns = { username = "login", last_used_at = "zuletzt" }
constants = { status = "active" }
"""


def test_through_a_profile_both_names_of_a_column_are_known_again(tmp_path: Path):
    (tmp_path / "ours.toml").write_text(PROFILE)
    for heading in ("Zuletzt am", "zuletzt_", "Last login"):
        (tmp_path / "paris.csv").write_text(text_of([{"login": "a", heading: "2026-01-31"}]))
        file = read_file(tmp_path / "paris.csv", feed="accounts", name="paris.csv", profile="ours", own=tmp_path)
        assert [("zuletzt" in p.what) for p in file.problems] == [True], heading
