"""Who works here on a day, who is away, who manages whom and may act for them, and what training is good. Pure."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from careward.core.days import FAR, LONG_AGO, ONE_DAY, add_months
from careward.core.decision import ALLOWED, Decision, refuse
from careward.core.ids import plain
from careward.core.packs.absence import AbsenceKinds
from careward.core.packs.training import Course
from careward.web.words import day


@dataclass(frozen=True, slots=True)
class Deputising:
    """That a person may act for a manager, and from which day to which; the last day is not in it."""

    manager_id: int
    deputy_id: int
    from_on: date
    to_on: date | None = None


def may_act_for(manager_id: int, actor_id: int, *, deputies: Iterable[Deputising], on: date, clause: str) -> Decision:
    """Whether someone may act for a manager on a day: the manager, or a deputy within their dates (PA-021)."""
    if actor_id == manager_id:
        return ALLOWED
    theirs = [d for d in deputies if d.manager_id == manager_id and d.deputy_id == actor_id]
    if any(covers(d.from_on, d.to_on, on) for d in theirs):
        return ALLOWED
    remedy = "Ask the manager, or ask them to name a deputy for today"
    if not theirs:
        return refuse("deputy.missing", clause, "They are neither the manager nor a deputy", remedy)
    if ended := [d.to_on for d in theirs if d.to_on is not None and d.to_on <= on]:
        return refuse("deputy.expired", clause, f"They were deputy until {day(max(ended) - ONE_DAY)}", remedy)
    return refuse("deputy.not_begun", clause, f"They are deputy from {day(min(d.from_on for d in theirs))}", remedy)


AWAY = {"suspended": "Suspended", "maternity": "On maternity leave", "long_term_absence": "On long-term absence"}


def ended(*, status: str, end_on: date | None, gone_on: date | None, on: date) -> bool:
    """Whether a post is over on a day: past the last day worked, terminated without one, or no longer in the staff record.

    One that is terminated with a coming end is over from the day after that end.
    """
    return (status == "terminated" and end_on is None) or (end_on or FAR) < on or (gone_on or FAR) <= on


def crossed(begins: date | None, ends: date | None) -> bool:
    """Whether a row contradicts itself: what it tells of ends before it begins. Nothing is locked or closed by it alone."""
    return begins is not None and ends is not None and ends < begins


def in_force(*, status: str, start_on: date, end_on: date | None, gone_on: date | None, on: date) -> bool:
    """Whether a post is someone's on a day, at work or away: begun, and not over."""
    return start_on <= on and not ended(status=status, end_on=end_on, gone_on=gone_on, on=on)


def covers(from_on: date | None, to_on: date | None, on: date) -> bool:
    """Whether an absence, or a deputy's dates, hold on a day; the day they run to is the first day no longer."""
    return (from_on or LONG_AGO) <= on < (to_on or FAR)


@dataclass(frozen=True, slots=True)
class Tenure:
    """How long a post lasts, and no more of it: all that rules about leaving and being away ask."""

    status: str  # active suspended maternity long_term_absence terminated
    end_on: date | None = None  # the last day worked
    gone_on: date | None = None  # the day the staff record no longer listed it
    start_on: date | None = None

    def ended(self, on: date) -> bool:
        """Whether the post is over on a day."""
        return ended(status=self.status, end_on=self.end_on, gone_on=self.gone_on, on=on)

    def doubtful(self, on: date) -> bool:
        """Whether it contradicts itself on a day; whoever is no longer in the list has gone, whatever their last row said."""
        return crossed(self.start_on, self.end_on) and (self.gone_on or FAR) > on

    def last_day(self, on: date) -> date | None:
        """The day it ended, as far as it is known on a day."""
        if self.end_on and self.end_on < on:
            return self.end_on
        return self.gone_on if self.gone_on and self.gone_on <= on else None

    def over_from(self, on: date) -> date | None:
        """The first day it was over, of one that is over on a day; None of one terminated without a last day."""
        if self.gone_on and self.gone_on <= on and not (self.end_on and self.end_on < on):
            return self.gone_on
        return self.end_on + timedelta(days=1) if self.end_on else None


@dataclass(frozen=True, slots=True)
class Away:
    """A stretch of absence; the day it runs to is the first day back."""

    kind: str
    from_on: date | None
    to_on: date | None = None

    def covers(self, on: date) -> bool:
        """Whether someone is away on a day."""
        return covers(self.from_on, self.to_on, on)


