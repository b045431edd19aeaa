"""The files of a trust already made as they stood on an earlier day: who came later is not there yet, and what happened later has not.

What was planted without a day of its own arose on a day that its name decides; until then its account was closed. Some accounts that
are in order now had their bad months. Days are compared as the files write them. Nothing here runs a rule.
"""

import csv
import hashlib
import json
import shutil
from collections.abc import Callable, Collection, Iterable
from datetime import date, timedelta
from pathlib import Path

from careward.core.columns import ABSENCES, AUTHORISATIONS, COURSES, DEPUTIES, GENERIC_ACCOUNTS, LEAVERS, STAFF, SYSTEMS, TRAINING
from careward.engines.synthetic.later import OF_THE_HOLDER, Key, Row
from careward.engines.synthetic.trust import TrustError

AWAY = ("maternity", "long_term_absence")
OF_ITS_DAY = ("account.leaver", "account.absent", "authorisation.expired", "registration.lapsed")  # dates in the files say since when
IDENTIFIERS = ("employee_number", "email", "smartcard_uuid")
USED_WITHIN = 20  # days: how lately an account in ordinary use was used
LINGERS = 45  # days that an account of somebody who has left may have stood open
FORGOTTEN, FOR_LONG = 0.12, 100  # the share of accounts that had idle months, and after how many days without use these begin


def make_earlier(folder: Path, *, on: date, into: Path, systems: Collection[str] = ()) -> None:
    """Writes feeds A and B into a new folder as they stood on a day before the trust's own; the same arguments give the same bytes.

    `systems` are those of whose accounts anything was told by then; all where none is named. Raises TrustError.
    """
    made_on = date.fromisoformat(json.loads((folder / "truth" / "truth.json").read_text(encoding="utf-8"))["on"])
    if on >= made_on:
        raise TrustError(f"the trust was made as at {made_on}; its earlier files are of a day before that, not of {on}")
    if into.exists() and any(into.iterdir()):
        raise TrustError(f"{into} is not an empty folder; name a new one")
    (into / "accounts").mkdir(parents=True, exist_ok=True)
    staff = _Staff(folder, on)
    exports = sorted((folder / "accounts").glob("*.csv"))
    then = _Then(folder, on, made_on, staff, frozenset(systems or (path.stem for path in exports)))
    for feed in (SYSTEMS, COURSES):
        shutil.copyfile(folder / feed.file, into / feed.file)
    _write(into / STAFF.file, STAFF.names, staff.rows)
    for feed, change in (
        (TRAINING, then.course), (ABSENCES, then.absence), (DEPUTIES, then.deputy), (LEAVERS, then.leaver),
        (AUTHORISATIONS, then.grant), (GENERIC_ACCOUNTS, then.approval),
    ):  # fmt: skip
        _pass(folder / feed.file, into / feed.file, change)
    for path in (path for path in exports if path.stem in then.systems):
        _pass(path, into / "accounts" / path.name, lambda row, system=path.stem: then.account(system, row))  # type: ignore[misc]


class _Staff:
    """Who was here on a day, in which posts, and under whom; who has left since, and when."""

    def __init__(self, folder: Path, on: date) -> None:
        self.day = on.isoformat()
        rows = _rows(folder / STAFF.file)
        self.boss = {r["employee_number"]: r["supervisor_employee_number"] for r in rows if r["primary_assignment"] == "Y"}
        self._left = {(r["name"], r["team"]): r["left_on"] for r in _rows(folder / LEAVERS.file)}
        self._away = {r["employee_number"] for r in _rows(folder / ABSENCES.file) if r["from_on"] <= self.day}
        self.here = {r["employee_number"] for r in rows if r["start_on"] <= self.day}
        self.holders = {r[name].lower(): r["employee_number"] for r in rows for name in IDENTIFIERS if r[name]}
        self.last: dict[str, str] = {}  # the last day of whoever has none to come
        for row in rows:
            number, end = row["employee_number"], self._end(row) or "9999"
            self.last[number] = max(self.last.get(number, ""), end)
        self.rows = self._primary([self._post(r) for r in rows if r["start_on"] <= self.day])

    def above(self, number: str) -> str:
        """Somebody, or who is above them and was here already."""
        while number and number not in self.here:
            number = self.boss.get(number, "")
        return number

    def _end(self, row: Row) -> str:
        if row["end_on"] or row["assignment_status"] != "terminated":
            return row["end_on"]
        return self._left.get((f"{row['first_name']} {row['last_name']}", row["team"]), "")

    def _post(self, row: Row) -> Row:
        changes = {SUPERVISOR: self.above(row[SUPERVISOR])}
        if row["assignment_status"] in AWAY and row["employee_number"] not in self._away:
            changes["assignment_status"] = "active"
        if self._end(row) > self.day:
            changes |= {"end_on": "", "leaving_reason": ""} | ({"assignment_status": "active"} if _terminated(row) else {})
        return {**row, **changes}

    def _primary(self, rows: list[Row]) -> list[Row]:
        """Whoever had another main post then has one all the same."""
        have = {r["employee_number"] for r in rows if r["primary_assignment"] == "Y"}
        for row in rows:
            if row["employee_number"] not in have:
                row["primary_assignment"] = "Y"
                have.add(row["employee_number"])
        return rows


