"""kill -9 in the middle of a load, a comparison and a sealing: run again to the end, and all is as if nothing had happened.

Each command runs as its own process on a trust of 1,500 staff and 8 systems, and kills itself at a chosen write to the database, so that
the middle is the middle on any machine. On PostgreSQL too, in databases of its own, when CAREWARD_DATABASE_URL names a server.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from careward.engines.synthetic.trust import make_trust
from tests.make.feeds import ON

ROOT = Path(__file__).resolve().parents[2]
SERVER = os.environ.get("CAREWARD_DATABASE_URL", "")
NAME = """
from careward.cli import terms
from careward.people.staff.actions import name_organisation
name_organisation(ods_code="RZZ9N", name="A trust", pack="base", now=terms.now(), by="cli/test")
"""
MANY = """
from django.db import transaction
from careward.cli import terms
from careward.evidence.ledger import actions, rules
with transaction.atomic():
    deeds = [rules.Deed("account.locked", f"account/{n}", {"n": n}) for n in range(45_000)]
    actions.record_many(at=terms.now(), actor="user/7", organisation="RZZ9N", deeds=deeds)
"""

# Runs commands as they are, one after another; counts what they write, and dies by -9 at a chosen write, before or after it.
RUN = """
import os, signal, sys
from careward.cli.ready import open_house
open_house()
from django.db import connection
seen, limit = [0], int(os.environ.get("DIE_AT", "0"))

def count(execute, sql, params, many, context):
    if not sql.lstrip()[:6].upper() in ("INSERT", "UPDATE", "DELETE"):
        return execute(sql, params, many, context)
    seen[0] += 1
    if seen[0] == limit and limit % 2:
        os.kill(os.getpid(), signal.SIGKILL)
    out = execute(sql, params, many, context)
    if seen[0] == limit:
        os.kill(os.getpid(), signal.SIGKILL)
    return out

connection.execute_wrappers.append(count)
from careward.cli.main import app
for command in filter(None, " ".join(sys.argv[1:]).split(" + ")):
    try:
        status = app(command.split(), standalone_mode=False) or 0
    except BaseException as error:
        status = getattr(error, "exit_code", None)
        if status not in (0, 6):
            raise
print("writes", seen[0], file=sys.stderr)
"""

# What a run leaves, without row numbers and moments, which differ from one run to the next.
LEFT = """
import json
from collections import Counter
from careward.access.authorisations.models import Authorisation
from careward.access.accounts.models import Account, Finding, Run
from careward.access.feeds.models import Load
from careward.evidence.ledger.models import Entry
from careward.people.staff.models import Assignment, Person, TrainingHeld
from careward.work.tasks.models import Task, TaskMove
from hashlib import sha256
def digest(rows): return sha256(repr(sorted(map(repr, rows))).encode()).hexdigest()[:16]
print("left", json.dumps({
    "people": [Person.objects.count(), digest(Person.objects.values_list("employee_number", "last_name", "gone_on"))],
    "posts": [Assignment.objects.count(), digest(Assignment.objects.values_list("assignment_number", "status", "end_on", "gone_on"))],
    "training": TrainingHeld.objects.count(),
    "authorised": Authorisation.objects.count(),
    "accounts": [Account.objects.count(), digest(Account.objects.values_list("system__code", "environment", "username", "status", "gone_on"))],
    "matched": digest(Account.objects.values_list("system__code", "environment", "username", "fits", "person__employee_number")),
    "findings": [Finding.objects.count(), digest(Finding.objects.values_list(
        "system__code", "environment", "username", "code", "topic", "step", "detail", "closed_on", "task__key"))],
    "tasks": [Task.objects.count(), digest(Task.objects.values_list("key", "state", "title", "due_on")), TaskMove.objects.count()],
    "runs": Run.objects.count(),
    "applied": Load.objects.filter(state="applied").count(),
    "verbs": dict(Counter(v for v in Entry.objects.values_list("verb", flat=True) if v != "load.begun")),
}))
"""


class House:
    """An installation of its own: a folder, and a database in it or on the server."""

    def __init__(self, home: Path, url: str) -> None:
        self.home, self.url = home, url
        self.said = ""  # what the last commands printed

    def run(self, program: str, *arguments: str, die_at: int = 0) -> subprocess.CompletedProcess[str]:
        env = {k: v for k, v in os.environ.items() if not k.startswith("CAREWARD_") and k != "DJANGO_SETTINGS_MODULE"}
        env |= {"CAREWARD_HOME": str(self.home), "DIE_AT": str(die_at)} | ({"CAREWARD_DATABASE_URL": self.url} if self.url else {})
        command = [sys.executable, "-c", program, *arguments]
        return subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)

    def careward(self, *commands: str) -> tuple[int, dict[str, Any]]:
        """Runs commands to their end: how many writes they made, and what they leave."""
        done = self.run(RUN + LEFT, " + ".join(commands))
        assert done.returncode == 0, done.stderr[-2000:]
        left = done.stdout.rsplit("left", 1)
        self.said = left[0]
        return int(done.stderr.rsplit("writes", 1)[1]), json.loads(left[1])

    def killed(self, command: str, at: int) -> None:
        assert self.run(RUN, command, die_at=at).returncode == -signal.SIGKILL


def on_server(statement: str) -> None:
    import psycopg

    with psycopg.connect(SERVER, autocommit=True) as server:
        server.execute(statement)


class Houses:
    """Fresh installations, and copies of one as it stands."""

    def __init__(self, folder: Path, kind: str) -> None:
        self.folder, self.kind, self.made = folder, kind, []

    def copy(self, name: str, of: House | None = None) -> House:
        home = self.folder / name
        shutil.copytree(of.home, home) if of else home.mkdir()
        url = ""
        if self.kind == "postgresql":
            database = f"killed_{name}_{os.getpid()}"
            template = f" TEMPLATE {urlsplit(of.url).path[1:]}" if of else ""
            on_server(f"CREATE DATABASE {database}{template}")
            self.made.append(database)
            url = SERVER.rsplit("/", 1)[0] + f"/{database}"
        return House(home, url)

    def remove(self) -> None:
        for database in self.made:
            on_server(f"DROP DATABASE {database} WITH (FORCE)")


@pytest.fixture(scope="module")
def houses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Houses]:
    kind = "postgresql" if SERVER.startswith("postgres") else "sqlite"
    made = Houses(tmp_path_factory.mktemp(kind), kind)
    yield made
    made.remove()


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("trust")
    make_trust(folder, staff=1500, systems=8, days=400, seed=5, on=ON)
    return folder


@pytest.fixture(scope="module")
def empty(houses: Houses) -> House:
    """Every table there and no row but the organisation's."""
    house = houses.copy("empty")
    assert house.run(RUN + NAME).returncode == 0
    return house


