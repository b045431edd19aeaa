"""A look is not an act (FEEDS B2.10): as at another day than today, a comparison shows and keeps nothing, unless it is told to."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.contracts.test_command import Run, careward, lines

TODAY = datetime.now(ZoneInfo("Europe/London")).date()  # the command line reads the real clock
STAFF = "employee_number,first_name,last_name,team,start_on,end_on\nE1,Ada,Archer,North Ward,2020-01-06,{gone}\n"
SYSTEMS = "code,name,kind,administrator_title\nparis,PARIS,clinical,Administrator\n"
ACCOUNTS = "username,employee_number,status,kind,created_on,last_used_at\naarcher,E1,active,normal,2024-01-05,2024-02-01T09:00:00\n"


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """A home in which somebody who left a month ago still has an account."""
    folder = tmp_path / "feeds"
    (folder / "accounts").mkdir(parents=True)
    (folder / "staff.csv").write_text(STAFF.format(gone=TODAY - timedelta(days=30)), encoding="utf-8")
    (folder / "systems.csv").write_text(SYSTEMS, encoding="utf-8")
    (folder / "accounts" / "paris.csv").write_text(ACCOUNTS, encoding="utf-8")
    ran = careward(tmp_path / "home")
    loaded = ran("load", str(folder), "--yes")
    assert loaded.returncode == 0, loaded.stdout + loaded.stderr
    return ran


def entries(run: Run) -> int:
    assert run("ledger", "seal").returncode == 0
    return int(json.loads(run("ledger", "verify", "--json").stdout)["checked"])


def codes(result) -> set[object]:
    assert result.returncode == 0, result.stderr
    return {row["code"] for row in lines(result)}


def day(ago: int) -> str:
    return (TODAY - timedelta(days=ago)).isoformat()


def test_a_look_back_or_ahead_shows_and_keeps_nothing_not_even_an_entry(run):
    assert "account.leaver" in codes(run("reconcile", "--json"))
    before = entries(run)
    back, ahead = run("reconcile", "--on", day(60), "--json"), run("reconcile", "--on", day(-400), "--json")
    assert "account.leaver" not in codes(back) and "account.leaver" in codes(ahead)
    assert "nothing was kept" in back.stderr and "nothing was kept" in ahead.stderr
    assert entries(run) == before
    assert "New 0" in run("reconcile").stdout  # nothing was closed or opened by looking


def test_kept_days_go_forward_and_not_past_today(run):
    for ago, status in ((-1, 5), (1, 0), (0, 0), (1, 5), (-30, 5)):
        done = run("reconcile", "--on", day(ago), "--keep")
        assert done.returncode == status, (ago, done.stdout, done.stderr)
    assert "has not come yet" in done.stderr
    assert run("reconcile", "--on", day(0), "--keep", "--dry-run").returncode == 2


@pytest.mark.parametrize("on", ["0001-01-01", "9999-12-31"])
def test_the_ends_of_the_calendar_are_days_like_others(run, on):
    codes(run("reconcile", "--on", on, "--json"))
