"""The list of who works here."""

from collections.abc import Iterator
from datetime import date
from itertools import islice
from typing import Any

from careward.evidence.tables import figures
from careward.people.staff import finding, queries
from careward.people.staff.queries import Named
from careward.web import listing, lists
from careward.web.asked import cleaned
from careward.web.lists import AskedList, Choice, ColumnHead, Filter, Listing, Option, Text

CHUNK = 1000
SUGGESTED = 20  # names of teams that a box offers


PEOPLE_HEADS = ("Name", "Staff number", "Job", "Team", "Manager", "Person type", "State")


def people_listing(*, organisation_id: int, on: date, team: str = "") -> Listing:
    """The list of people. A team is typed, since a trust has hundreds; the box offers those that fit what was typed."""
    place: dict[str, Any] = {"organisation_id": organisation_id, "on": on}
    teams = queries.teams_called(team, organisation_id=organisation_id)
    return Listing(
        noun="people",
        columns=(
            ColumnHead("Name", "name", ("last_name", "first_name"), upward="Name, A to Z", downward="Name, Z to A"),
            ColumnHead("Staff number", "number", ("employee_number",), upward="Staff number, lowest first"),
            ColumnHead("Job"),
            ColumnHead("Team"),
            ColumnHead("Manager"),
            ColumnHead("State"),
        ),
        filters=_filters(place, teams),
        sort="name",
        kind="people",
        none_yet="No staff record has been loaded yet.",
    )


def _filters(place: dict[str, Any], teams: list[Named]) -> tuple[Filter, ...]:
    """What the list can be asked, each condition made only for what is asked."""
    offered = tuple(dict.fromkeys(t.name for t in teams))[:SUGGESTED]
    types, states = (tuple(Option(*pair) for pair in words.items()) for words in (queries.TYPES, queries.STATES))
    return (
        Text(
            "find",
            "Name, staff number or e-mail",
            (),
            make=lambda typed: finding.are(finding.called(typed, organisation_id=place["organisation_id"])),
        ),
        Text(
            "team",
            "Team, or part of its name",
            (),
            make=lambda typed: queries.holding(**place, team_id__in=[t.id for t in teams]),
            suggested=offered,
        ),
        Choice("type", "Person type", types, make=lambda name: queries.posted(**place, person_type=name), any_words="Any type"),
        Choice("state", "State", states, make=lambda name: queries.in_state(name, **place), any_words="Any state"),
    )


def ask_people(*, organisation_id: int, on: date, given: Any) -> AskedList:
    """What a query string asks of the list of people."""
    wanted = people_listing(organisation_id=organisation_id, on=on, team=cleaned(given.get("team", "")))
    return AskedList(wanted, lists.parse(wanted, given))


def people_page(wanted: AskedList, *, organisation_id: int, on: date) -> listing.Shown:
    """One page of people as the template draws it; the same number of queries for any number of people."""
    page = lists.apply(wanted.listing, wanted.asked, queries.staff(organisation_id=organisation_id), figures=figures)
    rows = tuple(queries.colleagues(page.rows, organisation_id=organisation_id, on=on))
    return listing.shown(wanted.listing, wanted.asked, page.with_rows(rows))


def people_lines(wanted: AskedList, *, organisation_id: int, on: date) -> Iterator[tuple[str, ...]]:
    """Every person that matches, as a download holds them, a chunk at a time."""
    rows = lists.stream(lists.matching(wanted.listing, wanted.asked, queries.staff(organisation_id=organisation_id)))
    while chunk := list(islice(rows, CHUNK)):
        for c in queries.colleagues(chunk, organisation_id=organisation_id, on=on):
            team, manager = c.team.name if c.team else "", c.manager.name if c.manager else c.manager_number
            yield (c.name, c.employee_number, c.job, team, manager, queries.TYPES.get(c.person_type, c.person_type), c.state_words)
