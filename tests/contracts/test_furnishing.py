"""The demonstration is made whole or goes on to be: killed anywhere, the next start finishes it, and two that start at once both end well.

What it holds when it is whole is told here too: a past that does not contradict itself, and two organisations apart.
"""

import json
import os
import sqlite3
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from careward.access.accounts.rules.months import month_ends
from careward.cli.demonstration import SEED
from careward.engines.synthetic.organisation import ODS
from careward.engines.synthetic.record import ODS as RECORD
from careward.engines.synthetic.record import make_record_keeper
from careward.engines.synthetic.trust import make_trust

ROOT = Path(__file__).resolve().parents[2]
PLACES = range(2, 99, 4) if os.environ.get("CAREWARD_SWEEP") == "1" else (12, 40, 77, 98)  # entries after which it is killed
FURNISH = """
import os, signal, sys
from careward.cli.ready import close_house, one_at_a_time, open_house
open_house()
from django.conf import settings
from careward.cli import terms
from careward.cli.demonstration import furnish
from careward.evidence.ledger import links
after, bind = int(sys.argv[1]), links._bind
def bind_or_die(written):
    global after
    after -= len(written)
    bind(written)
    if after < 0:
        os.kill(os.getpid(), signal.SIGKILL)
links._bind = bind_or_die
with one_at_a_time(settings.CAREWARD_HOME / "furnish.lock"):
    furnish(staff=60, systems=2, now=terms.now(), today=terms.today(), quiet=True, looks=2)
close_house(0)
"""
FACTS = """
import json
from careward.cli.ready import close_house, open_house
open_house()
from django.db.models import Max
from careward.access.accounts.models import Finding, FindingAccount, Run
from careward.access.accounts.trend import trend
from careward.access.feeds.models import Load, LoadFile
from careward.cli import terms
from careward.evidence.ledger.queries import verify
from careward.evidence.tables.proof import verify as tables
from careward.people.staff.models import Organisation
told = {"problems": [*verify().problems, *tables().problems], "today": terms.today().isoformat()}
for here in Organisation.objects.all():
    runs, found = Run.objects.filter(organisation=here), Finding.objects.filter(organisation=here)
    cases = FindingAccount.objects.filter(finding__organisation=here)
    ended = found.filter(code="account.leaver", step="close", person__assignment__end_on__isnull=False)
    ended = ended.annotate(last=Max("person__assignment__end_on"))
    clauses = set(cases.values_list("clause", flat=True))
    open_now = cases.filter(gone_on=None, finding__closed_on=None)
    told[here.ods_code] = {
        "loads": list(Load.objects.filter(organisation=here).order_by("id").values_list("source", "state", "begun_by")),
        "wrong": [p[:2] for f in LoadFile.objects.filter(load__organisation=here, load__state="refused") for p in f.problems],
        "days": [d.isoformat() for d in runs.order_by("id").values_list("on_date", flat=True)],
        "compared first": [r.pk for r in runs if not Load.objects.filter(organisation=here, applied_at__lte=r.started_at,
                           source__contains=f"{r.on_date}, made").exists()],
        "open": sorted(map(list, open_now.values_list("account__system__code", "account__environment", "account__username", "finding__code"))),
        "found too early": [f.detail for f in ended if f.last >= f.found_on]
                           + [f.detail for f in found.exclude(account=None).select_related("account") if f.account.created_on
                              and f.account.created_on > f.found_on],
        "months": [m.to_put_right for m in trend(here.pk, clauses, today=terms.today(), since=terms.today()).whole.months],
        "put right": found.exclude(closed_on=None).count(),
    }
close_house(0)
print(json.dumps(told))
"""
NEVER = 10**9
COUNTED = ("people_user", "people_roleheld", "people_termsaccepted", "people_person", "accounts_account", "accounts_finding", "work_task",
           "procedures_adoption", "accounts_run", "feeds_load", "feeds_loadfile", "approvals_approval")  # fmt: skip


