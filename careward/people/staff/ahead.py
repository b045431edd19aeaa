"""What is about to change for one person, or has: away until, moves on, leaves."""

from datetime import date

from careward.people.staff.lines import covering
from careward.people.staff.models import Absence
from careward.people.staff.queries import posts_of
from careward.people.staff.rules import Post, employment, main_post
from careward.web.words import day


def ahead(*, organisation_id: int, person_id: int, on: date) -> tuple[str, ...]:
    """Each thing in a sentence, most telling first: two queries."""
    posts = posts_of([person_id], organisation_id=organisation_id)[person_id]
    if employment(posts, on).state == "left":
        return ()
    absences = Absence.objects.filter(covering(on), organisation_id=organisation_id, person_id=person_id).order_by("from_on", "id")
    return (*(_away(*row) for row in absences.values_list("kind", "from_on", "to_on")), *_moves(posts, on))


def _away(kind: str, from_on: date, to_on: date | None) -> str:
    back = f"back on {day(to_on)}" if to_on else "with no day of return on record"
    return f"Away since {day(from_on)}, {back}: {kind.replace('_', ' ')}."


def _moves(posts: list[Post], on: date) -> list[str]:
    """The next post to begin, and the end of the present one."""
    coming = sorted((p for p in posts if p.coming(on)), key=lambda p: p.start_on)
    now = main_post(posts, on)
    told = [f"Begins as {p.job or 'a member of staff'}, {p.team}, on {day(p.start_on)}." for p in coming[:1]]
    if now is not None and now.in_post(on) and now.end_on is not None:
        told.insert(0, f"Leaves {now.team} on {day(now.end_on)}{'' if coming else ', and no other post is on record'}.")
    return told
