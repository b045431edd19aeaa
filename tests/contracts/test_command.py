"""The command line as others' scripts use it: output contracts and exit statuses (FEEDS)."""

import json
import os
import pwd
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

ON = "2026-11-23"
KEYS = ["system", "environment", "username", "employee_number", "code", "step", "clause", "detail"]
STEPS = {"nothing", "ask", "warn", "lock", "close", "amend", "reopen"}

Run = Callable[..., subprocess.CompletedProcess[str]]


def careward(home: Path, **more: str) -> Run:
    environment = {k: v for k, v in os.environ.items() if k != "CAREWARD_DATABASE_URL"}
    environment |= {"CAREWARD_HOME": str(home), "NO_COLOR": "1", "COLUMNS": "200", **more}

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "careward.cli.main", *words]
        return subprocess.run(command, env=environment, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False, timeout=240)

    return run


@pytest.fixture(scope="module")
def trust(tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, Path]:
    """A home with a small synthetic trust in it, and the folder it came from."""
    folder = tmp_path_factory.mktemp("trust") / "feeds"
    run = careward(tmp_path_factory.mktemp("home"))
    made = run("make-trust", "--staff", "120", "--systems", "6", "--days", "200", "--seed", "5", "--on", ON, str(folder))
    assert made.returncode == 0, made.stderr
    loaded = run("load", str(folder), "--yes")
    assert loaded.returncode == 0, loaded.stdout + loaded.stderr
    return run, folder


