"""Writes the feeds and the planted truth of an invented trust: same arguments, same bytes."""

import csv
import json
import random
from collections import Counter
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from careward.core.columns import ABSENCES, AUTHORISATIONS, COURSES, DEPUTIES, GENERIC_ACCOUNTS, LEAVERS, STAFF, SYSTEMS, TRAINING, Feed
from careward.engines.synthetic import organisation, register
from careward.engines.synthetic.accounts import Registrar
from careward.engines.synthetic.dates import Dates
from careward.engines.synthetic.faults import Around
from careward.engines.synthetic.lives import Fates, Lives
from careward.engines.synthetic.personas import personas
from careward.engines.synthetic.planting import Deck, Planter, lines
from careward.engines.synthetic.shapes import AccountDraft, MadePerson, MadePost, MadeSystem, TrustSummary, TruthLine
from careward.engines.synthetic.specials import Specials
from careward.engines.synthetic.staff import make_staff
from careward.engines.synthetic.training import Training, offered

LEAST_STAFF, MOST_STAFF = 60, 500_000
KEYS = ("system", "environment", "username", "employee_number", "code", "step", "clause")


class TrustError(ValueError):
    """A trust that cannot be made as asked; the message says what to ask for instead."""


@dataclass(slots=True)
class MadeTally:
    accounts: int = 0
    grants: int = 0
    faulty: int = 0
    truth: list[TruthLine] = field(default_factory=list)


