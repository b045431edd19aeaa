"""The files of Northmere, a made-up trust that runs a pack of its own: tests/packs/own/northmere."""

from datetime import date, timedelta
from pathlib import Path

from tests.make import feeds
from tests.make.compared import NOW, ON

OWN = Path(__file__).resolve().parents[1] / "packs" / "own"
USED = {1: 3, 2: 50, 3: 40, 4: 210, 5: 3, 6: 3, 7: 3}  # days since each used their account


def files(folder: Path) -> Path:
    """Seven colleagues, each but the first with one thing wrong, an account that is nobody's, and a line of the leavers report."""
    used = {n: NOW - timedelta(days=ago) for n, ago in USED.items()}
    return feeds.write_folder(
        folder,
        feeds.reading(
            feeds.feed_file("systems", {
                "code": "ward-notes", "name": "Ward Notes", "pack": "", "administrator_title": "Records Manager", "description": "Notes",
            }),
            feeds.staff(*(
                feeds.someone(n, supervisor_employee_number="E1" if n > 1 else "", end_on=ON - timedelta(days=1) if n == 5 else None)
                for n in USED
            )),
            feeds.feed_file("training", *({"employee_number": f"E{n}", "course_code": "records-basics"} for n in USED if n != 7)),
            feeds.feed_file("authorisations", *({
                "system": "ward-notes", "employee_number": f"E{n}", "approved_by_employee_number": "E1" if n != 1 else "E2", "roles": "nurse;viewer",
                "approver_role": "line_manager" if n == 6 else "head_of_service",
            } for n in USED)),
            feeds.feed_file("leavers", {"name": "Given1 Family1", "left_on": date(2026, 10, 31)}, snapshot=False),
            feeds.feed_file(
                "accounts",
                *({"username": f"u{n}", "employee_number": f"E{n}", "last_used_at": at} for n, at in used.items()),
                {"username": "ghost", "employee_number": "E404", "last_used_at": NOW},
                system="ward-notes",
            ),
        ),
    )  # fmt: skip
