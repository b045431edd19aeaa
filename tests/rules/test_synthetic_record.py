"""The second invented organisation: the same every time, whole in itself, and with nothing of the invented trust in it."""

import csv
import json
from datetime import date
from pathlib import Path

import pytest

from careward.engines.synthetic import organisation, record
from careward.engines.synthetic.names import ascii_of
from careward.engines.synthetic.record import make_record_keeper
from careward.engines.synthetic.trust import make_trust

ON = date(2026, 11, 22)


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("record")
    make_record_keeper(place, seed=3, on=ON)
    return place


def test_it_is_the_same_every_time(folder: Path, tmp_path: Path):
    make_record_keeper(tmp_path, seed=3, on=ON)
    names = sorted(p.relative_to(folder) for p in folder.rglob("*") if p.is_file())
    assert names and all((folder / n).read_bytes() == (tmp_path / n).read_bytes() for n in names)


def test_whoever_is_named_is_on_its_staff(folder: Path):
    staff = rows(folder, "staff.csv")
    numbers = {r["employee_number"] for r in staff}
    named = {r["supervisor_employee_number"] for r in staff} - {""}
    named |= {r["employee_number"] for name in ("training.csv", "authorisations.csv") for r in rows(folder, name)}
    named |= {r["approved_by_employee_number"] for r in rows(folder, "authorisations.csv")}
    assert named <= numbers and len(numbers) == len(staff) >= 25
    shown = json.loads((folder / "truth" / "personas.json").read_text(encoding="utf-8"))
    emails = {r["employee_number"]: r["email"] for r in staff}
    assert {p["email"] for p in shown} == {emails[p["employee_number"]] for p in shown}
    assert "trust_administrator" in {p["role"] for p in shown}


def test_each_thing_planted_has_its_account(folder: Path):
    truth = [json.loads(line) for line in (folder / "truth" / "findings.ndjson").read_text(encoding="utf-8").splitlines()]
    accounts = {(s, r["username"]) for s in (record.RECORD, record.HUB) for r in rows(folder, f"accounts/{s}.csv")}
    assert {(t["system"], t["username"]) for t in truth} <= accounts
    assert {t["code"] for t in truth} == {
        "account.leaver", "account.inactive", "training.expired", "training.missing", "authorisation.missing", "account.unmatched",
    }  # fmt: skip


def test_nothing_of_it_is_of_the_trust(folder: Path, tmp_path: Path):
    make_trust(tmp_path / "trust", staff=100, systems=12, days=400, seed=3, on=ON)
    mine, theirs = rows(folder, "staff.csv"), rows(tmp_path / "trust", "staff.csv")
    for column in ("employee_number", "email", "team", "team_code"):
        assert {r[column] for r in mine}.isdisjoint({r[column] for r in theirs}), column
    assert {r["code"] for r in rows(folder, "systems.csv")}.isdisjoint({r["code"] for r in rows(tmp_path / "trust", "systems.csv")})
    said = "".join(p.read_text(encoding="utf-8") for p in folder.rglob("*.csv")).lower()
    assert [place for place in (organisation.NAME, organisation.ODS, "northmoor", *organisation.PLACES) if place.lower() in said] == []
    assert ascii_of(record.NAME) != ascii_of(organisation.NAME) and record.ODS != organisation.ODS
