"""Small canonical feeds: as values for the rooms, and as folders of files for whoever reads files."""

import csv
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from careward.core.ports import FeedFile, Problem, Reading

NOW = datetime(2026, 11, 22, 10, 30, tzinfo=UTC)
ON = date(2026, 11, 22)

STAFF = {
    "employee_number": "E1", "assignment_number": "E1-1", "primary_assignment": True, "title": "", "first_name": "Carol",
    "last_name": "Dewhurst", "preferred_name": "", "email": "carol.dewhurst@example.nhs.uk", "date_of_birth": date(1980, 2, 3),
    "nhs_number": "", "address_line_1": "1 High Street", "postcode": "DL1 1AA", "staff_group": "Nursing", "job_role": "Nurse",
    "profession": "nurse", "position_number": "P1", "position_title": "Staff nurse", "directorate": "Adult", "team_code": "T1",
    "team": "Crisis team", "supervisor_employee_number": "", "person_type": "employee", "employer_ods_code": "RX3",
    "assignment_status": "active", "start_on": date(2020, 1, 6), "end_on": None, "leaving_reason": "", "registration_body": "NMC",
    "registration_number": "12A3456E", "registration_expires_on": date(2027, 3, 31), "smartcard_uuid": "",
}  # fmt: skip
SYSTEM = {
    "code": "paris", "name": "PARIS", "kind": "clinical", "description": "The patient record", "administrator_title": "PARIS administrator",
    "administrator_contact": "paris@example.nhs.uk", "service_owner": "", "system_owner": "", "technical_owner": "",
    "request_channel": "Service desk", "connector": "worklist", "pack": "base", "version": "", "release_on": None, "support_ends_on": None,
}  # fmt: skip
ACCOUNT = {
    "environment": "live", "username": "cdewhurst", "display_name": "Carol Dewhurst", "employee_number": "E1", "email": "",
    "smartcard_uuid": "", "status": "active", "kind": "normal", "created_on": date(2020, 1, 6),
    "last_used_at": datetime(2026, 11, 20, 8, 15, tzinfo=UTC), "roles": "nurse;viewer", "teams": "Crisis team",
}  # fmt: skip
TRAINING = {
    "employee_number": "E1", "course_code": "data-security", "completed_on": date(2026, 2, 1), "result": "passed", "expires_on": None,
    "declaration_signed_on": date(2026, 2, 1),
}  # fmt: skip
COURSE = {
    "course_code": "dspt", "title": "Data security awareness", "booking_link": "https://learning.example.nhs.uk/ds", "owner": "The IG team",
}  # fmt: skip
ABSENCE = {"employee_number": "E1", "kind": "maternity", "from_on": date(2026, 9, 1), "to_on": None}
DEPUTY = {"manager_employee_number": "E1", "deputy_employee_number": "E2", "from_on": date(2026, 1, 1), "to_on": date(2027, 1, 1)}
LEAVER = {"name": "Carol Dewhurst", "team": "Crisis team", "left_on": date(2026, 10, 31)}
AUTHORISATION = {
    "system": "paris", "environment": "live", "employee_number": "E1", "kind": "normal", "roles": "nurse", "teams": "Crisis team",
    "approved_by_employee_number": "E2", "approver_role": "line_manager", "approved_on": date(2020, 1, 6), "expires_on": None,
    "exception_reason": "",
}  # fmt: skip
GENERIC = {
    "system": "paris", "username": "ward1", "owner_employee_number": "E1", "ig_approved_on": date(2026, 1, 5),
    "expires_on": date(2027, 1, 5), "reason": "The ward's shared screen",
}  # fmt: skip
ROLE_HOLDER = {"role": "caldicott_guardian", "employee_number": "E1", "system": "", "from_on": date(2020, 1, 1), "to_on": date(2030, 1, 1)}
ROWS = {
    "staff": STAFF, "systems": SYSTEM, "accounts": ACCOUNT, "training": TRAINING, "absences": ABSENCE, "deputies": DEPUTY,
    "leavers": LEAVER, "authorisations": AUTHORISATION, "generic_accounts": GENERIC,
    "role_holders": ROLE_HOLDER, "courses": COURSE,
}  # fmt: skip

Change = Mapping[str, Any]


def feed_file(
    feed: str, *changes: Change, system: str = "", without: Sequence[str] = (), refused: int = 0, snapshot: bool = True
) -> FeedFile:
    """A file whose rows are the usual row of its feed, each with its own changes."""
    usual = {k: v for k, v in ROWS[feed].items() if k not in without}
    rows = [tuple({**usual, **change}[name] for name in usual) for change in changes]
    name = f"accounts/{system or 'paris'}.csv" if feed == "accounts" else f"{feed}.csv"
    problems = tuple(Problem(name, 900 + n, "start_on", "This is no date", "Write it like 2026-11-22") for n in range(refused))
    return FeedFile(
        feed=feed,
        name=name,
        system=(system or "paris") if feed == "accounts" else "",
        digest=hashlib.sha256(repr((tuple(usual), rows, refused)).encode()).hexdigest(),
        columns=tuple(usual),
        rows=rows,
        lines=list(range(2, len(rows) + 2)),
        refused=refused,
        problems=problems,
        notices=(),
        snapshot=snapshot,
    )


def staff(*changes: Change, **more: Any) -> FeedFile:
    return feed_file("staff", *changes, **more)


def someone(number: int, **change: Any) -> dict[str, Any]:
    """The changes that make one more member of staff of the usual one."""
    names = {"first_name": f"Given{number}", "last_name": f"Family{number}", "email": f"p{number}@example.nhs.uk"}
    return {"employee_number": f"E{number}", "assignment_number": f"E{number}-1", **names, **change}


def reading(*files: FeedFile, problems: Iterable[Problem] = (), notices: Iterable[str] = ()) -> Reading:
    return Reading(tuple(files), tuple(problems), tuple(notices))


def small_trust(count: int = 3) -> Reading:
    """One file of every feed, all of one small trust."""
    return reading(
        feed_file("systems", {}),
        staff(*(someone(n) for n in range(1, count + 1))),
        feed_file("training", *({"employee_number": f"E{n}"} for n in range(1, count + 1))),
        feed_file("absences", {}),
        feed_file("deputies", {}),
        feed_file("leavers", {"name": "Given2 Family2"}, snapshot=False),
        feed_file(
            "authorisations", *({"employee_number": f"E{n}", "approved_by_employee_number": f"E{n + 1}"} for n in range(1, count + 1))
        ),
        feed_file("generic_accounts", {}),
        feed_file("accounts", *({"username": f"u{n}", "employee_number": f"E{n}"} for n in range(1, count + 1))),
    )


def swap(whole: Reading, *files: FeedFile) -> Reading:
    """The same reading with these files in place of those of the same name."""
    named = {f.name: f for f in files}
    return replace(whole, files=tuple(named.pop(f.name, f) for f in whole.files) + tuple(named.values()))


def write_folder(folder: Path, whole: Reading) -> Path:
    """The files of a reading as canonical CSV."""
    for file in whole.files:
        path = folder / file.name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", newline="", encoding="utf-8") as out:
            sheet = csv.writer(out)
            sheet.writerow(file.columns)
            sheet.writerows([_text(value) for value in row] for row in file.rows)
    return folder


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "Y" if value else "N"
    return value.isoformat() if isinstance(value, date) else str(value)
