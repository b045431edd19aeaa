"""How fast files go in: staff against one row at a time through the ORM, accounts against the ORM's bulk_create, in the same run.

In a process and a house of its own, with lists made in memory; whole.py begins with files.
"""

import json
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from careward.cli.measurements._own_house import inner
from careward.core.ports import FeedFile, Reading

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
PEOPLE, SYSTEMS = 20_000, 20
SAMPLE = 1_000  # persons, one row at a time
STAFF = (
    "employee_number", "assignment_number", "primary_assignment", "first_name", "last_name", "email", "date_of_birth", "postcode",
    "job_role", "team_code", "team", "supervisor_employee_number", "person_type", "assignment_status", "start_on", "end_on",
)  # fmt: skip
ACCOUNTS = (
    "environment", "username", "display_name", "employee_number", "email", "status", "kind", "created_on", "last_used_at", "roles", "teams",
)  # fmt: skip
RIGHTS = (
    "system", "environment", "employee_number", "kind", "roles", "teams", "approved_by_employee_number", "approver_role", "approved_on",
    "expires_on",
)  # fmt: skip
REGISTER = ("code", "name", "kind", "administrator_title", "administrator_contact")


def measure(*, small: bool = False) -> list[dict[str, Any]]:
    """The rows of the table of measurements."""
    return inner("load", str(PEOPLE // 20 if small else PEOPLE))


def _inner(people: int) -> list[dict[str, Any]]:
    from careward.cli.ready import open_house

    open_house()
    from careward.people.staff.models import Organisation

    trust = Organisation.objects.create(ods_code="BENCHMARK", name="Benchmark", pack="base")
    one_by_one = _orm_rows_per_second(trust, _staff(SAMPLE, "S"))
    staff = _timed(lambda: _load(trust, (_register(), _staff(people, "E"))))
    again = _timed(lambda: _load(trust, (_register(), _staff(people, "E"))))
    rights = (_rights(people), *(_accounts(system, people) for system in range(SYSTEMS)))
    took = _timed(lambda: _load(trust, rights))
    same = _timed(lambda: _load(trust, rights))
    in_bulk = _bulk_create_rows_per_second(trust, people)
    many = people * SYSTEMS
    size = f"{people:,} staff"
    return [
        _row("load: staff rows, new", people / staff, 2_000, one_by_one, size),
        _row("load: staff rows, the same again", people / again, 2_000, one_by_one, size),
        _row("load: accounts and authorisations, new", 2 * many / took, 66_000, in_bulk, f"{many:,} of each"),
        _row("load: accounts and authorisations, the same again", 2 * many / same, 66_000, None, f"{many:,} of each"),
    ]


def _row(name: str, value: float, target: float, against: float | None, size: str) -> dict[str, Any]:
    other = None if against is None else f"{against:,.0f} per_s by the ORM"
    ratio = None if against is None else value / against
    return {"name": name, "value": value, "unit": "per_s", "target": target, "against": other, "ratio": ratio, "size": size}


def _timed(act: Callable[[], object]) -> float:
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


def _load(trust: Any, files: tuple[FeedFile, ...]) -> None:
    """Begun, examined and applied in one act."""
    from careward.access.feeds import actions

    begun = actions.begin_load(organisation=trust, source="benchmark", profile="canonical", now=NOW, by="cli/benchmark")
    report = actions.apply_load(load_id=begun.pk, reading=Reading(files, (), ()), now=NOW, by="cli/benchmark")
    if report.state != "applied" or report.refused:
        raise RuntimeError(f"the benchmark's own files were {report.state}: {report.reasons} {report.problems[:3]}")


def _file(feed: str, name: str, columns: tuple[str, ...], rows: list[tuple[Any, ...]], system: str = "") -> FeedFile:
    return FeedFile(feed, name, system, f"{name}{len(rows)}", columns, rows, list(range(2, len(rows) + 2)), 0, (), (), True)


def _register() -> FeedFile:
    rows = [(f"system-{n}", f"System {n}", "clinical", "Administrator", f"admin{n}@example.nhs.uk") for n in range(SYSTEMS)]
    return _file("systems", "systems.csv", REGISTER, rows)


def _staff(count: int, letter: str) -> FeedFile:
    rows = [
        (
            f"{letter}{n}", f"{letter}{n}-1", True, f"Given{n % 500}", f"Family{n}", f"{letter}{n}@example.nhs.uk".lower(),
            date(1960 + n % 40, 1 + n % 12, 3), "DL1 1AA", "Nurse", f"T{n % 300}", f"Team {n % 300}", f"{letter}{n // 10}", "employee",
            "active", date(2010 + n % 15, 4, 1), None,
        )
        for n in range(count)
    ]  # fmt: skip
    return _file("staff", "staff.csv", STAFF, rows)


def _accounts(system: int, count: int) -> FeedFile:
    used = datetime(2026, 11, 1, 8, 0, tzinfo=UTC)
    rows = [
        (
            "live", f"user{n}", f"Given Family{n}", f"E{n}", f"e{n}@example.nhs.uk", "active", "normal", date(2020, 1, 1 + n % 28),
            used + timedelta(seconds=37 * n), f"clinician;role {n % 7}", f"north;team {n % 40}",
        )
        for n in range(count)
    ]  # fmt: skip
    return _file("accounts", f"accounts/system-{system}.csv", ACCOUNTS, rows, f"system-{system}")


def _rights(count: int) -> FeedFile:
    rows = [
        (
            f"system-{s}", "live", f"E{n}", "normal", f"clinician;role {n % 7}", f"north;team {n % 40}", f"E{n // 10}", "line_manager",
            date(2025, 5, 1), None,
        )
        for s in range(SYSTEMS)
        for n in range(count)
    ]  # fmt: skip
    return _file("authorisations", "authorisations.csv", RIGHTS, rows)


def _orm_rows_per_second(trust: Any, staff: FeedFile) -> float:
    from careward.people.staff.models import Assignment, Person, Team

    def one_at_a_time() -> None:
        for row in staff.rows:
            said = dict(zip(staff.columns, row, strict=True))
            names = {"first_name": said["first_name"], "last_name": said["last_name"], "email": said["email"], "gone_on": date(2026, 1, 1)}
            person, _ = Person.objects.get_or_create(organisation=trust, employee_number=said["employee_number"], defaults=names)
            team, _ = Team.objects.get_or_create(organisation=trust, code=said["team_code"], defaults={"name": said["team"]})
            post = {"organisation": trust, "team": team, "start_on": said["start_on"], "gone_on": date(2026, 1, 1)}
            Assignment.objects.get_or_create(person=person, assignment_number=said["assignment_number"], defaults=post)

    return len(staff.rows) / _timed(one_at_a_time)


def _bulk_create_rows_per_second(trust: Any, people: int) -> float:
    from careward.access.accounts.models import Account
    from careward.systems.register.models import System

    system = System.objects.get(organisation=trust, code="system-0")
    file = _accounts(0, people)

    def in_bulk() -> None:
        made = [
            Account(organisation=trust, system=system, seen_on=NOW.date(), **dict(zip(file.columns, ("copy", *row[1:]), strict=True)))
            for row in file.rows
        ]
        Account.objects.bulk_create(made)

    return people / _timed(in_bulk)


if __name__ == "__main__" and sys.argv[1:2] == ["inner"]:
    print(json.dumps(_inner(int(sys.argv[2]))))
