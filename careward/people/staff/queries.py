"""Reads of staff, teams, managers and deputies: rows in, frozen values out, always of one organisation."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from careward.core.days import ONE_DAY
from careward.core.decision import Decision
from careward.core.ids import plain
from careward.core.packs.duties import HOUSE
from careward.core.room import Happening
from careward.people.staff import finding, rules
from careward.people.staff.finding import BY_NAME
from careward.people.staff.lines import below, lines_on, not_ended, posts_in_force
from careward.people.staff.models import Assignment, Deputy, Person, Team
from careward.people.staff.packs import pack_of
from careward.people.staff.rules import ManagerOn

TYPES = {
    "employee": "Employee",
    "bank": "Bank",
    "agency": "Agency",
    "student": "Student",
    "honorary": "Honorary",
    "external": "From another organisation",
    "contractor": "Contractor",
}
STATES = {"here": "Works here", "away": "Away for long", "left": "Left", "coming": "Not begun"}


@dataclass(frozen=True, slots=True)
class Named:
    """Someone or something with a row and a name."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Colleague:
    """One member of staff as lists show them."""

    id: int
    name: str
    employee_number: str
    job: str
    team: Named | None
    manager: Named | None  # on that day: of one who is away, whoever stands in or is next above
    manager_number: str  # whom the staff record names, which may be nobody it holds
    person_type: str
    state: str
    state_words: str


@dataclass(frozen=True, slots=True)
class Standby:
    """A deputy and their dates; the last day is not in it."""

    manager: Named
    deputy: Named
    from_on: date
    to_on: date | None

    @property
    def last_on(self) -> date | None:
        return self.to_on - ONE_DAY if self.to_on else None


def staff(*, organisation_id: int) -> QuerySet[Person]:
    """Everybody the staff record holds or held; not read yet, so that a list can narrow, count and slice them."""
    return Person.objects.filter(organisation_id=organisation_id)


def holding(*, organisation_id: int, on: date, **narrower: object) -> Q:
    """People with a post held on a day: any post, or one with a team, a person type or a manager."""
    return Q(pk__in=Assignment.objects.filter(posts_in_force(on), organisation_id=organisation_id, **narrower).values("person_id"))


def posted(*, organisation_id: int, on: date, **narrower: object) -> Q:
    """The same, asked of each person in turn: where most are found, a page of a list is full after a few."""
    theirs = Assignment.objects.filter(posts_in_force(on), organisation_id=organisation_id, **narrower)
    return Q(Exists(theirs.filter(person=OuterRef("pk"))))


def in_state(state: str, *, organisation_id: int, on: date) -> Q:
    """People in one of STATES on a day, as rules.employment says it of one."""
    theirs = Assignment.objects.filter(organisation_id=organisation_id)
    in_post = theirs.filter(posts_in_force(on))
    at_work = in_post.exclude(status__in=rules.AWAY)
    match state:
        case "here":
            return Q(Exists(at_work.filter(person=OuterRef("pk"))))  # nearly all are: a page of them is found at once
        case "away":  # few are, so that only they are asked whether they work in another post
            return Q(pk__in=in_post.filter(status__in=rules.AWAY).values("person_id")) & ~Q(Exists(at_work.filter(person=OuterRef("pk"))))
        case "coming":
            coming = theirs.filter(not_ended(on), start_on__gt=on)
            return Q(pk__in=coming.values("person_id")) & ~Q(Exists(in_post.filter(person=OuterRef("pk"))))
        case "left":  # no post held, and none to come
            return ~Q(pk__in=theirs.filter(not_ended(on)).values("person_id"))
    raise KeyError(state)


def colleagues(people: Iterable[Person], *, organisation_id: int, on: date) -> list[Colleague]:
    """People with their post, manager and state, in the order given; the same few queries for any number of them."""
    people = list(people)
    ids = [p.pk for p in people]
    posts = posts_of(ids, organisation_id=organisation_id)
    managers = managers_on(organisation_id=organisation_id, on=on, person_ids=ids) if ids else {}
    names = _named({m.manager_id for m in managers.values()}, organisation_id)
    return [_colleague(p, posts[p.pk], names[managers[p.pk].manager_id] if p.pk in managers else None, on) for p in people]