def lines(result: subprocess.CompletedProcess[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_reconcile_finds_exactly_what_was_planted(trust: tuple[Run, Path]):
    run, folder = trust
    result = run("reconcile", "--on", ON, "--json")
    assert result.returncode == 0, result.stderr
    found = lines(result)
    assert all(list(row) == KEYS and row["step"] in STEPS for row in found)
    planted = [json.loads(line) for line in (folder / "truth" / "findings.ndjson").read_text(encoding="utf-8").splitlines()]
    key = KEYS[:-1]
    assert sorted([str(r[k]) for k in key] for r in found) == sorted([str(r[k]) for k in key] for r in planted)
    assert planted


def test_one_system_only(trust: tuple[Run, Path]):
    run, _ = trust
    found = lines(run("reconcile", "--on", ON, "--system", "paris", "--json", "--dry-run"))
    assert {row["system"] for row in found} == {"paris"}
    assert run("reconcile", "--system", "nowhere").returncode == 3


def test_loading_twice_changes_nothing(trust: tuple[Run, Path]):
    run, folder = trust
    result = run("load", str(folder), "--yes", "--json")
    assert result.returncode == 0
    report = lines(result)[0]
    assert {f["added"] + f["changed"] + f["gone"] for f in report["files"]} == {0}


def test_clauses_lists_all_373_and_only_done_ones_with_tests(trust: tuple[Run, Path]):
    run, _ = trust
    rows = lines(run("clauses", "--json"))
    assert len(rows) == 373
    assert all(set(row) == {"id", "kind", "state", "level", "rules", "tests", "breaks", "measure"} for row in rows)
    assert all(row["tests"] and row["breaks"] for row in rows if row["state"] == "done")
    assert all((row["level"] is None) == (row["state"] == "missing") for row in rows)
    assert all(set(row["measure"]) == {"total", "complies", "counts"} for row in rows if row["measure"])
    measured = {row["id"]: row["measure"] for row in rows if row["measure"]}
    assert measured["PA-033"]["total"] >= measured["PA-033"]["complies"] > 0


def test_the_ledger_verifies_and_an_export_verifies_elsewhere(trust: tuple[Run, Path], tmp_path: Path):
    run, _ = trust
    assert run("ledger", "seal").returncode == 0
    report = lines(run("ledger", "verify", "--json"))[0]
    assert report["ok"] is True and report["first_bad"] is None and report["checked"] > 0
    out = tmp_path / "export"
    assert run("ledger", "export", str(out)).returncode == 0
    script = Path(__file__).resolve().parents[2] / "careward" / "evidence" / "ledger" / "standalone" / "verify_ledger.py"
    alone = shutil.copy(script, tmp_path)
    good = subprocess.run([sys.executable, "-I", alone, str(out)], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert good.returncode == 0, good.stdout + good.stderr
    entries = out / "entries.ndjson"
    entries.write_text(entries.read_text(encoding="utf-8").replace("load.begun", "load.ended", 1), encoding="utf-8")
    assert subprocess.run([sys.executable, "-I", alone, str(out)], capture_output=True, check=False, cwd=tmp_path).returncode == 1


@pytest.fixture
def small(tmp_path: Path) -> tuple[Run, Path]:
    """An empty home and a folder with two good files."""
    folder = tmp_path / "feeds"
    (folder / "accounts").mkdir(parents=True)
    (folder / "systems.csv").write_text(
        "code,name,kind,administrator_title,pack\nparis,PARIS,clinical,Patient Systems Manager,tewv\n", encoding="utf-8"
    )
    (folder / "staff.csv").write_text(
        "employee_number,first_name,last_name,team,start_on\nE1,Ann,Lee,Crisis,2020-01-06\n", encoding="utf-8"
    )
    (folder / "accounts" / "paris.csv").write_text(
        "username,status,employee_number,last_used_at\nalee,active,E1,2026-11-20T09:00\n", encoding="utf-8"
    )
    return careward(tmp_path / "home"), folder


def test_a_bad_row_is_refused_by_place_and_the_rest_goes_in(small: tuple[Run, Path]):
    run, folder = small
    with (folder / "staff.csv").open("a", encoding="utf-8") as out:
        out.write("E2,Bo,Ray,Crisis,6 January\n")
    result = run("load", str(folder), "--yes")
    assert result.returncode == 6
    assert "staff.csv, line 3, column start_on" in result.stderr
    found = lines(run("reconcile", "--on", ON, "--json"))
    assert {row["employee_number"] for row in found} == {"E1"}


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("staff.csv", "employee_number,first_name\nE1,Zoë\n".encode("latin-1"), "UTF-8"),
        ("staff.csv", b"employee_number,first_name,last_name,team\nE1,A,B,C\n", "start_on"),
        ("staff.csv", b"employee_number,employee_number,first_name,last_name,team,start_on\n", "employee_number"),
        ("staff.csv", b"", "staff.csv"),
    ],
)
def test_a_file_that_cannot_be_used_says_why_and_what_to_do(small: tuple[Run, Path], name: str, content: bytes, words: str):
    run, folder = small
    shutil.rmtree(folder / "accounts")
    (folder / "systems.csv").unlink()
    (folder / name).write_bytes(content)
    result = run("load", str(folder), "--yes")
    assert result.returncode in (5, 6)
    assert words in result.stdout + result.stderr


def test_a_byte_order_mark_and_an_unknown_column_are_tolerated(small: tuple[Run, Path]):
    run, folder = small
    text = (
        (folder / "staff.csv").read_text(encoding="utf-8").replace("start_on", "start_on,shoe_size").replace("2020-01-06", "2020-01-06,9")
    )
    (folder / "staff.csv").write_bytes(b"\xef\xbb\xbf" + text.encode())
    result = run("load", str(folder), "--yes")
    assert result.returncode == 0
    assert "shoe_size" in result.stdout


def test_an_emptied_feed_is_held_until_someone_says_why(small: tuple[Run, Path]):
    run, folder = small
    header = "employee_number,first_name,last_name,team,start_on\n"
    (folder / "staff.csv").write_text(header + "".join(f"E{n},Ann,Lee,Crisis,2020-01-06\n" for n in range(1, 41)), encoding="utf-8")
    assert run("load", str(folder), "--yes").returncode == 0
    (folder / "staff.csv").write_text(header, encoding="utf-8")
    held = run("load", str(folder), "--yes")
    assert held.returncode == 5
    number = lines(run("load", str(folder), "--yes", "--json"))[0]["load"]
    assert f"careward allow --load {number}" in held.stdout + held.stderr
    vouched = run("load", str(folder), "--yes", "--allow-unsafe", "The whole trust has moved to another system")
    assert vouched.returncode == 5
    assert "is not the first list of its kind: 40 rows stood here" in vouched.stdout + vouched.stderr
    own = run("allow", "--load", str(number), "--reason", "The whole trust has moved to another system")
    assert own.returncode == 5
    assert "You asked for it, so somebody else decides" in own.stdout + own.stderr
    assert run("allow", "--reason", "The whole trust has moved to another system").returncode == 2


def test_a_load_can_be_undone(small: tuple[Run, Path]):
    run, folder = small
    assert run("load", str(folder), "--yes").returncode == 0
    (folder / "staff.csv").write_text(
        "employee_number,first_name,last_name,team,start_on\nE1,Ann,Leigh,Crisis,2020-01-06\n", encoding="utf-8"
    )
    second = lines(run("load", str(folder), "--yes", "--json"))[0]
    assert run("undo", str(second["load"])).returncode == 0
    again = lines(run("load", str(folder), "--dry-run", "--json"))[0]
    assert {f["name"]: f["changed"] for f in again["files"]}["staff.csv"] == 1
    assert run("undo", "999").returncode == 3


def test_tasks_are_listed_with_whose_they_are(small: tuple[Run, Path]):
    run, folder = small
    (folder / "staff.csv").write_text(
        "employee_number,first_name,last_name,team,start_on,supervisor_employee_number\n"
        "E1,Ann,Lee,Crisis,2020-01-06,M1\nM1,Max,May,Crisis,2020-01-06,\n",
        encoding="utf-8",
    )
    (folder / "accounts" / "paris.csv").write_text(
        "username,employee_number,status,created_on,last_used_at\nalee,E1,active,2024-01-01,2026-11-20T09:00:00Z\n"
        "nobody,E9,active,2024-01-01,2026-11-20T09:00:00Z\n",
        encoding="utf-8",
    )
    assert run("load", str(folder), "--yes").returncode == 0
    assert run("reconcile").returncode == 0
    rows = lines(run("tasks", "--json"))
    assert [row["due_on"] for row in rows] == sorted(row["due_on"] for row in rows)
    about_ann = [row for row in rows if row["about"] == "E1" and row["role"] == "line_manager"]
    assert about_ann and {row["assignee"] for row in about_ann} == {"M1"}
    assert {(row["assignee"], row["system"]) for row in rows if row["kind"] == "account.unmatched"} == {("", "paris")}
    shown = run("tasks")
    assert shown.returncode == 0 and "Max May" in shown.stdout and "System administrator" in shown.stdout


def test_usage_errors_say_what_to_write(small: tuple[Run, Path], tmp_path: Path):
    run, folder = small
    assert run("load", str(tmp_path / "nowhere")).returncode == 3
    assert run("reconcile", "--on", "23/11/2026").returncode == 2
    assert run("reconcile").returncode == 3
    assert run("nothing-such").returncode == 2
    assert run("make-trust", str(folder)).returncode == 2
    assert run("load", str(folder), "--profile", "none-such").returncode == 3


def test_lines_of_user_and_permission_load_through_their_profile(small: tuple[Run, Path], tmp_path: Path):
    run, _ = small
    folder = tmp_path / "mining"
    folder.mkdir()
    (folder / "firewall.txt").write_text("        1          1\n        2          1\n        1          7\n", encoding="utf-8")
    result = run("load", str(folder), "--yes", "--profile", "role-mining")
    assert result.returncode == 0, result.stderr
    found = lines(run("reconcile", "--on", ON, "--json"))
    assert {(r["system"], r["username"]) for r in found} == {("firewall", "1"), ("firewall", "2")}
    assert "account.unmatched" in {r["code"] for r in found}


@pytest.fixture(scope="module")
def keyed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A home where somebody may run commands, and their token."""
    home = tmp_path_factory.mktemp("home")
    run = careward(home)
    assert run("organisation", "RX3", "A trust").returncode == 0
    assert run("user", "keeper@trust.example", "Keeper", "--role", "trust_administrator").returncode == 0
    return home, run("token", "console", "--scope", "commands", "--for", "keeper@trust.example").stdout.strip()


def who_did(home: Path, verb: str) -> str:
    """Who did what was done last, as its entry says."""
    with closing(sqlite3.connect(home / "careward.sqlite3")) as rows:
        return rows.execute("SELECT actor FROM ledger_entry WHERE verb = ? ORDER BY id DESC", (verb,)).fetchone()[0]


def test_a_token_belongs_to_somebody_and_is_printed_once(keyed: tuple[Path, str]):
    home, key = keyed
    run = careward(home)
    assert len(key) > 30
    whose = ("--for", "keeper@trust.example")
    assert run("token", "reporting", "--scope", "findings").returncode == 2  # whose?
    assert run("token", "reporting", "--scope", "findings", "--for", "nobody@trust.example").returncode == 3
    result = run("token", "reporting", "--scope", "findings", *whose)
    assert result.returncode == 0 and len(result.stdout.strip()) > 30 and "opens nothing from" in result.stderr
    assert run("token", "reporting", "--scope", "everything", *whose).returncode == 5
    assert run("end-token", "reporting").returncode == 0
    assert run("end-token", "reporting").returncode == 3  # none is in use any more


def test_a_command_is_in_the_name_of_a_token_or_of_the_account_by_its_number(keyed: tuple[Path, str]):
    home, key = keyed
    run = careward(home)
    account = f"cli/{pwd.getpwuid(os.getuid()).pw_name}"
    claimed = careward(home, LOGNAME="alice", USER="alice", LNAME="alice", USERNAME="alice")
    assert claimed("user", "one@trust.example", "One").returncode == 0
    assert who_did(home, "user.made") == account
    assert run("user", "two@trust.example", "Two", "--token", key).returncode == 0
    assert who_did(home, "user.made").startswith("user/")
    assert careward(home, CAREWARD_TOKEN=key)("user", "three@trust.example", "Three").returncode == 0
    assert who_did(home, "user.made").startswith("user/")
    assert run("organisation", "RYY", "Another").returncode == 0
    assert run("user", "four@trust.example", "Four", "--organisation", "RYY", "--token", key).returncode == 4
    refused = run("user", "four@trust.example", "Four", "--token", key + "x")
    assert refused.returncode == 5 and "opens nothing" in refused.stderr and key not in refused.stderr


@pytest.mark.parametrize("words", [("rotate-key", "--why"), ("explain", "--what")], ids=lambda words: words[0])
def test_an_alarm_ends_and_a_key_is_handed_over_by_somebody_by_name(words: tuple[str, str], keyed: tuple[Path, str]):
    home, key = keyed
    run = careward(home)
    command = ("ledger", *words, "the machine was replaced after the fire")
    nobody = run(*command)
    assert nobody.returncode == 2 and "Give their token" in nobody.stderr
    done = run(*command, "--token", key)
    if words[0] == "explain":
        assert done.returncode == 5 and "othing" in done.stderr, "no alarm stands"
    else:
        assert done.returncode == 0 and who_did(home, "ledger.key_rotated").startswith("user/")


def test_a_house_is_made_for_its_owner_only(tmp_path: Path):
    assert careward(tmp_path / "house")("ledger", "verify").returncode == 0
    assert (tmp_path / "house").stat().st_mode & 0o777 == 0o700


def test_cookies_of_an_address_with_tls_are_bound_to_its_host(tmp_path: Path):
    names = "print(settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, settings.SESSION_COOKIE_SECURE, 'testserver' in settings.ALLOWED_HOSTS)"
    environment = {k: v for k, v in os.environ.items() if k != "CAREWARD_HOSTS"} | {"CAREWARD_HOME": str(tmp_path)}
    for url, said in (
        ("https://careward.trust.example", "__Host-careward __Host-careward-form True False"),
        ("http://localhost", "careward csrftoken False False"),
    ):
        command = [sys.executable, "-c", f"from careward.config import settings; {names}"]
        told = subprocess.run(command, env=environment | {"CAREWARD_URL": url}, capture_output=True, text=True, check=True)
        assert told.stdout.strip() == said


def test_an_export_of_the_evidence_is_an_entry_in_the_next(trust: tuple[Run, Path], tmp_path: Path):
    run, _ = trust
    exported = []
    for name in ("first", "second"):
        assert run("ledger", "export", str(tmp_path / name)).returncode == 0
        entries = (tmp_path / name / "entries.ndjson").read_text(encoding="utf-8").splitlines()
        exported.append([json.loads(line)["entry"] for line in entries])
    first, second = exported
    (entry,) = second[len(first) :]
    assert (entry["verb"], entry["body"]) == ("ledger.exported", {"entries": len(first)}) and entry["actor"].startswith("cli/")
    assert lines(run("ledger", "verify", "--json"))[0]["unsealed"] == 0
