"""Dates whose order can be doubted (FEEDS B2.5): one order a column, a pivot for two digits, and what fits both is refused where one cell does not."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careward.core.columns import FEEDS
from careward.engines.connectors.csv import profiles
from careward.engines.connectors.csv.dating import by_formats
from careward.engines.connectors.csv.orders import doubted
from careward.engines.connectors.csv.profiles import ProfileError
from tests.make.cells import column_of, text_of
from tests.make.files import read_file

PROFILE = """
id = "ours"
title = "Ours"
[[feeds]]
feed = "accounts"
file = "*.csv"
mode = "snapshot"
days = {days}
moments = {moments}
{more}
columns = {{ username = "u", created_on = "made", last_used_at = "seen" }}
constants = {{ status = "active" }}
"""
ON = date(2026, 11, 28)
DAYS = st.dates(date(1990, 1, 2), ON - timedelta(days=1))


def own(folder: Path, days=("%d/%m/%Y",), moments=("%d/%m/%Y %H:%M",), more="") -> Path:
    (folder / "ours.toml").write_text(PROFILE.format(days=list(days), moments=list(moments), more=more))
    return folder


def read(folder: Path, rows, **formats):
    (folder / "paris.csv").write_text(text_of(rows))
    return read_file(folder / "paris.csv", feed="accounts", name="paris.csv", profile="ours", own=own(folder, **formats), on=ON)


NO_DOUBT = [
    ["%d/%m/%Y"], ["%m/%d/%Y", "%Y-%m-%d"], ["%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y"], ["%d-%b-%Y", "%m/%d/%Y"], ["%Y-%m-%d", "%Y/%m/%d"], ["excel"],
]  # fmt: skip
DOUBT = [
    ["%d/%m/%Y", "%m/%d/%Y"], ["%d.%m.%Y", "%m/%d/%Y"], ["%Y-%m-%d", "%Y-%d-%m"], ["%y/%m/%d", "%d/%m/%y"], ["%y-%m-%d", "%Y-%m-%d"],
    ["%x"], ["%d/%m/%Y", "%x"],
]  # fmt: skip


@pytest.mark.parametrize("forms", NO_DOUBT)
def test_one_order_and_year_first_are_no_doubt(tmp_path, forms):
    assert not doubted(forms)
    profiles.load("ours", profiles_folder=own(tmp_path, days=forms))


@pytest.mark.parametrize("forms", DOUBT)
@pytest.mark.parametrize("key", ["days", "moments"])
def test_two_orders_in_one_column_are_refused_by_name(tmp_path, forms, key):
    with pytest.raises(ProfileError, match="more than one order") as error:
        profiles.load("ours", profiles_folder=own(tmp_path, more="pivot = 2049", **{key: forms}))
    assert all(form in str(error.value) for form in forms)


@pytest.mark.parametrize("form", ["%d/%m/%y", "%d-%b-%y", "%d%m%y"])
def test_years_of_two_digits_ask_for_a_pivot(tmp_path, form):
    with pytest.raises(ProfileError, match="pivot = 2049"):
        profiles.load("ours", profiles_folder=own(tmp_path, days=[form]))
    profiles.load("ours", profiles_folder=own(tmp_path, days=[form], more="pivot = 2049"))


@given(st.integers(1900, 2199), st.dates(date(1801, 1, 1), date(2199, 12, 31)))
def test_two_digits_mean_the_last_such_year_until_the_pivot(pivot, day):
    found = by_formats(("%d/%m/%y",), pivot)(day.strftime("%d/%m/") + f"{day.year % 100:02}")
    if pivot - 99 <= day.year <= pivot:
        assert found is not None
        assert found.date() == day
    else:
        assert found is None or pivot - 99 <= found.year <= pivot


@given(st.lists(DAYS, max_size=6), st.lists(DAYS.filter(lambda d: d.day > 12), max_size=2), st.sampled_from(["made", "seen"]))
def test_where_one_cell_fits_only_the_other_order_all_that_fit_both_are_refused(tmp_path_factory, mine, other, column):
    at = " 09:05" if column == "seen" else ""
    cells = [*(f"{d:%d/%m/%Y}{at}" for d in mine), *(f"{d:%m/%d/%Y}{at}" for d in other)]
    rows = [{"u": f"u{n}", "made": "", "seen": "", column: cell} for n, cell in enumerate([*cells, ""])]
    file = read(tmp_path_factory.getbasetemp(), rows)
    fits_both = [n for n, d in enumerate(mine) if d.day <= 12 and d.day != d.month]
    refused = {p.line - 2 for p in file.problems}
    assert refused == ({*fits_both, *range(len(mine), len(cells))} if other else set())
    assert file.refused == len(refused)
    assert file.refused_keys == {("live", f"u{n}") for n in refused}
    if other:
        assert all(cells[len(mine)] in p.what for p in file.problems if p.line - 2 in fits_both)
    kept = [d for n, d in enumerate(mine) if n not in refused]
    held = column_of(file, FEEDS["accounts"].column("created_on" if column == "made" else "last_used_at"))
    assert [h.date() if column == "seen" else h for h in held[:-1]] == kept


def test_a_year_first_beside_it_is_read_and_never_doubted(tmp_path):
    rows = [
        {"u": "a", "made": "2026-03-04", "seen": ""},
        {"u": "b", "made": "03/04/2026", "seen": ""},
        {"u": "c", "made": "04/30/2026", "seen": ""},
    ]
    file = read(tmp_path, rows, days=["%Y-%m-%d", "%d/%m/%Y"])
    assert [p.line for p in file.problems] == [3, 4]
    assert column_of(file, FEEDS["accounts"].column("created_on")) == [date(2026, 3, 4)]


def test_a_private_day_is_not_repeated(tmp_path):
    (tmp_path / "staff.toml").write_text(
        'id = "staff"\ntitle = "S"\n[[feeds]]\nfeed = "staff"\nfile = "staff.csv"\nmode = "snapshot"\ndays = ["%d/%m/%Y"]\n'
    )
    head = {"employee_number": "1", "first_name": "A", "last_name": "B", "team": "T", "start_on": "25/06/2020"}
    rows = [{**head, "employee_number": str(n), "date_of_birth": born} for n, born in enumerate(["01/02/1980", "01/25/1981"])]
    (tmp_path / "staff.csv").write_text(text_of(rows))
    file = read_file(tmp_path / "staff.csv", feed="staff", name="staff.csv", profile="staff", own=tmp_path)
    assert [p.line for p in file.problems] == [2, 3]
    assert not any("19" in p.what for p in file.problems)