@pytest.fixture(scope="module")
def loaded(houses: Houses, empty: House, files: Path) -> tuple[House, int, dict[str, Any]]:
    """What an undisturbed load leaves, and how many writes it took."""
    house = houses.copy("loaded", empty)
    return house, *house.careward(f"load {files} --yes")


def test_a_load_killed_in_the_middle_goes_in_whole_when_run_again(houses: Houses, empty: House, loaded, files: Path):
    _, writes, undisturbed = loaded
    assert undisturbed["people"][0] == 1500 and undisturbed["accounts"][0] > 10_000
    house = houses.copy("load", empty)
    for at in (writes // 2, writes - 1):  # where a table's sum begins was written by the one that was killed first
        house.killed(f"load {files} --yes", at=at)
    _, halfway = house.careward("ledger verify")
    assert (halfway["people"][0], halfway["accounts"][0], halfway["applied"]) == (0, 0, 0)
    _, left = house.careward(f"load {files} --yes", "ledger seal", "ledger verify --json")
    assert left == undisturbed and '{"ok": true' in house.said


def test_a_comparison_killed_in_the_middle_is_kept_once_when_run_again(houses: Houses, loaded):
    command = f"reconcile --on {ON} --keep"
    writes, undisturbed = houses.copy("compared", loaded[0]).careward(command)
    assert undisturbed["findings"][0] > 450 and undisturbed["tasks"][0] > 300 and undisturbed["runs"] == 1
    house = houses.copy("compare", loaded[0])
    for at in (writes // 2, writes):
        house.killed(command, at=at)
    _, halfway = house.careward("ledger verify")
    assert halfway == loaded[2]
    _, left = house.careward(command, "ledger seal", "ledger verify --json")
    assert left == undisturbed and '{"ok": true' in house.said


def test_a_sealing_killed_in_the_middle_goes_on_where_it_stopped(houses: Houses, empty: House):
    house = houses.copy("seal", empty)
    assert house.run(RUN + MANY).returncode == 0
    writes, _ = houses.copy("sealed", house).careward("ledger seal")
    house.killed("ledger seal", at=writes // 2)
    house.careward("ledger verify --json")
    halfway = json.loads(house.said.splitlines()[0])
    assert halfway["ok"] and 0 < halfway["checked"] < 45_001
    house.killed("ledger seal", at=writes // 3)
    house.careward("ledger seal", "ledger verify --json")
    told = json.loads(house.said.splitlines()[-1])
    assert (told["ok"], told["checked"], told["unsealed"]) == (True, 45_001, 0)