def make_trust(folder: Path, *, staff: int, systems: int, days: int, seed: int, on: date, unsafe_system: bool = False) -> TrustSummary:
    """Feeds A and B and `truth/` for an invented mental-health trust as it stands on a day.

    `staff` people, leavers among them; `systems` systems, each open to nearly everybody, so that there are about staff x systems
    accounts; `days` of history. Raises TrustError where the figures cannot be met or the folder is not empty.
    """
    _check(folder, staff, systems, days)
    dates = Dates(on)
    rng = random.Random(f"{seed}:people")
    crowd, people, board, teams = make_staff(rng, staff, days)
    lives = Fates(rng, crowd, people, teams, dates, days).run(people)
    landscape = register.make_systems(systems)
    (folder / "accounts").mkdir(parents=True, exist_ok=True)
    (folder / "truth").mkdir(exist_ok=True)
    assignments = _write_people(folder, people, lives, dates, days, random.Random(f"{seed}:training"))
    _write(folder, SYSTEMS, register.rows(landscape))
    registrar = Registrar(random.Random(f"{seed}:accounts"), days, board, lives.deputy_of)
    leaders = [t.leader for t in teams if t.leader]
    specials = Specials(registrar, dates, board, leaders, [p for p in people if p.state in ("left", "leaving")])
    others = [p for p in people if p.state == "present" and not p.faults and not p.shared_mail]
    around = Around(registrar.rng, dates, others, [t.name for t in teams])
    planter = Planter(registrar, specials, around, people, Deck(registrar.rng), lives)
    unsafe = landscape[min(1, systems - 1)].code if unsafe_system else ""
    tally = _write_accounts(folder, landscape, planter, dates, unsafe)
    _write(folder, GENERIC_ACCOUNTS, specials.approvals)
    summary = _summary(folder, people, assignments, landscape, tally)
    _write_truth(
        folder / "truth", summary, tally, on, {"staff": staff, "systems": systems, "days": days, "seed": seed, "unsafe_system": unsafe}
    )
    shown = personas(people, board, lives, landscape, tally.truth, planter.locked_out)
    (folder / "truth" / "personas.json").write_text(json.dumps(shown, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return summary


def _check(folder: Path, staff: int, systems: int, days: int) -> None:
    if not LEAST_STAFF <= staff <= MOST_STAFF:
        raise TrustError(f"a trust has {LEAST_STAFF} to {MOST_STAFF:,} staff here, not {staff:,}; ask for a number between them")
    if not 1 <= systems <= 200:
        raise TrustError(f"a trust has 1 to 200 systems here, not {systems:,}; ask for a number between them")
    if not 1 <= days <= 3650:
        raise TrustError(f"the history has 1 to 3,650 days, not {days:,}; ask for a number between them")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise TrustError(f"{folder} is not an empty folder; name a new one, so that nothing old is mixed in")


def _write_people(folder: Path, people: list[MadePerson], lives: Lives, dates: Dates, days: int, rng: random.Random) -> int:
    rows = [row for person in people for row in staff_rows(person, dates)]
    _write(folder, STAFF, rows)
    training = Training(rng, dates, days)
    _write(folder, COURSES, offered())
    _write(folder, TRAINING, (row for person in people for row in training.rows(person)))
    _write(folder, ABSENCES, lives.absences)
    _write(folder, DEPUTIES, lives.deputies)
    _write(folder, LEAVERS, sorted(set(lives.leavers), key=str))
    return len(rows)


def _write(folder: Path, feed: Feed, rows: Iterable[Iterable[Any]]) -> None:
    with (folder / feed.file).open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(feed.names)
        out.writerows(rows)


def staff_rows(person: MadePerson, dates: Dates) -> list[tuple[str, ...]]:
    """One row for each post of a person."""
    current = next((p for p in person.posts if p.end is None or p.end <= 0), person.posts[-1])
    body = person.job.body if person.registration else ""
    own = {
        "employee_number": person.number,
        "title": person.title,
        "first_name": person.first,
        "last_name": person.last,
        "preferred_name": person.preferred,
        "email": person.email,
        "date_of_birth": dates.day(person.born),
        "nhs_number": person.nhs,
        "address_line_1": person.address,
        "postcode": person.postcode,
        "registration_body": body,
        "registration_number": person.registration,
        "registration_expires_on": dates.day(person.registered_to),
        "smartcard_uuid": person.card,
    }
    return [STAFF.row(**own, **_post(person, nth, post, post is current, dates)) for nth, post in enumerate(person.posts, start=1)]


def _post(person: MadePerson, nth: int, post: MadePost, primary: bool, dates: Dates) -> dict[str, str]:
    boss = person.supervisor if primary or post.team.leader is None else post.team.leader
    job = post.job
    return {
        "assignment_number": f"{person.number}-{nth}",
        "primary_assignment": "Y" if primary else "N",
        "staff_group": job.group,
        "job_role": job.role,
        "profession": job.profession,
        "position_number": f"P{person.number[-5:]}{nth}",
        "position_title": post.title or job.role,
        "directorate": post.team.directorate,
        "team_code": post.team.code,
        "team": post.team.name,
        "supervisor_employee_number": boss.number if boss else "",
        "person_type": person.type,
        "employer_ods_code": "" if person.type in ("external", "contractor") else organisation.ODS,
        "assignment_status": post.status,
        "start_on": dates.day(post.start),
        "end_on": dates.day(post.end),
        "leaving_reason": post.reason,
    }


def _write_accounts(folder: Path, landscape: list[MadeSystem], planter: Planter, dates: Dates, unsafe: str) -> MadeTally:
    tally = MadeTally()
    with ExitStack() as stack:
        grants = csv.writer(stack.enter_context((folder / AUTHORISATIONS.file).open("w", encoding="utf-8", newline="")))
        grants.writerow(AUTHORISATIONS.names)
        for system in landscape:
            with (folder / "accounts" / f"{system.code}.csv").open("w", encoding="utf-8", newline="") as file:
                _write_system(system, planter, dates, csv.writer(file), grants, tally, system.code == unsafe)
    return tally


def _write_system(system: MadeSystem, planter: Planter, dates: Dates, out: Any, grants: Any, tally: MadeTally, unsafe: bool) -> None:
    out.writerow(system.columns)
    for draft in planter.drafts(system, unsafe=unsafe):
        if draft.written:
            out.writerow(_account_row(draft, dates, planter.rng))
            tally.accounts += 1
            tally.faulty += bool(draft.lines)
            tally.truth.extend(lines(draft))
        for row in _grant_rows(draft, dates):
            grants.writerow(row)
            tally.grants += 1
    if unsafe:
        tally.truth.append(TruthLine(system.code, "", "", None, "feed.unsafe", "ask", system.clause("feed.unsafe"), False))


def _account_row(draft: AccountDraft, dates: Dates, rng: random.Random) -> list[str]:
    values = {
        "environment": draft.environment,
        "username": draft.username,
        "display_name": draft.name,
        "employee_number": draft.number,
        "email": draft.email,
        "smartcard_uuid": draft.card,
        "status": draft.status,
        "kind": draft.kind,
        "created_on": dates.day(draft.created),
        "last_used_at": draft.used_at or dates.moment(draft.used, int(rng.random() * 840), draft.system.moments),
        "roles": ";".join(draft.roles),
        "teams": ";".join(draft.teams),
    }
    return [values[column] for column in draft.system.columns]


def _grant_rows(draft: AccountDraft, dates: Dates) -> Iterable[tuple[str, ...]]:
    for grant in draft.grants:
        yield AUTHORISATIONS.row(
            system=draft.system.code,
            environment=grant.environment,
            employee_number=draft.number_of_holder(),
            kind=grant.kind,
            roles=";".join(grant.roles),
            teams=";".join(grant.teams),
            approved_by_employee_number=grant.by,
            approver_role=grant.role,
            approved_on=dates.day(grant.approved),
            expires_on=dates.day(grant.expires),
            exception_reason=grant.exception,
        )


def _summary(folder: Path, people: list[MadePerson], assignments: int, landscape: list[MadeSystem], tally: MadeTally) -> TrustSummary:
    by_code, by_system = Counter(t.code for t in tally.truth), Counter(t.system for t in tally.truth)
    return TrustSummary(
        folder,
        len(people),
        assignments,
        len(landscape),
        tally.accounts,
        tally.grants,
        tally.faulty,
        len(tally.truth),
        tuple(sorted(by_code.items())),
        tuple(sorted(by_system.items())),
    )


def _write_truth(folder: Path, summary: TrustSummary, tally: MadeTally, on: date, asked: dict[str, object]) -> None:
    truth = sorted((asdict(line) for line in tally.truth), key=lambda t: tuple(str(t[k] or "") for k in KEYS))
    with (folder / "findings.ndjson").open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(json.dumps({k: t[k] for k in KEYS}, ensure_ascii=False) + "\n" for t in truth)
    told = {
        "trust": organisation.NAME,
        "ods_code": organisation.ODS,
        "on": on.isoformat(),
        "asked": asked,
        "people": summary.staff,
        "assignments": summary.assignments,
        "accounts": summary.accounts,
        "authorisations": summary.authorisations,
        "faulty_accounts": summary.faulty_accounts,
        "findings": summary.findings,
        "settled": sum(t.settled for t in tally.truth),
        "by_code": dict(summary.by_code),
        "by_system": dict(summary.by_system),
    }
    (folder / "truth.json").write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
