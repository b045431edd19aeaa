"""What the staff list and the leavers report would do: persons, the teams they stand in, and the posts they hold."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from careward.access.feeds import persons as persons_of
from careward.access.feeds.hints import Strangers
from careward.access.feeds.merge import Arranged, Difference, Standing, arrange, given_columns
from careward.access.feeds.plan import FilePlan, Filling, Planned, Tally, Work, samples_of
from careward.access.feeds.rules import fitting
from careward.access.feeds.world import World, by_key
from careward.access.feeds.writing import Write
from careward.core.ids import plain
from careward.evidence.rows.shapes import Shape
from careward.people.staff.shapes import ASSIGNMENT, LEAVER, PERSON, TEAM

SUPERVISOR = "supervisor_employee_number"


def plan_staff(plan: FilePlan) -> Planned:
    """Persons from their primary row (else their first), a post for each row; whoever has no row is gone, and their posts too.

    The list is taken whole, since the rows of a person bear on each other.
    """
    world = plan.world
    there = {shape.table: by_key(shape, world.named_standing(shape)) for shape in (PERSON, ASSIGNMENT)}
    work = plan.work(plan.file.whole(), PERSON, ASSIGNMENT)
    plan.ink.put(_teams(work))
    numbers = _folded(work, "employee_number")
    _one_person_each(work, numbers)
    leading = _leading(work, numbers)
    of_persons, of_posts = Tally(), Tally()
    arranged = work.arrange(PERSON, wanted=sorted(leading.values()))
    persons = _compare(plan, work, PERSON, there[PERSON.table], arranged, of_persons)
    _put(plan, PERSON, persons, there[PERSON.table])
    _name_supervisors(plan, work, there[PERSON.table].values())
    _fill_posts(work, numbers, leading, {plain(row.employee_number): row.id for row in there[PERSON.table].values()})
    _date_supervisors(work, there[ASSIGNMENT.table].values())
    arranged = work.arrange(ASSIGNMENT)
    posts = _compare(plan, work, ASSIGNMENT, there[ASSIGNMENT.table], arranged, of_posts)
    _put(plan, ASSIGNMENT, posts, there[ASSIGNMENT.table])
    plan.notices += persons_of.shared_by_many(there[PERSON.table].values())
    world.know_staff(there[PERSON.table].values(), there[ASSIGNMENT.table].values())
    changed = _changed_rows(arranged, posts, {leading[name] for name in (*persons.changed, *persons.back)})
    plan.show(_samples(world, persons, posts))
    plan.done_with(work)
    for shape, tally in ((PERSON, of_persons), (ASSIGNMENT, of_posts)):
        plan.say_spared(shape, tally)
    return plan.planned(of_posts, changed=len(changed), blanked={**of_persons.blanked, **of_posts.blanked})


def _one_person_each(work: Work, numbers: list[str]) -> None:
    """Rows of one number must be of one person, or all of them are refused; what one post says of a person holds for all their posts."""
    several = persons_of.rows_of_each(numbers, work.refusals.rows)
    given = work.cells.get("employee_number") or work.blank
    for group in persons_of.of_two_people(several, work.cells):
        lines = ", ".join(str(work.lines[i]) for i in group)
        for i in group:
            what = f"The rows of employee number {given[i]} (lines {lines}) agree neither on the last name nor on the date of birth"
            work.refusals.add(i, "employee_number", what, "Find out whose number it is, and put right the rows of whoever it is not")
    persons_of.spread((g for g in several if g[0] not in work.refusals.rows), work.cells)


def _compare(plan: FilePlan, work: Work, shape: Shape, there: dict[Any, Any], arranged: Arranged, tally: Tally) -> Difference:
    stood = Standing(shape, list(there.values()), given=given_columns(shape, work.cells))
    found = stood.meet(arranged)
    found.gone = plan.missing(shape, stood, arranged.spared, tally).gone
    tally.standing, tally.had = stood.count, stood.had
    tally.count(found)
    return found


def _put(plan: FilePlan, shape: Shape, found: Difference, there: dict[Any, Any]) -> None:
    added = plan.world.take_in(shape, found, there)
    plan.ink.put(Write(shape, added, list(found.moved), (plan.world.organisation_id,)))


def _folded(work: Work, column: str) -> list[str]:
    return [plain(value) for value in work.cells.get(column) or work.blank]


def _teams(work: Work) -> Write:
    """Makes the teams that rows stand in: known by code, or where there is none by name. The first row of a team names it."""
    world = work.world
    names = {plain(row.name): row.code for row in world.teams.values()}
    titles = [(t or "").strip() for t in work.cells.get("team") or work.blank]
    given = work.cells.get("team_code") or work.blank
    codes = [(c or "").strip() or names.get(plain(t), t) for c, t in zip(given, titles, strict=True)]
    for index in (i for i, code in enumerate(codes) if not code):
        work.refusals.add(index, "team", "The cell is blank", "Give the team of this row")
    first = {plain(code): index for index, code in reversed(list(enumerate(codes))) if index not in work.refusals.rows}
    directorates = {"directorate": work.cells["directorate"]} if "directorate" in work.cells else {}
    cells = {"code": codes, "name": [t or c for t, c in zip(titles, codes, strict=True)], **directorates}
    arranged = arrange(TEAM, cells, work.refusals, world.storing, wanted=sorted(first.values()))
    found = Standing(TEAM, list(world.teams.values()), given=given_columns(TEAM, cells)).meet(arranged)
    added = world.take_in(TEAM, found, world.teams)
    known = {code: row.id for code, row in world.teams.items()}
    work.cells["team_id"] = [known.get(plain(code)) for code in codes]
    return Write(TEAM, added, list(found.moved), (world.organisation_id,))


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


def _fill_posts(work: Work, numbers: list[str], leading: dict[str, int], people: dict[str, int]) -> None:
    """Gives each row its person, whether it is the primary post, and a number where the list has none: its team and first day."""
    leads = set(leading.values())
    flags = work.cells.get("primary_assignment") or [None] * len(numbers)
    given = work.cells.get("assignment_number") or work.blank
    where = zip(given, work.cells["team_id"], work.cells.get("start_on", []), strict=True)
    codes = {row.id: row.code for row in work.world.teams.values()}
    work.cells["person_id"] = [people.get(number) for number in numbers]
    work.cells["assignment_number"] = [(g or "").strip() or f"{codes.get(team, '')}/{start}" for g, team, start in where]
    work.cells["is_primary"] = [bool(flag) or index in leads for index, flag in enumerate(flags)]


def _date_supervisors(work: Work, posts: Iterable[Any]) -> None:
    """Since when each post's supervisor has been named by a list: since this one where it is new or names another (FEEDS B2.8)."""
    named = work.cells.get(SUPERVISOR)
    if named is None:
        return
    known = {(post.person_id, post.assignment_number): (post.supervisor_employee_number, post.supervised_since) for post in posts}
    today, of_each = work.world.on.isoformat(), zip(work.cells["person_id"], work.cells["assignment_number"], named, strict=True)
    stood = [(number or "", *known.get((person, post), (None, None))) for person, post, number in of_each]
    work.cells["supervised_since"] = [
        (str(since) if since else None) if number == was else (today if number else None) for number, was, since in stood
    ]