def _colleague(person: Person, posts: list[rules.Post], manager: Named | None, on: date) -> Colleague:
    post, state = rules.main_post(posts, on), rules.employment(posts, on)
    return Colleague(
        id=person.pk,
        name=person.name,
        employee_number=person.employee_number,
        job=post.job if post else "",
        team=Named(post.team_id, post.team) if post else None,
        manager=manager,
        manager_number=post.supervisor if post else "",
        person_type=post.person_type if post else "",
        state=state.state,
        state_words=state.words,
    )


def posts_of(person_ids: Collection[int], *, organisation_id: int) -> dict[int, list[rules.Post]]:
    """The posts of some people, held and ended; a person without any has an empty list."""
    out: dict[int, list[rules.Post]] = defaultdict(list)
    for a in Assignment.objects.filter(organisation_id=organisation_id, person_id__in=person_ids).select_related("team"):
        out[a.person_id].append(
            rules.Post(
                team_id=a.team_id,
                team=a.team.name,
                job=a.position_title or a.job_role,
                person_type=a.person_type,
                status=a.status,
                is_primary=a.is_primary,
                start_on=a.start_on,
                end_on=a.end_on,
                gone_on=a.gone_on,
                supervisor=a.supervisor_employee_number,
            )
        )
    return out


def tenures_by_number(numbers: Collection[str], *, organisation_id: int) -> dict[str, list[rules.Tenure]]:
    """How long the posts last of whoever has each employee number, by its one form; no entry for one that nobody has.

    Two queries; one more over everybody where a number is written otherwise than in the staff list.
    """
    here = Person.objects.filter(organisation_id=organisation_id)
    known = dict(here.filter(employee_number__in=set(numbers)).values_list("id", "employee_number"))
    if left := set(map(plain, numbers)) - set(map(plain, known.values())):
        known |= {row_id: number for row_id, number in here.values_list("id", "employee_number") if plain(number) in left}
    found: dict[str, list[rules.Tenure]] = {plain(number): [] for number in known.values()}
    rows = Assignment.objects.filter(organisation_id=organisation_id, person__in=known)
    for person_id, status, end_on, gone_on, start_on in rows.values_list("person_id", "status", "end_on", "gone_on", "start_on"):
        found[plain(known[person_id])].append(rules.Tenure(status, end_on, gone_on, start_on))
    return found


def supervisors_named(*, organisation_id: int, people: Collection[int]) -> list[tuple[int, str, date, date | None]]:
    """Of each post of some people whose supervisor a list named: whose, the supervisor's number, and from when until when; one query."""
    rows = Assignment.objects.filter(organisation_id=organisation_id, person__in=people, supervised_since__isnull=False)
    told = rows.values_list("person_id", "supervisor_employee_number", "supervised_since", "start_on", "end_on", "gone_on")
    return [(who, number, max(since, start), _over_from(end, gone)) for who, number, since, start, end, gone in told if since]


def _over_from(end_on: date | None, gone_on: date | None) -> date | None:
    """The first day on which a post is no longer held."""
    return min((day for day in (end_on and end_on + ONE_DAY, gone_on) if day), default=None)


def deputies_named(*, organisation_id: int) -> list[tuple[str, str, date, date | None]]:
    """Who may act for which manager, by their numbers, and from when until when; one query."""
    rows = Deputy.objects.filter(organisation_id=organisation_id, gone_on=None)
    return list(rows.values_list("manager__employee_number", "deputy__employee_number", "from_on", "to_on"))


def posts_begun_and_left(*, organisation_id: int, person_id: int) -> list[Happening]:
    """When somebody began in each post that the staff record holds, and left it, newest first."""
    rows = Assignment.objects.filter(organisation_id=organisation_id, person_id=person_id, gone_on=None).select_related("team")
    told: list[Happening] = []
    for post in rows:
        told.append(Happening(post.start_on, f"Began as {post.position_title or post.job_role or 'a member of staff'}, {post.team.name}."))
        if post.end_on:
            told.append(Happening(post.end_on, f"Left {post.team.name}."))
    return sorted(told, key=lambda h: h.at, reverse=True)


