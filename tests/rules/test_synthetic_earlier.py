"""The trust as it stood on earlier days: whole in itself, nothing of it later than its day, and each day leading on to the next."""

import csv
import hashlib
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from careward.engines.synthetic.earlier import make_earlier
from careward.engines.synthetic.trust import TrustError, make_trust

ON = date(2026, 11, 22)
DAYS = (date(2025, 12, 31), date(2026, 4, 30), date(2026, 10, 31), date(2026, 11, 17))
HAPPENED = {
    "staff.csv": ("start_on", "end_on"), "training.csv": ("completed_on", "declaration_signed_on"), "absences.csv": ("from_on",),
    "deputies.csv": ("from_on",), "leavers.csv": ("left_on",), "authorisations.csv": ("approved_on",), "generic_accounts.csv": ("ig_approved_on",),
}  # fmt: skip
KEYS = {"staff.csv": ("assignment_number",), "training.csv": ("employee_number", "course_code", "completed_on")}


@dataclass
class Files:
    folder: Path
    files: dict[str, list[dict[str, str]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for path in sorted(self.folder.rglob("*.csv")):
            with path.open(encoding="utf-8", newline="") as file:
                self.files[path.relative_to(self.folder).as_posix()] = list(csv.DictReader(file))

    @property
    def numbers(self) -> set[str]:
        return {row["employee_number"] for row in self.files["staff.csv"]}

    @property
    def accounts(self) -> dict[tuple[str, str, str], dict[str, str]]:
        exports = {name: rows for name, rows in self.files.items() if name.startswith("accounts/")}
        return {(name, r.get("environment", "live"), r["username"]): r for name, rows in exports.items() for r in rows}


@pytest.fixture(scope="module")
def trust(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("trust") / "now"
    make_trust(folder, staff=300, systems=5, days=730, seed=3, on=ON)
    return folder


@pytest.fixture(scope="module")
def then(trust: Path) -> dict[date, Files]:
    for day in DAYS:
        make_earlier(trust, on=day, into=trust.parent / day.isoformat())
    return {day: Files(trust.parent / day.isoformat()) for day in DAYS}


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_nothing_in_the_files_of_a_day_is_later_than_it(then: dict[date, Files], day: date):
    late = [
        (name, column, row[column]) for name, columns in HAPPENED.items() for row in then[day].files[name] for column in columns
        if row[column] > day.isoformat()
    ]  # fmt: skip
    used = [r for r in then[day].accounts.values() if max(r["created_on"], r["last_used_at"][:10]) > day.isoformat()]
    assert late == [] and used == []


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_whoever_is_named_is_on_the_staff_and_each_row_is_there_once(then: dict[date, Files], day: date):
    files = then[day].files
    named = {r["supervisor_employee_number"] for r in files["staff.csv"]} - {""}
    named |= {r[c] for r in files["deputies.csv"] for c in ("manager_employee_number", "deputy_employee_number")}
    named |= {r["employee_number"] for name in ("training.csv", "absences.csv", "authorisations.csv") for r in files[name]}
    named |= {r["approved_by_employee_number"] for r in files["authorisations.csv"]}
    named |= {r["owner_employee_number"] for r in files["generic_accounts.csv"]}
    assert named <= then[day].numbers
    for name, key in KEYS.items():
        rows = [tuple(r[c] for c in key) for r in files[name]]
        assert len(rows) == len(set(rows)), name
    main = [r["employee_number"] for r in files["staff.csv"] if r["primary_assignment"] == "Y"]
    assert sorted(main) == sorted(then[day].numbers)


def test_a_list_only_grows_so_no_load_of_it_looks_cut_short(then: dict[date, Files], trust: Path):
    days = [*(then[day] for day in DAYS), Files(trust)]
    for before, after in pairwise(days):
        assert before.numbers <= after.numbers
        assert before.accounts.keys() <= after.accounts.keys()


def test_whoever_has_left_since_was_there_and_their_accounts_were_open(then: dict[date, Files], trust: Path):
    now, day = Files(trust), date(2026, 4, 30)
    last = {n: max(r["end_on"] or "9999" for r in now.files["staff.csv"] if r["employee_number"] == n) for n in now.numbers}
    since = {n for n, end in last.items() if end != "9999" and day.isoformat() < end <= ON.isoformat() and n in then[day].numbers}
    assert len(since) >= 5
    rows = [r for r in then[day].files["staff.csv"] if r["employee_number"] in since and r["assignment_status"] == "terminated"]
    assert rows == []
    theirs = [r for r in then[day].accounts.values() if r.get("employee_number") in since]
    assert {r["status"] for r in theirs} <= {"active", "closed"}  # closed: what was planted in it came later
    assert sum(r["status"] == "active" for r in theirs) > 0.9 * len(theirs) > 0


def test_each_day_has_faults_of_its_own_that_were_put_right(then: dict[date, Files], trust: Path):
    now = Files(trust).accounts
    for day in DAYS[:3]:
        unused = {
            key for key, r in then[day].accounts.items()
            if r["status"] == "active" and r["last_used_at"] and r["last_used_at"][:10] < (day - timedelta(days=90)).isoformat()
        }  # fmt: skip
        again = {key for key in unused if now[key]["last_used_at"][:10] > day.isoformat()}
        assert again, day


def test_the_same_arguments_give_the_same_bytes(trust: Path, tmp_path: Path):
    for name in ("a", "b"):
        make_earlier(trust, on=DAYS[0], into=tmp_path / name)
    digests = [
        [hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted((tmp_path / name).rglob("*.csv"))] for name in ("a", "b")
    ]  # fmt: skip
    assert digests[0] == digests[1] != []


def test_a_day_that_is_not_earlier_and_a_folder_in_use_are_refused(trust: Path, tmp_path: Path):
    with pytest.raises(TrustError, match="before that"):
        make_earlier(trust, on=ON, into=tmp_path / "new")
    (tmp_path / "kept.txt").touch()
    with pytest.raises(TrustError, match="not an empty folder"):
        make_earlier(trust, on=DAYS[0], into=tmp_path)
