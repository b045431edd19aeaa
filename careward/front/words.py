"""How the pages of the front introduce a person and a system."""

from collections.abc import Sequence

from careward.people.staff.queries import Colleague
from careward.systems.register.queries import SystemSeen


def of_person(seen: Colleague) -> str:
    """'Matron, Ashdene Ward. Staff number E1. On maternity leave.'"""
    work = ", ".join(w for w in (seen.job, seen.team.name if seen.team else "") if w)
    state = "" if seen.state in ("here", "left") else seen.state_words
    return " ".join(f"{w}." for w in (work, f"Staff number {seen.employee_number}", state) if w)


def note(seen: Colleague, ahead: Sequence[str]) -> str:
    """What stands over somebody's page: that they left, are away until a day, move on: 'Carol Dewhurst left on 3 November 2026.'"""
    gone = f"{seen.name} {seen.state_words[:1].lower()}{seen.state_words[1:]}." if seen.state == "left" else ""
    return " ".join(w for w in (gone, *ahead) if w)


def of_system(seen: SystemSeen) -> str:
    """'Clinical. The patient record. Administered by the Patient Systems Team, ext 4400.'"""
    whom = seen.administrator_title or "nobody named yet"
    administered = f"Administered by {', '.join(w for w in (whom, seen.administrator_contact) if w)}"
    return " ".join(f"{w.rstrip('.')}." for w in (seen.kind, seen.description, administered) if w)