def _named(ids: Collection[int], organisation_id: int) -> dict[int, Named]:
    found = Person.objects.filter(organisation_id=organisation_id, pk__in=ids) if ids else ()
    return {p.pk: Named(p.pk, p.name) for p in found}


def colleague(*, organisation_id: int, person_id: int, on: date) -> Colleague | None:
    """One member of staff; None when the organisation has no such row."""
    found = Person.objects.filter(organisation_id=organisation_id, pk=person_id)
    return next(iter(colleagues(found, organisation_id=organisation_id, on=on)), None)


def search_people(*, organisation_id: int, words: str, on: date, most: int = 20) -> list[Colleague]:
    """The first people whose names, staff number or e-mail address match every word, by name; none for a blank search."""
    ids = finding.called(words, organisation_id=organisation_id)[:most]
    found = staff(organisation_id=organisation_id).filter(pk__in=ids).order_by(*BY_NAME)
    return colleagues(found, organisation_id=organisation_id, on=on)


def teams_called(words: str, *, organisation_id: int) -> list[Named]:
    """The teams whose name is just so, or else those whose name holds every word, by name; none where nothing is written."""
    if not words:
        return []
    holding_all = Q(organisation_id=organisation_id)
    for word in words.split():
        holding_all &= Q(name__icontains=word)
    found = [Named(*row) for row in Team.objects.filter(holding_all).order_by("name", "id").values_list("id", "name")]
    return [team for team in found if team.name.casefold() == words.casefold()] or found


@dataclass(frozen=True, slots=True)
class TeamSeen:
    id: int
    code: str
    name: str
    directorate: str
    members: tuple[Colleague, ...]


def team(*, organisation_id: int, team_id: int, on: date) -> TeamSeen | None:
    """A team and who holds a post in it on a day; None when the organisation has no such row."""
    row = Team.objects.filter(organisation_id=organisation_id, pk=team_id).first()
    if row is None:
        return None
    members = holding(organisation_id=organisation_id, on=on, team_id=team_id)
    found = staff(organisation_id=organisation_id).filter(members).order_by(*BY_NAME)
    return TeamSeen(row.pk, row.code, row.name, row.directorate, tuple(colleagues(found, organisation_id=organisation_id, on=on)))


def managers_on(*, organisation_id: int, on: date, person_ids: Collection[int] | None = None) -> Mapping[int, ManagerOn]:
    """Who manages each of some people, or of everybody, on a day, and how they were found; who has nobody left is not in it.

    The same four queries for one person and for all; rules.manager_on says it of one.
    """
    day = lines_on(organisation_id=organisation_id, on=on, person_ids=person_ids)
    whose = day.named if person_ids is None else person_ids
    return {i: found for i in whose if (found := rules.manager_on(i, day))}


def answers_for(*, organisation_id: int, person_id: int, managers: Collection[int], on: date) -> bool:
    """Whether any of some managers leads a person on a day by one of their posts, or is the one in whose stead another does."""
    day = lines_on(organisation_id=organisation_id, on=on, person_ids=[person_id])
    return any(m.manager_id in managers or m.instead_of in managers for m in rules.leaders_on(person_id, day))


def _leaders(managers: Iterable[int], organisation_id: int, on: date) -> dict[int, tuple[ManagerOn, ...]]:
    """Who leads each of those whom some managers might lead."""
    people = below(organisation_id=organisation_id, on=on, manager_ids=managers)
    day = lines_on(organisation_id=organisation_id, on=on, person_ids=people)
    return {person: rules.leaders_on(person, day) for person in people}


