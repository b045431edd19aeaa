"""Days, working days and clocks of England: pure, and never reading the clock themselves.

Due dates are computed from events whenever they are read. A day is a `date`; a moment is an aware `datetime`.
"""

from calendar import monthrange
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Generic, TypeVar
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
FRIDAY, SATURDAY = 4, 5
ONE_DAY = timedelta(days=1)
LONG_AGO, FAR = date.min, date.max  # a blank beginning, and a blank end: none

# Proclaimed for one year only. A later one goes into a Calendar's `closed` days until it stands here.
MOVED = {date(2020, 5, 4): date(2020, 5, 8), date(2022, 5, 30): date(2022, 6, 2)}
ONE_OFF = {2022: (date(2022, 6, 3), date(2022, 9, 19)), 2023: (date(2023, 5, 8),)}


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar, by the anonymous computus."""
    golden, (century, in_century) = year % 19, divmod(year, 100)
    leap_centuries, century_rest = divmod(century, 4)
    moon_shift = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leap_centuries - moon_shift + 15) % 30
    leap_years, year_rest = divmod(in_century, 4)
    weekday = (32 + 2 * century_rest + 2 * leap_years - epact - year_rest) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


@cache
def bank_holidays(year: int) -> frozenset[date]:
    """The weekdays of one year that are bank holidays in England (1978 onwards), substitute days included."""
    sunday = easter(year)
    fixed = [sunday - 2 * ONE_DAY, sunday + ONE_DAY, _first_monday(year, 5), _last_monday(year, 5, 31), _last_monday(year, 8, 31)]
    found = {MOVED.get(day, day) for day in fixed} | set(ONE_OFF.get(year, ()))
    for day in (date(year, 1, 1), date(year, 12, 25), date(year, 12, 26)):
        while day.weekday() >= SATURDAY or day in found:
            day += ONE_DAY
        found.add(day)
    return frozenset(found)


def _first_monday(year: int, month: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=-first.weekday() % 7)


def _last_monday(year: int, month: int, last: int) -> date:
    end = date(year, month, last)
    return end - timedelta(days=end.weekday())


@dataclass(frozen=True, slots=True)
class Calendar:
    """Which days are worked: Monday to Friday less bank holidays, then the organisation's own exceptions.

    `closed` days are never worked (a new proclamation), `opened` ones always (a Saturday clinic); a day in both is a ValueError.
    """

    closed: frozenset[date] = frozenset()
    opened: frozenset[date] = frozenset()
    holidays: Callable[[int], frozenset[date]] = bank_holidays

    def __post_init__(self) -> None:
        if both := self.closed & self.opened:
            raise ValueError(f"{min(both):%Y-%m-%d} is both closed and opened; keep it in one of the two")

    def is_holiday(self, day: date) -> bool:
        """A bank holiday or closed day, whatever day of the week it is."""
        return day in self.closed or (day not in self.opened and day in self.holidays(day.year))

    def works(self, day: date) -> bool:
        """Whether work is done on a day."""
        if day in self.opened:
            return True
        return day.weekday() <= FRIDAY and day not in self.closed and day not in self.holidays(day.year)


ENGLAND = Calendar()  # of no organisation: a clock of somebody's runs by the calendar of their pack


def add_working_days(start: date, count: int, calendar: Calendar) -> date:
    """The day `count` working days after `start` (before, when negative); `start` itself is day nought, worked or not."""
    step = ONE_DAY if count > 0 else -ONE_DAY
    day, left = start, abs(count)
    while left:
        day += step
        left -= calendar.works(day)
    return day


def working_days_between(start: date, end: date, calendar: Calendar) -> int:
    """How many working days `end` lies after `start`, not counting `start` and counting `end`; negative when it lies before."""
    sign, step = (1, ONE_DAY) if end >= start else (-1, -ONE_DAY)
    return sign * sum(calendar.works(start + step * i) for i in range(1, abs((end - start).days) + 1))


def next_working_day(day: date, calendar: Calendar) -> date:
    """The first working day after a day."""
    return add_working_days(day, 1, calendar)


def working_day_from(day: date, calendar: Calendar) -> date:
    """The day itself when it is worked, else the next working day."""
    return day if calendar.works(day) else next_working_day(day, calendar)


def add_months(day: date, count: int) -> date:
    """The same day some months on, or the last day of that month where it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


@dataclass(frozen=True, slots=True)
class Pause:
    """The controller asked the person to clarify and they answered; both days stop the clock. No answer yet: None."""

    asked_on: date
    answered_on: date | None = None

    def __post_init__(self) -> None:
        if self.answered_on and self.answered_on < self.asked_on:
            raise ValueError("a question was answered before it was asked; mend one of the two days")


@dataclass(frozen=True, slots=True)
class RightsClock:
    """The days of one subject request. While a question is unanswered the clock stands and both ends are None."""

    relevant_on: date
    due_on: date | None
    notice_by_on: date | None  # the last day to tell the person of an extension
    paused_days: int

    @property
    def stopped(self) -> bool:
        return self.due_on is None


