"""A second invented organisation: it keeps a shared care record for practices, a council and a hospice. Same arguments, same bytes.

It is small and apart from the invented trust: no name of a place, team or system is in both. What is planted wrong is in `truth/`.
"""

import csv
import json
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from careward.core.columns import ACCOUNTS, AUTHORISATIONS, STAFF, SYSTEMS, TRAINING, Feed
from careward.core.packs.pack import Pack, load
from careward.engines.synthetic.dates import Dates
from careward.engines.synthetic.names import ascii_of, pick

NAME = "Moorland Shared Care Record"
ODS = "RZZ8M"  # five characters: no trust's
DOMAIN = "moorland-record.example"
PACK = "llr"
RECORD, HUB = "llr-care-record", "record-hub"

# A team, its directorate, and the posts in it, the first of which leads it.
TEAMS = (
    ("Record programme", "Programme", ("Programme manager", "Record administrator", "Privacy officer", "Clinical safety lead", "Trainer")),
    ("Cotterdale practices", "Partners", ("Practice manager", *("General practitioner",) * 4, *("Practice nurse",) * 4)),
    ("Saltholme council, adult care", "Partners", ("Team manager", *("Social worker",) * 7)),
    ("Hollin hospice", "Partners", ("Ward sister", *("Palliative care nurse",) * 5, "Hospice doctor")),
)
PERSONAS = (
    ("trust_administrator", "Record administrator", "Runs Careward for the shared care record"),
    ("privacy_officer", "Privacy officer", "Looks into openings of the shared care record"),
    ("line_manager", "Team manager", "Leads the council's team that uses the shared care record"),
)
FATES = {  # the nth person of a team: what is wrong with them
    (1, 8): "account.leaver",
    (1, 4): "account.inactive",
    (2, 3): "account.inactive:warn",
    (2, 5): "training.expired",
    (3, 2): "training.missing",
    (3, 4): "authorisation.missing",
}


@dataclass(frozen=True, slots=True)
class Keeper:
    """Somebody who keeps or uses the shared care record."""

    number: str
    first: str
    last: str
    post: str
    team: int
    boss: str
    fate: str = ""

    @property
    def email(self) -> str:
        return f"{ascii_of(self.first)}.{ascii_of(self.last)}.{self.number[-2:]}@{DOMAIN}"


@dataclass(slots=True)
class _Made:
    """What is written of one organisation on one day."""

    dates: Dates
    pack: Pack
    truth: list[dict[str, object]] = field(default_factory=list)

    def plant(self, system: str, username: str, number: str | None, code: str, step: str, clause: str = "") -> None:
        clause = clause or self.pack.findings[code].clause
        line = {"system": system, "environment": "live", "username": username, "employee_number": number}
        self.truth.append({**line, "code": code, "step": step, "clause": clause})