SUPERVISOR = "supervisor_employee_number"


def _terminated(row: Row) -> bool:
    return row["assignment_status"] == "terminated"


class _Then:
    """What each row of the other files was on a day; None where it was not there yet."""

    def __init__(self, folder: Path, on: date, made_on: date, staff: _Staff, systems: frozenset[str]) -> None:
        self.on, self.made_on, self.day, self.staff, self.systems = on, made_on, on.isoformat(), staff, systems
        lines = (folder / "truth" / "findings.ndjson").read_text(encoding="utf-8").splitlines()
        self.since = dict(map(self._arose, (t for t in map(json.loads, lines) if t["code"] not in OF_ITS_DAY)))
        unapproved = {(t["system"], t["username"].lower()) for t in map(json.loads, lines) if t["code"] == "account.generic_unapproved"}
        self.approved: dict[tuple[str, str], str] = {}
        for row in _rows(folder / GENERIC_ACCOUNTS.file):
            of = (row["system"], row["username"].lower())
            if of not in unapproved:
                self.approved[of] = min(row["ig_approved_on"], self.approved.get(of, "9999"))

    def _arose(self, line: Row) -> tuple[Key, str]:
        key = (line["system"], line["environment"], line["username"])
        whose = (line["employee_number"],) if line["code"] in OF_THE_HOLDER else key
        return key, (self.made_on - timedelta(days=3 + int(_chance("arose", *whose) ** 2 * 220))).isoformat()

    def course(self, row: Row) -> Row | None:
        if row["employee_number"] not in self.staff.here or row["completed_on"] > self.day:
            return None
        return {**row, "declaration_signed_on": ""} if row["declaration_signed_on"] > self.day else row

    def absence(self, row: Row) -> Row | None:
        return row if row["employee_number"] in self.staff.here and row["from_on"] <= self.day else None

    def deputy(self, row: Row) -> Row | None:
        both = {row["manager_employee_number"], row["deputy_employee_number"]} <= self.staff.here
        return row if both and row["from_on"] <= self.day else None

    def leaver(self, row: Row) -> Row | None:
        return row if row["left_on"] <= self.day else None

    def grant(self, row: Row) -> Row | None:
        if row["system"] not in self.systems or row["employee_number"] not in self.staff.here or row["approved_on"] > self.day:
            return None
        return {**row, "approved_by_employee_number": self.staff.above(row["approved_by_employee_number"])}

    def approval(self, row: Row) -> Row | None:
        if row["system"] not in self.systems or row["ig_approved_on"] > self.day:
            return None
        return {**row, "owner_employee_number": self.staff.above(row["owner_employee_number"])}

    def account(self, system: str, row: Row) -> Row | None:
        key = (system, row.get("environment", "live"), row["username"])
        holder = next((self.staff.holders[v] for v in (row.get(n, "").lower() for n in IDENTIFIERS) if v in self.staff.holders), "")
        made_later = row["created_on"] > self.day or self.approved.get((system, row["username"].lower()), "") > self.day
        if made_later or (holder and holder not in self.staff.here):
            return None
        used_later = row["last_used_at"][:10] > self.day
        used = self._used(key, row) if used_later else row["last_used_at"]
        return {**row, "last_used_at": used, "status": self._status(key, row, holder, used_later)}

    def _status(self, key: Key, row: Row, holder: str, used_later: bool) -> str:
        last = self.staff.last.get(holder, "9999")
        if self.since.get(key, "") > self.day:
            return "closed"
        if used_later or (last != "9999" and last >= self.day):  # in use, or its holder still here
            return "active"
        open_for = int(_chance("lingered", *key) ** 4 * LINGERS)
        lingers = last < self.day and (self.on - date.fromisoformat(last)).days <= open_for
        return "active" if lingers else row["status"]

    def _used(self, key: Key, row: Row) -> str:
        """A use before the day, at the hour that the file tells: lately, or long before in an idle month."""
        ago = int(_chance("used", self.day, *key) * USED_WITHIN)
        forgotten = _chance("idle", *key) / FORGOTTEN
        if forgotten < 1 and row["kind"] == "normal":
            began = self.made_on - timedelta(days=365 - int(forgotten * 330))
            lasted = 30 + int(_chance("lasted", *key) * 90)
            since = (began - timedelta(days=FOR_LONG)).isoformat()
            if began <= self.on < began + timedelta(days=lasted) and row["created_on"] < since:
                return since + row["last_used_at"][10:]
        return max((self.on - timedelta(days=ago)).isoformat(), row["created_on"]) + row["last_used_at"][10:]


def _chance(*words: str) -> float:
    """From nought to one, by these words and nothing else."""
    return int.from_bytes(hashlib.sha256("\0".join(words).encode()).digest()[:8]) / 2**64


def _rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _pass(source: Path, target: Path, change: Callable[[Row], Row | None]) -> None:
    """Writes a file anew, each row as it was then, without those that were not there."""
    with source.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        rows = [then for then in map(change, reader) if then is not None]
        _write(target, tuple(reader.fieldnames or ()), rows)


def _write(target: Path, columns: Iterable[str], rows: Iterable[Row]) -> None:
    with target.open("w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, list(columns))
        out.writeheader()
        out.writerows(rows)
