"""The next export of a trust already made: the same feeds, with some of what was planted put right, to show that it is read back."""

import csv
import hashlib
import json
import shutil
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from careward.engines.synthetic.trust import TrustError

Row = dict[str, str]
Key = tuple[str, str, str]  # system, environment, user name
CLOSES = frozenset(
    {
        "account.leaver",
        "account.unmatched",
        "account.ambiguous",
        "account.duplicate",
        "account.admin_unapproved",
        "environment.unauthorised",
    }
)
OF_THE_HOLDER = frozenset({"training.missing", "training.expired", "registration.lapsed"})  # put right once, for all their accounts


@dataclass(frozen=True, slots=True)
class NextExport:
    """Where it lies, and how many planted lines were put right and how many stand."""

    folder: Path
    put_right: int
    left: int


@dataclass(slots=True)
class Mending:
    """What is to be done to which account, and for which person; in the end, which lines are gone."""

    on: str
    closed: set[Key] = field(default_factory=set)
    locked: set[Key] = field(default_factory=set)
    used: set[Key] = field(default_factory=set)
    approved: set[Key] = field(default_factory=set)  # shared and service accounts
    granted: dict[Key, str] = field(default_factory=dict)  # and whose the account is
    trimmed: dict[Key, str] = field(default_factory=dict)  # roles and teams set to those authorised
    trained: set[str] = field(default_factory=set)
    registered: set[str] = field(default_factory=set)

    def add(self, line: Row) -> None:
        key, code = key_of(line), line["code"]
        if code in CLOSES or (code == "account.inactive" and line["step"] == "close"):
            self.closed.add(key)
        elif (code == "account.inactive" and line["step"] == "lock") or code == "account.absent":
            self.locked.add(key)
        elif code in ("account.inactive", "account.use_unknown"):
            self.used.add(key)
        elif code in ("account.generic_unapproved", "account.owner_left"):
            self.approved.add(key)
        elif code.startswith("authorisation."):
            self.granted[key] = line["employee_number"]
        elif code.startswith("entitlement."):
            self.trimmed[key] = line["employee_number"]
        else:
            (self.registered if code == "registration.lapsed" else self.trained).add(line["employee_number"])

    def gone(self, line: Row) -> bool:
        """Whether a line no longer holds once all this is done."""
        key, code = key_of(line), line["code"]
        if key in self.closed:
            return True
        if code == "account.absent":
            return key in self.locked
        if code == "account.inactive":
            return key in self.used or (line["step"] != "close" and key in self.locked)
        if code in OF_THE_HOLDER:
            return line["employee_number"] in (self.registered if code == "registration.lapsed" else self.trained)
        done = {
            "account.admin_unapproved": self.granted,  # the new authority is for what the account is
            "account.use_unknown": self.used,
            "account.generic_unapproved": self.approved,
            "account.owner_left": self.approved,
            "authorisation": self.granted,
            "entitlement": self.trimmed,
        }
        return key in done.get(code, done.get(code.split(".")[0], ()))


def make_next_export(folder: Path, *, put_right: Collection[str | Key] | float, on: date, into: Path | None = None) -> NextExport:
    """Writes a second folder (`into`, else FOLDER-next) where planted faults were put right.

    `put_right` is a share of the lines from 0 to 1, or a set of codes and of accounts (system, environment, user name).
    `truth/put_right.ndjson` lists the lines that are gone; on the same day as before, `truth/findings.ndjson` is the new truth,
    and on a later one it is left out, since days run on. Raises TrustError.
    """
    target = into or folder.with_name(f"{folder.name}-next")
    truth = [json.loads(line) for line in (folder / "truth" / "findings.ndjson").read_text(encoding="utf-8").splitlines()]
    told = json.loads((folder / "truth" / "truth.json").read_text(encoding="utf-8"))
    _check(target, truth, date.fromisoformat(told["on"]), on)
    mending = Mending(on.isoformat())
    for line in truth:
        if _chosen(line, put_right):
            mending.add(line)
    shutil.copytree(folder, target, dirs_exist_ok=True)
    supervisors = _staff(target, mending, on)
    had = _accounts(target, mending)
    _append(target / "training.csv", _courses(mending))
    _append(target / "authorisations.csv", _grants(mending, had, supervisors))
    _append(target / "generic_accounts.csv", _approvals(mending, supervisors, on))
    return _tell(target, truth, mending, told)


def key_of(line: Row) -> Key:
    return line["system"], line["environment"], line["username"]


def _check(target: Path, truth: list[Row], before: date, on: date) -> None:
    if on < before:
        raise TrustError(f"the first export is of {before}; the next one cannot be of {on}, so name that day or a later one")
    if target.exists() and any(target.iterdir()):
        raise TrustError(f"{target} is not an empty folder; name a new one")
    if any(line["code"] == "feed.unsafe" for line in truth):
        raise TrustError(
            "a system of this trust is made unsafe, and nothing of it is put right before a named person allows it; make one without"
        )