def make_record_keeper(folder: Path, *, seed: int, on: date) -> None:
    """Writes feeds A and B and `truth/` into a new folder, as they stand on a day."""
    made, people = _Made(Dates(on), load(PACK)), list(_people(random.Random(f"{seed}:record")))
    for part in ("accounts", "truth"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    _write(folder, SYSTEMS, SYSTEMS.file, _systems())
    _write(folder, STAFF, STAFF.file, (_post(p, made.dates) for p in people))
    _write(folder, TRAINING, TRAINING.file, (row for nth, p in enumerate(people) for row in _courses(p, nth, made.dates)))
    _write(folder, AUTHORISATIONS, AUTHORISATIONS.file, (row for p in people for row in _grants(p, made.dates)))
    for system in (RECORD, HUB):
        _write(folder, ACCOUNTS, f"accounts/{system}.csv", _accounts(system, people, made))
    shown = json.dumps([_persona(people, *told) for told in PERSONAS], ensure_ascii=False, indent=1)
    (folder / "truth" / "personas.json").write_text(shown + "\n", encoding="utf-8")
    lines = "".join(json.dumps(t, ensure_ascii=False) + "\n" for t in made.truth)
    (folder / "truth" / "findings.ndjson").write_text(lines, encoding="utf-8")


def _people(rng: random.Random) -> Iterator[Keeper]:
    chief = ""
    for team, (_, _, posts) in enumerate(TEAMS):
        leader = ""
        for nth, post in enumerate(posts):
            number = f"M{team + 1}{nth + 1:02}"
            first, last = pick(rng, rng.random() < 0.7)
            yield Keeper(number, first, last, post, team, leader or chief, FATES.get((team, nth), ""))
            leader, chief = leader or number, chief or number


def _write(folder: Path, feed: Feed, name: str, rows: Iterable[tuple[str, ...]]) -> None:
    with (folder / name).open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(feed.names)
        out.writerows(rows)


def _systems() -> Iterator[tuple[str, ...]]:
    for code, name, kind, said in (
        (RECORD, "LLR Care Record", "clinical", "Shared care record, read only"),
        (HUB, "Record hub", "infrastructure", "Where the partners' systems are joined to the record"),
    ):
        yield SYSTEMS.row(
            code=code, name=name, kind=kind, description=said, administrator_title="Record administrator", pack=PACK,
            administrator_contact="Record programme team", service_owner="Programme manager", system_owner="Programme manager",
            technical_owner="Programme manager", request_channel="owner", connector="worklist",
        )  # fmt: skip


def _post(person: Keeper, dates: Dates) -> tuple[str, ...]:
    team, directorate, _ = TEAMS[person.team]
    left = person.fate == "account.leaver"
    return STAFF.row(
        employee_number=person.number, assignment_number=f"{person.number}-1", primary_assignment="Y", first_name=person.first,
        last_name=person.last, email=person.email, job_role=person.post, position_title=person.post, directorate=directorate,
        team_code=f"R{person.team + 1}", team=team, supervisor_employee_number=person.boss, person_type="employee",
        assignment_status="terminated" if left else "active", start_on=dates.day(900), end_on=dates.day(6) if left else "",
        leaving_reason="Voluntary resignation" if left else "",
    )  # fmt: skip


def _courses(person: Keeper, nth: int, dates: Dates) -> Iterator[tuple[str, ...]]:
    if person.fate != "training.missing":
        done = 400 if person.fate == "training.expired" else 20 + nth * 7
        yield TRAINING.row(employee_number=person.number, course_code="data-security", completed_on=dates.day(done), result="passed")


def _systems_of(person: Keeper) -> tuple[str, ...]:
    return (RECORD, HUB) if person.team == 0 else (RECORD,)


def _role(person: Keeper) -> str:
    return "Administrator" if person.team == 0 else "Professional"


def _grants(person: Keeper, dates: Dates) -> Iterator[tuple[str, ...]]:
    if person.fate == "authorisation.missing":
        return
    for system in _systems_of(person):
        yield AUTHORISATIONS.row(
            system=system, environment="live", employee_number=person.number, kind="normal", roles=_role(person),
            approved_by_employee_number=person.boss or "M102", approver_role="line_manager", approved_on=dates.day(805),
        )  # fmt: skip


def _accounts(system: str, people: Iterable[Keeper], made: _Made) -> Iterator[tuple[str, ...]]:
    for person in people:
        if system in _systems_of(person):
            yield _account(system, person, made)
    if system == RECORD:
        made.plant(system, "locum.bank", None, "account.unmatched", "ask")
        day = made.dates
        yield ACCOUNTS.row(
            environment="live", username="locum.bank", display_name="Locum", status="active", kind="normal", created_on=day.day(300),
            last_used_at=day.moment(3, 200, "plain"), roles="Professional",
        )  # fmt: skip


def _account(system: str, person: Keeper, made: _Made) -> tuple[str, ...]:
    rule, username = made.pack.inactivity_for(system), person.email.split("@")[0]
    used = {
        "account.leaver": 8,
        "account.inactive": rule.lock_after_days + 3,
        "account.inactive:warn": rule.lock_after_days - rule.notice_days + 1,
    }.get(person.fate, 2)  # fmt: skip
    code, _, warn = person.fate.partition(":")
    if code:
        step = warn or {"account.leaver": "close", "account.inactive": "lock"}.get(code, "ask")
        clause = {"lock": rule.lock_clause, "warn": rule.warn_clause}.get(step, "")
        made.plant(system, username, person.number, code, step, clause)
    return ACCOUNTS.row(
        environment="live", username=username, display_name=f"{person.first} {person.last}", employee_number=person.number,
        email=person.email, status="active", kind="normal", created_on=made.dates.day(800), roles=_role(person),
        last_used_at=made.dates.moment(used, 100 + int(person.number[1:]), "plain"),
    )  # fmt: skip


def _persona(people: Iterable[Keeper], role: str, post: str, about: str) -> dict[str, object]:
    person = next(p for p in people if p.post == post)
    return {
        "persona": role, "role": role, "employee_number": person.number, "name": f"{person.first} {person.last}", "email": person.email,
        "job": post, "team_code": f"R{person.team + 1}", "systems": [], "about": about,
    }  # fmt: skip