@dataclass(frozen=True, slots=True)
class LongAway:
    """Why someone counts as away for long: an absence, and since when, or the status of all their posts."""

    by_absence: bool
    since: date | None = None


def has_left(tenures: Sequence[Tenure], on: date) -> bool:
    """Whether every post of someone is over (PA-029, EL-041). Who has none on record has not been seen to leave."""
    return bool(tenures) and all(t.ended(on) for t in tenures)


def had_left(tenures: Sequence[Tenure], on: date) -> bool:
    """Whether someone is known to have left by a day in the past: every post had ended, or was listed no more."""
    return bool(tenures) and all((t.end_on or FAR) < on or (t.gone_on or FAR) <= on for t in tenures)


def away_for_long(absences: Iterable[Away], tenures: Iterable[Tenure], rule: AbsenceKinds, on: date) -> LongAway | None:
    """Whether someone is away for long as a pack counts it (EL-033): by an absence, or by the status of every post not over."""
    if away := [a for a in absences if a.kind in rule.kinds and a.covers(on)]:
        return LongAway(True, min((a.from_on for a in away if a.from_on), default=None))
    current = [t for t in tenures if not t.ended(on)]
    return LongAway(False) if current and all(t.status in rule.statuses for t in current) else None


MISSING, EXPIRED, UNDECLARED, PASSED = "missing", "expired", "undeclared", "passed"


@dataclass(frozen=True, slots=True)
class CourseTaken:
    """One completion of a course, as the training record tells it."""

    course: str
    result: str  # passed failed
    completed_on: date | None
    expires_on: date | None = None
    declaration_signed_on: date | None = None


@dataclass(frozen=True, slots=True)
class CourseState:
    """How someone stands with a course that a pack asks for; the last day their pass is good, and when they last passed."""

    state: str  # missing expired undeclared passed
    good_until: date | None = None
    passed_on: date | None = None


def good_until(taken: CourseTaken, course: Course) -> date:
    """The last day a pass is good: as its row says, else by the course's months, else for ever."""
    if taken.expires_on:
        return taken.expires_on
    return add_months(taken.completed_on, course.valid_months) if taken.completed_on and course.valid_months else FAR


def course_state(taken: Iterable[CourseTaken], course: Course, on: date) -> CourseState:
    """Whether a course is passed by a day, under any of its names, still good, and declared where that is asked (PA-011 to PA-013)."""
    names = {plain(course.code), *map(plain, course.aliases)}
    passed = [t for t in taken if t.result == "passed" and (t.completed_on or FAR) <= on and plain(t.course) in names]
    if not passed:
        return CourseState(MISSING)
    until, last = max(good_until(t, course) for t in passed), max(t.completed_on or LONG_AGO for t in passed)
    if until < on:
        return CourseState(EXPIRED, until, last)
    signed = any((t.declaration_signed_on or FAR) <= on for t in passed if good_until(t, course) >= on)
    return CourseState(PASSED if signed or not course.declaration else UNDECLARED, until, last)


@dataclass(frozen=True, slots=True)
class Post:
    """One post someone holds or held. A day named is still good: a post ends after its last day."""

    team_id: int
    team: str
    job: str
    person_type: str
    status: str
    is_primary: bool
    start_on: date
    end_on: date | None
    gone_on: date | None  # the day the staff feed no longer held it
    supervisor: str  # their employee number, as the staff record gives it

    def in_post(self, on: date) -> bool:
        """Whether the post is held on a day, at work or away."""
        return in_force(status=self.status, start_on=self.start_on, end_on=self.end_on, gone_on=self.gone_on, on=on)

    def coming(self, on: date) -> bool:
        """Whether the post is still to begin."""
        return self.start_on > on and not ended(status=self.status, end_on=self.end_on, gone_on=self.gone_on, on=on)

    @property
    def last_on(self) -> date | None:
        return min((d for d in (self.end_on, self.gone_on) if d is not None), default=None)


@dataclass(frozen=True, slots=True)
class Employment:
    """How someone stands with the organisation on a day: a state to filter by, and the words for it."""

    state: str  # here, away, left or coming
    words: str


def main_post(posts: Iterable[Post], on: date) -> Post | None:
    """The post that stands for someone on a day: held before not held, primary before the others, then the latest begun."""
    return max(posts, key=_rank(on), default=None)


def _rank(on: date) -> Callable[[Post], tuple[bool, bool, date]]:
    return lambda p: (p.in_post(on), p.is_primary, p.start_on)