def furnish(home: Path, after: int = NEVER) -> subprocess.Popen[str]:
    mine = {k: v for k, v in os.environ.items() if k not in ("CAREWARD_DATABASE_URL", "CAREWARD_DEMONSTRATION")}
    environment = {**mine, "CAREWARD_HOME": str(home), "DJANGO_SETTINGS_MODULE": "careward.config.settings"}
    return subprocess.Popen(
        [sys.executable, "-c", FURNISH, str(after)], cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def careward(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "CAREWARD_HOME": str(home), "CAREWARD_DATABASE_URL": ""}
    command = [sys.executable, "-m", "careward.cli.main", *words]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def finished(begun: subprocess.Popen[str], status: int = 0) -> None:
    said = begun.communicate(timeout=120)[0]
    assert begun.returncode == status, said


def counted(home: Path) -> dict[str, int]:
    with sqlite3.connect(home / "careward.sqlite3") as rows:
        assert rows.execute("SELECT demonstration FROM people_organisation").fetchall() == [("whole",), ("whole",)]
        return {table: rows.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0] for table in COUNTED}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("undisturbed")
    finished(furnish(home))
    return home


@pytest.fixture(scope="module")
def undisturbed(whole: Path) -> dict[str, int]:
    return counted(whole)


@pytest.fixture(scope="module")
def facts(whole: Path) -> dict[str, Any]:
    environment = {
        **os.environ,
        "CAREWARD_HOME": str(whole),
        "CAREWARD_DATABASE_URL": "",
        "DJANGO_SETTINGS_MODULE": "careward.config.settings",
    }
    done = subprocess.run([sys.executable, "-c", FACTS], cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def planted(folder: Path) -> list[list[str]]:
    lines = (folder / "truth" / "findings.ndjson").read_text(encoding="utf-8").splitlines()
    return sorted([t["system"], t["environment"], t["username"], t["code"]] for t in map(json.loads, lines))


def test_what_is_found_today_is_what_was_planted(facts: dict[str, Any], tmp_path: Path):
    today = date.fromisoformat(facts["today"])
    make_trust(tmp_path / "trust", staff=60, systems=2, days=730, seed=SEED, on=today)
    make_record_keeper(tmp_path / "record", seed=SEED, on=today)
    assert facts[ODS]["open"] == planted(tmp_path / "trust")
    assert facts[RECORD]["open"] == planted(tmp_path / "record")


def test_its_past_is_of_real_comparisons_each_of_files_that_were_loaded_before_and_contradicts_no_day(facts: dict[str, Any]):
    today = date.fromisoformat(facts["today"])
    first, *_, last, _ = month_ends(today)
    assert facts[ODS]["days"] == [first.isoformat(), last.isoformat(), today.isoformat()]
    assert facts["problems"] == []
    for code in (ODS, RECORD):
        assert facts[code]["compared first"] == [] and facts[code]["found too early"] == []
    assert facts[ODS]["put right"] > 0
    assert len(facts[ODS]["months"]) == 12 and None not in facts[ODS]["months"]


def test_it_has_a_load_that_was_taken_back_one_refused_with_its_lines_and_one_that_waits(facts: dict[str, Any]):
    states = [state for _, state, begun_by in facts[ODS]["loads"] if begun_by.startswith("user/")]
    assert sorted(states) == ["held", "refused", "undone"]
    assert facts[ODS]["wrong"] == [["role_holders.csv", 2], ["role_holders.csv", 3], ["role_holders.csv", 4]]
    assert {state for _, state, begun_by in facts[ODS]["loads"] if begun_by.startswith("cli/")} == {"applied"}
    assert [state for _, state, _ in facts[RECORD]["loads"]] == ["applied"]


@pytest.mark.parametrize("after", PLACES)
def test_one_that_was_killed_is_finished_by_the_next(after: int, tmp_path: Path, undisturbed: dict[str, int]):
    finished(furnish(tmp_path, after), status=-9)
    served = careward(tmp_path, "serve", "--port", "1")
    assert served.returncode == 1 and "is not finished" in served.stderr
    finished(furnish(tmp_path))
    assert counted(tmp_path) == undisturbed


def test_two_that_start_at_once_make_one(tmp_path: Path, undisturbed: dict[str, int]):
    for begun in [furnish(tmp_path), furnish(tmp_path)]:
        finished(begun)
    assert counted(tmp_path) == undisturbed


def test_what_is_loaded_into_it_is_told_to_be_for_trying_and_no_real_organisation_joins_it(tmp_path: Path):
    finished(furnish(tmp_path))
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "staff.csv").write_text("employee_number,first_name,last_name,team,start_on\n", encoding="ascii")
    assert "for trying only" in careward(tmp_path, "load", str(tmp_path / "files"), "--dry-run", "--organisation", ODS).stderr
    refused = careward(tmp_path, "organisation", "RX3", "A real trust")
    assert refused.returncode == 5 and "made up to try Careward with" in refused.stderr