def rights_clock(
    *,
    received_on: date,
    identity_on: date | None = None,
    fee_on: date | None = None,
    extended: bool = False,
    pauses: Iterable[Pause] = (),
    calendar: Calendar,
) -> RightsClock:
    """One calendar month by the ICO's reading of UK GDPR Article 12A; three when validly extended.

    The month begins on the latest of request, identity and fee. Days of a pause inside the period do not count, nor towards the notice
    of extension. Only the day to answer rolls forward to a working day: the notice keeps to the earlier, safer day.
    """
    relevant = max(day for day in (received_on, identity_on, fee_on) if day)
    ordered = sorted(pauses, key=lambda p: p.asked_on)
    end, days = _paused(relevant, add_months(relevant, 3 if extended else 1), ordered)
    notice_by, _ = _paused(relevant, add_months(relevant, 1), ordered)
    return RightsClock(relevant, end and working_day_from(end, calendar), notice_by, days)


def _paused(relevant: date, end: date, pauses: Sequence[Pause]) -> tuple[date | None, int]:
    """The end moved by the union of paused days inside the period, and their number; None while one is unanswered.

    A question asked after the period has ended comes too late to stop it.
    """
    reached, days = relevant - ONE_DAY, 0
    for pause in pauses:
        if pause.asked_on > end:
            break
        if pause.answered_on is None:
            return None, days
        first = max(pause.asked_on, reached + ONE_DAY)
        added = max((pause.answered_on - first).days + 1, 0)
        reached = max(reached, pause.answered_on)
        end, days = end + timedelta(days=added), days + added
    return end, days


def aware(moment: datetime) -> datetime:
    """The moment itself; ValueError when it has no zone, for then nobody knows when it was."""
    if moment.utcoffset() is None:
        raise ValueError("a moment has no time zone; give it one, Europe/London where the source does not say")
    return moment


def london_day(moment: datetime) -> date:
    """The day a moment falls on in London."""
    return aware(moment).astimezone(LONDON).date()


def written_moment(moment: datetime) -> str:
    """A moment as text in the one form that sorts: in UTC, a blank before the time, fractions only where there are some."""
    moment = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    return moment.isoformat(" ")[:-6]  # without +00:00


def moment_written(text: str) -> datetime:
    """The moment that `written_moment` wrote."""
    return datetime.fromisoformat(f"{text}+00:00")


def hours_after(moment: datetime, hours: int) -> datetime:
    """The moment so many elapsed hours later, in UTC: a day of 23 or 25 hours changes nothing."""
    return aware(moment).astimezone(UTC) + timedelta(hours=hours)


def breach_due_at(aware_at: datetime) -> datetime:
    """The last moment to tell the ICO of a breach: 72 elapsed hours after becoming aware (UK GDPR Article 33)."""
    return hours_after(aware_at, 72)


@dataclass(frozen=True, slots=True)
class CoreHours:
    """The hours in which planned downtime is to be avoided (PA-051): from Monday to Friday, by the clocks of London.

    Whether a bank holiday counts as core is for the organisation to say. ValueError when they close before they open.
    """

    opens: time
    closes: time
    holidays_core: bool
    calendar: Calendar

    def __post_init__(self) -> None:
        if self.closes <= self.opens:
            raise ValueError(f"core hours end at {self.closes:%H:%M}, before they begin; mend one of the two")

    def on(self, day: date) -> "Period[datetime] | None":
        """The core hours of one day in UTC; None on a day without any."""
        if day.weekday() > FRIDAY or (not self.holidays_core and self.calendar.is_holiday(day)):
            return None
        return Period(_utc(day, self.opens), _utc(day, self.closes))

    def covers(self, moment: datetime) -> bool:
        """Whether a moment lies in core hours; the closing minute does not."""
        hours = self.on(london_day(moment))
        return hours is not None and hours.contains(aware(moment).astimezone(UTC))

    def within(self, starts_at: datetime, ends_at: datetime) -> timedelta:
        """How much of [starts_at, ends_at) lies in core hours."""
        window = Period(aware(starts_at).astimezone(UTC), aware(ends_at).astimezone(UTC))
        first, total = london_day(starts_at), timedelta()
        for offset in range((london_day(ends_at) - first).days + 1):
            hours = self.on(first + timedelta(days=offset))
            shared = hours and hours.shared(window)
            total += shared.ends - shared.starts if shared and shared.ends else timedelta()
        return total


def _utc(day: date, at: time) -> datetime:
    return datetime.combine(day, at, LONDON).astimezone(UTC)


Point = TypeVar("Point", date, datetime)


@dataclass(frozen=True, slots=True)
class Period(Generic[Point]):
    """[starts, ends): the end is not in it, and no end means it is still open. ValueError when it ends before it starts."""

    starts: Point
    ends: Point | None = None

    def __post_init__(self) -> None:
        if self.ends is not None and self.ends < self.starts:
            raise ValueError("a period ends before it starts; mend one of the two")

    @property
    def empty(self) -> bool:
        return self.ends == self.starts

    def contains(self, point: Point) -> bool:
        return self.starts <= point and (self.ends is None or point < self.ends)

    def overlaps(self, other: "Period[Point]") -> bool:
        """Whether any point lies in both; periods that only touch do not overlap."""
        return self.shared(other) is not None

    def shared(self, other: "Period[Point]") -> "Period[Point] | None":
        """The part in both; None when there is none."""
        starts = max(self.starts, other.starts)
        ends = min((e for e in (self.ends, other.ends) if e is not None), default=None)
        return Period(starts, ends) if ends is None or starts < ends else None