def employment(posts: Iterable[Post], on: date) -> Employment:
    """How someone stands with the organisation on a day, from all their posts: at work in any of them is at work."""
    known = list(posts)
    in_post = [p for p in known if p.in_post(on)]
    if any(p.status not in AWAY for p in in_post):
        return Employment("here", "Works here")
    if in_post:
        return Employment("away", AWAY[in_post[0].status])
    coming = [p.start_on for p in known if p.coming(on)]
    if coming:
        return Employment("coming", f"Begins on {day(min(coming))}")
    ended = [p.last_on for p in known if p.last_on is not None]
    return Employment("left", f"Left on {day(max(ended))}" if ended else "Left")


OWN, DEPUTY, ABOVE = "own", "deputy", "above"
NEAREST_FIRST = (OWN, DEPUTY, ABOVE)


@dataclass(frozen=True, slots=True)
class ManagerOn:
    """Who manages someone on a day, and how that was found: the named manager's own self, their deputy, or from above them."""

    manager_id: int
    how: str  # own, deputy, above
    instead_of: int | None = None  # the manager whom the staff record names, where that is not who manages

    def leads(self, manager_id: int) -> bool:
        """Whether this is work of a manager: their own, or done in their stead."""
        return manager_id == self.instead_of or (manager_id == self.manager_id and self.how != DEPUTY)


@dataclass(frozen=True, slots=True)
class Lines:
    """Who is named over whom on one day, who of them is at work, and who stands in for whom, the first to be asked first."""

    named: Mapping[int, Sequence[int]]  # person -> managers whom their posts in force name; of a leaver, their last post
    at_work: Collection[int]
    deputies: Mapping[int, Sequence[int]]  # manager -> deputies within their dates and at work


@dataclass(frozen=True, slots=True)
class Member:
    """One member of staff as the rule about managers asks."""

    employee_number: str
    posts: Sequence[Post] = ()
    absences: Sequence[Away] = ()

    def at_work(self, on: date) -> bool:
        """Whether someone is in post on a day, in one post at least not away, and not absent."""
        here = any(p.in_post(on) and p.status not in AWAY for p in self.posts)
        return here and not any(away.covers(on) for away in self.absences)


def lines(staff: Mapping[int, Member], deputies: Iterable[Deputising], on: date) -> Lines:
    """The lines of a day, from what is known of all staff. The set form is careward.people.staff.lines."""
    numbers = {member.employee_number: i for i, member in staff.items()}
    at_work = {i for i, member in staff.items() if member.at_work(on)}
    named = {i: [numbers[n] for n in _supervisors(member.posts, on) if n in numbers] for i, member in staff.items()}
    acting: dict[int, list[int]] = {}
    for d in sorted(deputies, key=lambda d: (d.from_on, d.deputy_id)):
        if d.deputy_id in at_work and covers(d.from_on, d.to_on, on):
            acting.setdefault(d.manager_id, []).append(d.deputy_id)
    return Lines(named, at_work, acting)


def _supervisors(posts: Sequence[Post], on: date) -> list[str]:
    """Whom the posts in force name, the main post's first; of someone without one, whom their last post named."""
    ranked = sorted(posts, key=_rank(on), reverse=True)
    return [p.supervisor for p in ranked if p.in_post(on)] or [p.supervisor for p in ranked[:1]]


def leaders_on(person_id: int, day: Lines) -> tuple[ManagerOn, ...]:
    """Who leads someone on a day, by each of their posts: the manager it names, else their deputy, else from above them."""
    found = (_answering(named, person_id, day) for named in day.named.get(person_id, ()) if named != person_id)
    return tuple(f for f in found if f)


def manager_on(person_id: int, day: Lines) -> ManagerOn | None:
    """The one who manages someone on a day, by whichever post finds one nearest; None where nobody is left."""
    return min(leaders_on(person_id, day), key=lambda m: NEAREST_FIRST.index(m.how), default=None)


def _answering(named: int, person_id: int, day: Lines) -> ManagerOn | None:
    """Climbs from the manager named, one level at a time; a circle of managers ends the climb."""
    level, seen, how = [named], {person_id}, OWN
    while level:
        if here := next((m for m in level if m in day.at_work), None):
            return ManagerOn(here, how, None if how == OWN else named)
        if acting := next((d for m in level for d in day.deputies.get(m, ()) if d != person_id), None):
            return ManagerOn(acting, DEPUTY if how == OWN else ABOVE, named)
        seen.update(level)
        level = list(dict.fromkeys(above for m in level for above in day.named.get(m, ()) if above not in seen))
        how = ABOVE
    return None
