"""Reads of staff, teams, managers and deputies: rows in, frozen values out, always of one organisation."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from careward.core.days import ONE_DAY
from careward.core.decision import Decision
from careward.core.packs.duties import HOUSE
from careward.people.staff import rules
from careward.people.staff.models import Assignment, Deputy, Person, Team
from careward.people.staff.packs import pack_of

BY_NAME = ("last_name", "first_name", "id")
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
    manager: Named | None
    manager_number: str  # also where the staff record names a manager it does not hold
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


def held_posts(on: date) -> Q:
    """The assignments held on a day, as rules.Post.held says it of one."""
    ends = (Q(end_on=None) | Q(end_on__gte=on)) & (Q(gone_on=None) | Q(gone_on__gt=on))
    return Q(start_on__lte=on) & ends & ~Q(status="terminated")


def staff(*, organisation_id: int) -> QuerySet[Person]:
    """Everybody the staff record holds or held; not read yet, so that a list can narrow, count and slice them."""
    return Person.objects.filter(organisation_id=organisation_id)


def holding(*, organisation_id: int, on: date, **narrower: object) -> Q:
    """People with a post held on a day: any post, or one with a team, a person type or a manager."""
    return Q(pk__in=Assignment.objects.filter(held_posts(on), organisation_id=organisation_id, **narrower).values("person_id"))


def in_state(state: str, *, organisation_id: int, on: date) -> Q:
    """People in one of STATES on a day, as rules.employment says it of one."""
    theirs = Assignment.objects.filter(organisation_id=organisation_id)
    held = Q(pk__in=theirs.filter(held_posts(on)).values("person_id"))
    at_work = Q(pk__in=theirs.filter(held_posts(on)).exclude(status__in=rules.AWAY).values("person_id"))
    coming = Q(pk__in=theirs.filter(start_on__gt=on).exclude(status="terminated").values("person_id"))
    return {"here": at_work, "away": held & ~at_work, "coming": coming & ~held, "left": ~held & ~coming}[state]


def colleagues(people: Iterable[Person], *, organisation_id: int, on: date) -> list[Colleague]:
    """People with their post, manager and state, in the order given; two queries for any number of them."""
    people = list(people)
    posts = posts_of([p.pk for p in people], organisation_id=organisation_id)
    main = {p.pk: rules.main_post(posts[p.pk], on) for p in people}
    bosses = _by_number({post.supervisor for post in main.values() if post and post.supervisor}, organisation_id)
    return [_colleague(p, main[p.pk], posts[p.pk], bosses, on) for p in people]


def _colleague(person: Person, post: rules.Post | None, posts: list[rules.Post], bosses: dict[str, Named], on: date) -> Colleague:
    state = rules.employment(posts, on)
    return Colleague(
        id=person.pk,
        name=person.name,
        employee_number=person.employee_number,
        job=post.job if post else "",
        team=Named(post.team_id, post.team) if post else None,
        manager=bosses.get(post.supervisor) if post else None,
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


def _by_number(numbers: Collection[str], organisation_id: int) -> dict[str, Named]:
    found = Person.objects.filter(organisation_id=organisation_id, employee_number__in=numbers)
    return {p.employee_number: Named(p.pk, p.name) for p in found}


def colleague(*, organisation_id: int, person_id: int, on: date) -> Colleague | None:
    """One member of staff; None when the organisation has no such row."""
    found = Person.objects.filter(organisation_id=organisation_id, pk=person_id)
    return next(iter(colleagues(found, organisation_id=organisation_id, on=on)), None)


def search_people(*, organisation_id: int, words: str, on: date, most: int = 20) -> list[Colleague]:
    """The first people whose names or staff number match every word, by name; none for a blank search."""
    if not words.strip():
        return []
    found = staff(organisation_id=organisation_id).order_by(*BY_NAME)
    for word in words.split():
        found = found.filter(_matches(word))
    return colleagues(found[:most], organisation_id=organisation_id, on=on)


def _matches(word: str) -> Q:
    names = Q(last_name__icontains=word) | Q(first_name__icontains=word) | Q(preferred_name__icontains=word)
    return names | Q(employee_number__istartswith=word)


def teams(*, organisation_id: int) -> list[Named]:
    """Every team, by name."""
    return [Named(*row) for row in Team.objects.filter(organisation_id=organisation_id).order_by("name", "id").values_list("id", "name")]


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


def manager_of(*, organisation_id: int, person_id: int, on: date) -> Named | None:
    """The line manager by the staff record on a day; None where it names nobody it holds."""
    found = colleague(organisation_id=organisation_id, person_id=person_id, on=on)
    return found.manager if found else None


def team_of(*, organisation_id: int, manager_id: int, on: date) -> list[Colleague]:
    """Everybody with a post held on a day for which the staff record names this manager, by name."""
    number = staff(organisation_id=organisation_id).filter(pk=manager_id).values("employee_number")[:1]
    theirs = holding(organisation_id=organisation_id, on=on, supervisor_employee_number=number)
    found = staff(organisation_id=organisation_id).filter(theirs).order_by(*BY_NAME)
    return colleagues(found, organisation_id=organisation_id, on=on)


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


@dataclass(frozen=True, slots=True)
class MyTeams:
    led: tuple[Led, ...]
    deputies: tuple[Standby, ...]  # who may act for this manager today or later


def my_teams(*, organisation_id: int, person_id: int | None, on: date) -> MyTeams:
    """The people someone leads on a day, their own first, then those of managers they are deputy for (PA-021)."""
    me = staff(organisation_id=organisation_id).filter(pk=person_id).first()
    if me is None:
        return MyTeams((), ())
    known = standbys(organisation_id=organisation_id, person_id=me.pk)
    acting = {s.manager.id: s for s in known if s.deputy.id == me.pk and _now(s, on)}
    numbers = dict(staff(organisation_id=organisation_id).filter(pk__in=[me.pk, *acting]).values_list("employee_number", "id"))
    led = _led_by(numbers, organisation_id, on)
    own = Led(Named(me.pk, me.name), tuple(led[me.pk]), None, False)
    others = [Led(s.manager, tuple(led[m]), s.last_on, True) for m, s in acting.items()]
    deputies = tuple(s for s in known if s.manager.id == me.pk and (s.to_on is None or s.to_on > on))
    return MyTeams((own, *others), deputies)


def _led_by(numbers: dict[str, int], organisation_id: int, on: date) -> dict[int, list[Colleague]]:
    """The people whose posts name one of these managers, by manager; one who has two of them stands under both."""
    theirs = Assignment.objects.filter(held_posts(on), organisation_id=organisation_id, supervisor_employee_number__in=numbers)
    pairs = set(theirs.values_list("supervisor_employee_number", "person_id"))
    found = staff(organisation_id=organisation_id).filter(pk__in={person for _, person in pairs}).order_by(*BY_NAME)
    out: dict[int, list[Colleague]] = defaultdict(list)
    for each in colleagues(found, organisation_id=organisation_id, on=on):
        for number, manager in numbers.items():
            if (number, each.id) in pairs:
                out[manager].append(each)
    return out


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
