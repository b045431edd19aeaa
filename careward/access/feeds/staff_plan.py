"""What the staff list and the leavers report would do: persons, the teams they stand in, and the posts they hold."""

from collections import defaultdict
from typing import Any

from careward.access.feeds.merge import Arranged, Difference, Refusals, cells_of, check, compare, given_columns
from careward.access.feeds.plan import Planned, Work, Write, merged, samples_of
from careward.access.feeds.rules import fitting
from careward.access.feeds.world import World
from careward.core.ports import FeedFile
from careward.people.staff.shapes import ASSIGNMENT, LEAVER, PERSON, TEAM


def plan_staff(file: FeedFile, world: World) -> Planned:
    """Persons from their primary row (else their first), a post for each row; whoever has no row is gone, and their posts too."""
    work = Work(file, cells_of(file), world, Refusals(file))
    check(PERSON, work.cells, work.refusals)
    check(ASSIGNMENT, work.cells, work.refusals)
    teams = _teams(work)
    numbers = _folded(work, "employee_number")
    leading = _leading(work, numbers)
    persons = work.compare(PERSON, list(world.staff.values()), work.arrange(PERSON, wanted=sorted(leading.values())))
    person_write = Write(PERSON, world.take_in(PERSON, persons, world.staff), list(persons.moved), (world.organisation_id,))
    _fill_posts(work, numbers, leading)
    arranged = work.arrange(ASSIGNMENT)
    posts = work.compare(ASSIGNMENT, list(world.posts.values()), arranged)
    post_write = Write(ASSIGNMENT, world.take_in(ASSIGNMENT, posts, world.posts), list(posts.moved), (world.organisation_id,))
    changed = _changed_rows(arranged, posts, {leading[name] for name in (*persons.changed, *persons.back)})
    figures = work.figures(posts, changed=len(changed), blanked={**persons.blanked, **posts.blanked})
    return work.planned([teams, person_write, post_write], figures, _samples(world, persons, posts))


def _folded(work: Work, column: str) -> list[str]:
    blank = [""] * len(work.file.rows)
    return [(value or "").strip().casefold() for value in work.cells.get(column, blank)]


def _teams(work: Work) -> Write:
    """Makes the teams that rows stand in: known by code, or where there is none by name. The first row of a team names it."""
    names = {row.name.casefold(): row.code for row in work.world.teams.values()}
    blank = [""] * len(work.file.rows)
    titles = [(t or "").strip() for t in work.cells.get("team", blank)]
    codes = [(c or "").strip() or names.get(t.casefold(), t) for c, t in zip(work.cells.get("team_code", blank), titles, strict=True)]
    for index in (i for i, code in enumerate(codes) if not code):
        work.refusals.add(index, "team", "The cell is blank", "Give the team of this row")
    first = {code.casefold(): index for index, code in reversed(list(enumerate(codes))) if index not in work.refusals.rows}
    directorates = {"directorate": work.cells["directorate"]} if "directorate" in work.cells else {}
    cells = {"code": codes, "name": [t or c for t, c in zip(titles, codes, strict=True)], **directorates}
    said = Work(work.file, cells, work.world, work.refusals)
    arranged = said.arrange(TEAM, wanted=sorted(first.values()))
    given = given_columns(TEAM, said.cells)
    found = compare(TEAM, list(work.world.teams.values()), arranged, given=given, gone_on=None, full=False)
    added = work.world.take_in(TEAM, found, work.world.teams)
    known = {code: row.id for code, row in work.world.teams.items()}
    work.cells["team_id"] = [known.get(code.casefold()) for code in codes]
    return Write(TEAM, added, list(found.moved), (work.world.organisation_id,))


def _leading(work: Work, numbers: list[str]) -> dict[str, int]:
    """The row that speaks for each person: the first marked primary, else the first."""
    flags = work.cells.get("primary_assignment") or [None] * len(numbers)
    leading: dict[str, int] = {}
    for index, number in enumerate(numbers):
        if index in work.refusals.rows:
            continue
        if number not in leading or (flags[index] and not flags[leading[number]]):
            leading[number] = index
    return leading


def _fill_posts(work: Work, numbers: list[str], leading: dict[str, int]) -> None:
    """Gives each row its person, whether it is the primary post, and a number where the list has none: its team and first day."""
    people = work.world.people()
    leads = set(leading.values())
    flags = work.cells.get("primary_assignment") or [None] * len(numbers)
    given = work.cells.get("assignment_number") or [""] * len(numbers)
    where = zip(given, work.cells["team_id"], work.cells.get("start_on", []), strict=True)
    codes = {row.id: row.code for row in work.world.teams.values()}
    work.cells["person_id"] = [people.get(number) for number in numbers]
    work.cells["assignment_number"] = [(g or "").strip() or f"{codes.get(team, '')}/{start}" for g, team, start in where]
    work.cells["is_primary"] = [bool(flag) or index in leads for index, flag in enumerate(flags)]


def _changed_rows(arranged: Arranged, posts: Difference, leads: set[int]) -> set[int]:
    """Rows of the file whose post or whose person changes, without those whose post is new."""
    new = {arranged.at[key] for part in (posts.added, posts.back) for key in part}
    known = set(arranged.at.values())
    return ({arranged.at[key] for key in posts.changed} | leads & known) - new


def _samples(world: World, persons: Difference, posts: Difference) -> dict[str, Any]:
    """Persons first: they are what the reader of a preview knows."""
    who, where = samples_of(world, PERSON, persons), samples_of(world, ASSIGNMENT, posts)
    return {kind: who[kind] + where[kind] for kind in who}


def plan_leavers(file: FeedFile, world: World) -> Planned:
    """Each line with the persons it may mean by name and team; none, one or many, for someone to look at (EL-046, EL-048)."""
    work = Work(file, cells_of(file), world, Refusals(file))
    check(LEAVER, work.cells, work.refusals)
    fits = _fits(work)
    work.cells["fits"] = [len(found) for found in fits]
    work.cells["person_id"] = [found[0] if len(found) == 1 else None for found in fits]
    write, difference = merged(work, LEAVER, world.standing(LEAVER), (world.organisation_id,))
    return work.planned([write], work.figures(difference), samples_of(world, LEAVER, difference))


def _fits(work: Work) -> list[list[int]]:
    """The persons that each line's name and team may mean."""
    members: dict[str, set[int]] = defaultdict(set)
    titles = {row.id: {row.code.casefold(), row.name.casefold()} for row in work.world.teams.values()}
    for post in work.world.posts.values():
        for title in titles.get(post.team_id, ()):
            members[title].add(post.person_id)
    persons = {row.id: (row.id, row.first_name, row.preferred_name, row.last_name) for row in work.world.staff.values()}
    teams = _folded(work, "team")
    blank = [""] * len(teams)
    names = zip(work.cells.get("name", blank), teams, strict=True)
    return [fitting(name or "", [persons[who] for who in sorted(members.get(team, ())) if who in persons]) for name, team in names]
