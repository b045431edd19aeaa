"""What a page does before it shows another person's access: the look is written down first, and without that nothing is shown."""

from collections.abc import Collection

from careward.people.looks.actions import look, look_at_all
from careward.web.opened import must_be_opened, written_first
from careward.web.permission import Request


def shown_to(request: Request, person_id: int | None) -> None:
    """Whoever asks is about to be shown a person's access. One's own, and what is nobody's, is no look.

    Raises AskedAhead where the page is not opened by this request, and NotWrittenDown where the database takes nothing in.
    """
    viewer = request.viewer
    if person_id is None or person_id == viewer.person_id:
        return
    must_be_opened(request)
    with written_first():
        look(person_id=person_id, organisation=viewer.organisation, now=viewer.now, by=viewer.actor)


def all_shown_to(request: Request, people: Collection[int]) -> None:
    """The same of a page that shows the access of several people; one's own is no look. Raises as `shown_to` does."""
    viewer = request.viewer
    if others := [person for person in people if person != viewer.person_id]:
        must_be_opened(request)
        with written_first():
            look_at_all(people=others, organisation=viewer.organisation, now=viewer.now, by=viewer.actor)