def _name_supervisors(plan: FilePlan, work: Work, people: Iterable[Any]) -> None:
    """Writes each supervisor's number as the list writes it where they are in it, and says who is nobody there (FEEDS B2.8)."""
    given = work.cells.get(SUPERVISOR)
    if given is None:
        return
    known = {plain(person.employee_number): person.employee_number for person in people}
    work.cells[SUPERVISOR] = [known.get(plain(number), number) for number in given]
    strangers = Strangers(SUPERVISOR, known, "Work for their manager goes to whoever stands in.")
    strangers.note(work.cells)
    plan.notices += strangers.notices()


def _changed_rows(arranged: Arranged, posts: Difference, leads: set[int]) -> set[int]:
    """Rows of the file whose post or whose person changes, without those whose post is new."""
    new = {arranged.at[key] for part in (posts.added, posts.back) for key in part}
    known = set(arranged.at.values())
    return ({arranged.at[key] for key in posts.changed} | leads & known) - new


def _samples(world: World, persons: Difference, posts: Difference) -> dict[str, Any]:
    """Persons first: they are what the reader of a preview knows."""
    who, where = samples_of(world, PERSON, persons), samples_of(world, ASSIGNMENT, posts)
    return {kind: who[kind] + where[kind] for kind in who}


def plan_leavers(plan: FilePlan) -> Planned:
    """Each line with the persons it may mean by name and team; none, one or many, for someone to look at (EL-046, EL-048)."""

    def prepare(work: Work) -> Iterable[Write]:
        fits = _fits(work)
        work.cells["fits"] = [len(found) for found in fits]
        work.cells["person_id"] = [found[0] if len(found) == 1 else None for found in fits]
        return ()

    filling = Filling(plan, LEAVER, prepare=prepare)
    filling.part(plan.file.blocks(), plan.world.standing(LEAVER), (plan.world.organisation_id,))
    return filling.planned()


def _fits(work: Work) -> list[list[int]]:
    """The persons that each line's name and team may mean."""
    titles = {row.id: {plain(row.code), plain(row.name)} for row in work.world.teams.values()}
    members: dict[str, set[int]] = defaultdict(set)
    for person, team in work.world.members:
        for title in titles.get(team, ()):
            members[title].add(person)
    persons = {person: (person, first, preferred, last) for person, first, preferred, last in work.world.names}
    teams = _folded(work, "team")
    names = zip(work.cells.get("name") or work.blank, teams, strict=True)
    return [fitting(name or "", [persons[who] for who in sorted(members.get(team, ())) if who in persons]) for name, team in names]