def _chosen(line: Row, put_right: Collection[str | Key] | float) -> bool:
    if not isinstance(put_right, float | int):
        return line["code"] in put_right or key_of(line) in put_right
    whose = (line["employee_number"],) if line["code"] in OF_THE_HOLDER else key_of(line)
    digest = hashlib.sha256("\0".join((*whose, line["code"])).encode()).digest()
    return int.from_bytes(digest[:8]) / 2**64 < put_right


def _rewrite(path: Path, change: Callable[[Row], Row]) -> None:
    """A file with every row passed through a change, column for column."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        rows = [change(row) for row in reader]
        columns = list(reader.fieldnames or ())
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, columns)
        out.writeheader()
        out.writerows(rows)


def _append(path: Path, rows: Iterator[tuple[str, ...]]) -> None:
    with path.open("a", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)


def _staff(target: Path, mending: Mending, on: date) -> dict[str, str]:
    """Renews registrations, and gives back whose supervisor is who."""
    supervisors: dict[str, str] = {}

    def change(row: Row) -> Row:
        number = row["employee_number"]
        if row["primary_assignment"] == "Y":
            supervisors[number] = row["supervisor_employee_number"]
        return {**row, "registration_expires_on": (on + timedelta(days=365)).isoformat()} if number in mending.registered else row

    _rewrite(target / "staff.csv", change)
    return supervisors


def _accounts(target: Path, mending: Mending) -> dict[Key, Row]:
    """Changes the exports, and gives back the rows of accounts that are granted anew."""
    due = _authorised(target, mending)
    had: dict[Key, Row] = {}
    for path in sorted((target / "accounts").glob("*.csv")):

        def change(row: Row, system: str = path.stem) -> Row:
            key = (system, row.get("environment", "live"), row["username"])
            if key in mending.granted:
                had[key] = row
            return _mended(row, key, mending, due.get(key))

        _rewrite(path, change)
    return had


def _mended(row: Row, key: Key, mending: Mending, due: Row | None) -> Row:
    changes: Row = {}
    if due:
        changes |= {name: due[name] for name in ("roles", "teams") if name in row}
    if key in mending.used:
        changes |= {"last_used_at": f"{mending.on}T09:00:00", "created_on": row["created_on"] or mending.on}
    if key in mending.locked:
        changes["status"] = "locked"
    if key in mending.closed:
        changes["status"] = "closed"
    return {**row, **changes}


def _authorised(target: Path, mending: Mending) -> dict[Key, Row]:
    """What the accounts to be trimmed rest on; each rests on one grant."""
    whose = {(system, environment, number): (system, environment, name) for (system, environment, name), number in mending.trimmed.items()}
    with (target / "authorisations.csv").open(encoding="utf-8", newline="") as file:
        rows = (
            (whose.get((r["system"], r["environment"], r["employee_number"])), r) for r in csv.DictReader(file) if r["kind"] == "normal"
        )
        return {key: row for key, row in rows if key}


def _courses(mending: Mending) -> Iterator[tuple[str, ...]]:
    for number in sorted(mending.trained):
        yield (number, "data-security", mending.on, "passed", "", "")
        yield (number, "paris-e-learning", mending.on, "passed", "", mending.on)


def _grants(mending: Mending, had: dict[Key, Row], supervisors: dict[str, str]) -> Iterator[tuple[str, ...]]:
    for key, number in sorted(mending.granted.items()):
        row = had[key]
        by = supervisors[number] or next(n for n in supervisors if n != number)
        yield (*key[:2], number, row["kind"], row.get("roles", ""), row.get("teams", ""), by, "line_manager", mending.on, "", "")


def _approvals(mending: Mending, supervisors: dict[str, str], on: date) -> Iterator[tuple[str, ...]]:
    owner = min(filter(None, supervisors.values()))
    for system, _, name in sorted(mending.approved):
        yield (system, name, owner, mending.on, (on + timedelta(days=365)).isoformat(), "Looked at again and kept")


def _tell(target: Path, truth: list[Row], mending: Mending, told: dict[str, object]) -> NextExport:
    gone = [line for line in truth if mending.gone(line)]
    left = [line for line in truth if not mending.gone(line)]
    _lines(target / "truth" / "put_right.ndjson", gone)
    if told["on"] == mending.on:
        _lines(target / "truth" / "findings.ndjson", left)
    else:
        (target / "truth" / "findings.ndjson").unlink()
    counts = {
        "by_code": dict(sorted(Counter(t["code"] for t in left).items())),
        "by_system": dict(sorted(Counter(t["system"] for t in left).items())),
    }
    new = {"trust": told["trust"], "on": mending.on, "first_on": told["on"], "put_right": len(gone), "findings": len(left), **counts}
    (target / "truth" / "truth.json").write_text(json.dumps(new, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return NextExport(target, len(gone), len(left))


def _lines(path: Path, lines: list[Row]) -> None:
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
