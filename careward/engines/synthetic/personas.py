"""Whom the demonstration signs in as: each role with somebody whose pages have something on them."""

from collections import Counter
from collections.abc import Sequence

from careward.engines.synthetic.lives import Lives
from careward.engines.synthetic.organisation import SEATS
from careward.engines.synthetic.shapes import MadePerson, MadeSystem, TruthLine

Shown = dict[str, object]


def personas(
    people: Sequence[MadePerson],
    board: dict[str, MadePerson],
    lives: Lives,
    systems: Sequence[MadeSystem],
    truth: Sequence[TruthLine],
    locked_out: MadePerson | None,
) -> list[Shown]:
    """One entry for each role and person: role, number, name, job, team, the systems it is bound to, and a line about them."""
    found = Counter(t.employee_number for t in truth if t.employee_number)
    out = [_entry(seat.persona, board[seat.key], seat.about, _bound(seat.key, systems)) for seat in SEATS if seat.persona]
    out.append(_entry("patient_systems_manager", board["systems"], "Authorises accounts on the non-live copies of PARIS", ["paris"]))
    manager = _manager(people, lives, found)
    deputy = lives.deputy_of.get(manager.number)
    out.append(_entry("line_manager", manager, "Has a leaver with accounts, a lapsed course, a question to answer, and a deputy"))
    if deputy:
        out.append(_entry("line_manager", deputy, "Deputy of the line manager above, for a time", persona="deputy"))
    clean = [p for p in people if p.state == "present" and not found[p.number] and not p.seat and p.job.body == "NMC" and not p.shared_mail]
    clinician = next((p for p in clean if p.type == "employee" and p not in (deputy, locked_out)), board["nurse"])
    second = next((p for p in clean if p.type == "employee" and p not in (deputy, locked_out, clinician)), board["nurse"])
    out.append(
        _entry("trust_administrator", second, "Decides what the other trust administrator brought in", persona="second_administrator")
    )
    bank = next((p for p in clean if p.type == "bank"), None)
    out.append(_entry("clinician", clinician, "A nurse with everything in order"))
    if locked_out:
        out.append(_entry("clinician", locked_out, "A nurse who cannot get into a system", persona="locked_clinician"))
    if bank:
        out.append(_entry("clinician", bank, "A nurse of the bank, working where needed", persona="bank_nurse"))
    return sorted(out, key=lambda entry: (str(entry["role"]), str(entry["persona"]), str(entry["employee_number"])))


def _manager(people: Sequence[MadePerson], lives: Lives, found: Counter[str]) -> MadePerson:
    if lives.shown and lives.shown.supervisor:
        return lives.shown.supervisor
    answer: Counter[str] = Counter()
    for person in people:
        if person.supervisor and person.state != "left":
            answer[person.supervisor.number] += found[person.number]
    leaders = [p for p in people if p.seat.startswith("leader:")]
    return max(leaders, key=lambda p: (p.number in lives.deputy_of, answer[p.number], p.number))


def _bound(seat: str, systems: Sequence[MadeSystem]) -> list[str]:
    if seat == "systems":
        return ["paris"]
    if seat == "clinical":
        return [s.code for s in systems if s.kind == "clinical" and s.code != "paris"]
    return [s.code for s in systems if s.kind != "clinical"] if seat == "network" else []


def _entry(role: str, person: MadePerson, about: str, systems: list[str] | None = None, persona: str = "") -> Shown:
    return {
        "persona": persona or role,
        "role": role,
        "employee_number": person.number,
        "name": person.name,
        "email": person.email,
        "job": person.posts[-1].title or person.job.role,
        "team_code": person.team.code,
        "systems": systems or [],
        "about": about,
    }