def standbys(*, organisation_id: int, person_id: int) -> list[Standby]:
    """The deputies of someone, and those they are deputy for, past and to come, as the deputies feed tells it."""
    either = Q(manager_id=person_id) | Q(deputy_id=person_id)
    rows = Deputy.objects.filter(either, organisation_id=organisation_id, gone_on=None).select_related("manager", "deputy")
    return [
        Standby(Named(r.manager_id, r.manager.name), Named(r.deputy_id, r.deputy.name), r.from_on, r.to_on)
        for r in rows.order_by("from_on", "id")
    ]


@dataclass(frozen=True, slots=True)
class Led:
    """The people of one manager, and whether they are led as their deputy."""

    manager: Named
    people: tuple[Colleague, ...]
    until_on: date | None  # the deputy's last day; None for one's own people, or where no end is named
    as_deputy: bool
    left: tuple[Colleague, ...] = ()  # who were theirs last, and have left


IN_POST = ("here", "away")
OfManagers = dict[int, tuple[Colleague, ...]]


@dataclass(frozen=True, slots=True)
class MyTeams:
    led: tuple[Led, ...]
    deputies: tuple[Standby, ...]  # who may act for this manager today or later


def my_teams(*, organisation_id: int, person_id: int | None, on: date) -> MyTeams:
    """The people someone leads on a day, their own first, then those of managers they are deputy for (PA-021)."""
    me = staff(organisation_id=organisation_id).filter(pk=person_id).first() if person_id else None
    if me is None:
        return MyTeams((), ())
    known = standbys(organisation_id=organisation_id, person_id=me.pk)
    acting = {s.manager.id: s for s in known if s.deputy.id == me.pk and _now(s, on)}
    here, gone = _led_by([me.pk, *acting], organisation_id, on)
    own = Led(Named(me.pk, me.name), here[me.pk], None, False, gone[me.pk])
    others = [Led(s.manager, here[m], s.last_on, True, gone[m]) for m, s in acting.items()]
    deputies = tuple(s for s in known if s.manager.id == me.pk and (s.to_on is None or s.to_on > on))
    return MyTeams((own, *others), deputies)


def _led_by(managers: list[int], organisation_id: int, on: date) -> tuple[OfManagers, OfManagers]:
    """Whom each of these managers leads, or would if they were here, and who of theirs has left; who has two of them is under both."""
    leaders = _leaders(managers, organisation_id, on)
    led = {m: {person for person, found in leaders.items() if any(f.leads(m) for f in found)} for m in managers}
    found = staff(organisation_id=organisation_id).filter(pk__in=set().union(*led.values())).order_by(*BY_NAME)
    seen = colleagues(found, organisation_id=organisation_id, on=on)
    here, gone = [each for each in seen if each.state in IN_POST], [each for each in seen if each.state == "left"]
    return _of_each(led, here), _of_each(led, gone)


def _of_each(led: Mapping[int, Collection[int]], seen: Iterable[Colleague]) -> OfManagers:
    return {m: tuple(each for each in seen if each.id in people) for m, people in led.items()}


def managers_acted_for(*, organisation_id: int, person_id: int, on: date) -> list[Named]:
    """The managers someone may act for on a day, themselves not among them (PA-021)."""
    return [s.manager for s in standbys(organisation_id=organisation_id, person_id=person_id) if s.deputy.id == person_id and _now(s, on)]


def _now(standby: Standby, on: date) -> bool:
    known = [rules.Deputising(standby.manager.id, standby.deputy.id, standby.from_on, standby.to_on)]
    return bool(rules.may_act_for(standby.manager.id, standby.deputy.id, deputies=known, on=on, clause=HOUSE))


def may_act_for(*, organisation_id: int, manager_id: int, actor_id: int, on: date) -> Decision:
    """Whether someone may act for a manager on a day: themselves, or a deputy within their dates (PA-021)."""
    rows = Deputy.objects.filter(organisation_id=organisation_id, manager_id=manager_id, deputy_id=actor_id, gone_on=None)
    known = [rules.Deputising(r.manager_id, r.deputy_id, r.from_on, r.to_on) for r in rows]
    clause = pack_of(organisation_id, on).clause_of("deputy.acting")
    return rules.may_act_for(manager_id, actor_id, deputies=known, on=on, clause=clause)
