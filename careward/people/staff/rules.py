"""Who may act for a manager, which post stands for someone, and whether they work here. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from careward.core.days import ONE_DAY, Period
from careward.core.decision import ALLOWED, Decision, refuse
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
    if any(Period(d.from_on, d.to_on).contains(on) for d in theirs):
        return ALLOWED
    remedy = "Ask the manager, or ask them to name a deputy for today"
    if not theirs:
        return refuse("deputy.missing", clause, "They are neither the manager nor a deputy", remedy)
    if ended := [d.to_on for d in theirs if d.to_on is not None and d.to_on <= on]:
        return refuse("deputy.expired", clause, f"They were deputy until {day(max(ended) - ONE_DAY)}", remedy)
    return refuse("deputy.not_begun", clause, f"They are deputy from {day(min(d.from_on for d in theirs))}", remedy)


AWAY = {"suspended": "Suspended", "maternity": "On maternity leave", "long_term_absence": "On long-term absence"}


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

    def held(self, on: date) -> bool:
        """Whether the post is held on a day, at work or away."""
        if self.status == "terminated" or (self.gone_on is not None and self.gone_on <= on):
            return False
        return self.start_on <= on and (self.end_on is None or on <= self.end_on)

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
    return max(posts, key=lambda p: (p.held(on), p.is_primary, p.start_on), default=None)


def employment(posts: Iterable[Post], on: date) -> Employment:
    """How someone stands with the organisation on a day, from all their posts: at work in any of them is at work."""
    known = list(posts)
    held = [p for p in known if p.held(on)]
    if any(p.status not in AWAY for p in held):
        return Employment("here", "Works here")
    if held:
        return Employment("away", AWAY[held[0].status])
    coming = [p.start_on for p in known if p.start_on > on and p.status != "terminated"]
    if coming:
        return Employment("coming", f"Begins on {day(min(coming))}")
    ended = [p.last_on for p in known if p.last_on is not None]
    return Employment("left", f"Left on {day(max(ended))}" if ended else "Left")
