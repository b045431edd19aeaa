"""How Careward writes days, times, counts and clocks for people. Pure; registered as filters of every template.

British, spelled out and unambiguous: 22 November 2026, never 22/11/26. A deadline is a distance first and its date after.
"""

import re
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from markupsafe import Markup

from careward.core.days import LONDON, Calendar, aware, working_days_between
from careward.core.packs.calendar import WorkingTimes

WEB_ADDRESS = re.compile(r"https?://[^\s/]+\S*")
HARD_SPACE = "\u00a0"
ISO_DAY = re.compile(r"\b\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d)\b|\b\d{4}-(?:0[13-9]|1[0-2])-30\b|\b\d{4}-(?:0[13578]|1[02])-31\b")


def day(value: date | datetime) -> str:
    """22 November 2026; a moment is written as its day in London."""
    value = in_london(value)
    return f"{value.day} {value:%B} {value.year}"


def weekday(value: date | datetime) -> str:
    """Thursday 26 November 2026: for a day on which someone must act."""
    return f"{in_london(value):%A} {day(value)}"


def clock_time(value: datetime) -> str:
    """10:31, by the clocks of London."""
    return f"{in_london(value):%H:%M}"


def moment(value: datetime) -> str:
    """23 November 2026, 04:10."""
    return f"{day(value)}, {clock_time(value)}"


def machine(value: date | datetime) -> str:
    """2026-11-23 or 2026-11-23T04:10, for the datetime attribute of a time element."""
    return f"{in_london(value):%Y-%m-%dT%H:%M}" if isinstance(value, datetime) else value.isoformat()


def in_london(value: Any) -> Any:
    """A moment by London's clocks; a day unchanged. ValueError for a moment without a zone, as nobody knows when it was."""
    return aware(value).astimezone(LONDON) if isinstance(value, datetime) else value


def number(value: int) -> str:
    """12,345."""
    return f"{value:,}"


def plural(count: int, one: str, many: str = "") -> str:
    """'1 account', '2 accounts', '1,204 entries' with the third argument where an s does not do."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def out_of(count: int, total: int) -> str:
    """'412 of 415', 'All 415', 'None of 415', and 'None' when there is nothing to count."""
    if total == 0:
        return "None"
    if count == total:
        return f"All {total:,}"
    return f"{count:,} of {total:,}" if count else f"None of {total:,}"


@lru_cache(maxsize=4096)  # a list asks it several times a row, of few days
def distance(due: date, today: date, calendar: Calendar) -> str:
    """'In 3 working days', 'Tomorrow', 'Due today', '1 working day late'.

    Days not worked by the calendar of whoever reads it do not count. A due day that lies ahead with no working day up to it (a Sunday
    seen on Saturday) is told by its own name, and one that has passed without a working day since is 'Due now': nobody could have acted
    in between.
    """
    if due == today:
        return "Due today"
    if (due - today).days == 1:
        return "Tomorrow"
    left = working_days_between(today, due, calendar)
    if left > 0:
        return f"In {plural(left, 'working day')}"
    if left < 0:
        return f"{plural(-left, 'working day')} late"
    return f"On {due:%A}" if due > today else "Due now"


def urgency(due: date, today: date, calendar: Calendar) -> str:
    """Which mark a clock wears: 'late', 'fix' when it is due today, else '' for none."""
    words = distance(due, today, calendar)
    return "late" if words.endswith("late") else "fix" if words in ("Due today", "Due now") else ""


def hours_left(due: datetime, now: datetime) -> str:
    """The second line of a clock that runs by the hour: '17:00, in 6 hours', '09:00, 2 hours ago'."""
    minutes = int((due - now).total_seconds() // 60)
    amount = plural(abs(minutes) // 60, "hour") if abs(minutes) >= 60 else plural(abs(minutes), "minute")
    return f"{clock_time(due)}, in {amount}" if minutes >= 0 else f"{clock_time(due)}, {amount} ago"


def nhs_number(value: str) -> str:
    """999 014 8201 on one line; anything that is not ten digits is left as it came."""
    digits = "".join(c for c in value if c in "0123456789")
    return f"{digits[:3]}{HARD_SPACE}{digits[3:6]}{HARD_SPACE}{digits[6:]}" if len(digits) == 10 else value


def listed(words: list[str] | tuple[str, ...], last: str = "and") -> str:
    """'PARIS', 'PARIS and ePMA', 'PARIS, ePMA and IAPTuS'."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def first_upper(words: str) -> str:
    """The first letter large and the rest as it was: ESR stays ESR."""
    return words[:1].upper() + words[1:]


def written_out(text: str) -> str:
    """A text with its days written for people: 2026-11-13 becomes 13 November 2026."""
    return ISO_DAY.sub(lambda found: _as_day(found[0]), text)


def _as_day(text: str) -> str:
    try:
        return day(date.fromisoformat(text))
    except ValueError:  # it only looks like one: 2026-99-99
        return text


def working_days(times: WorkingTimes, today: date) -> str:
    """Which days are not worked by an organisation's calendar, with its own exceptions that are still to come."""
    closed, opened = ([day(each) for each in sorted(days) if each >= today] for days in (times.closed, times.opened))
    also = f". {listed(closed)} {'is' if len(closed) == 1 else 'are'} not worked either" if closed else ""
    but = f". {listed(opened)} {'is' if len(opened) == 1 else 'are'} worked" if opened else ""
    return f"Working days leave out weekends and the bank holidays of England{also}{but}."


def linked(value: str) -> str:
    """A whole web address as a link, which does not say where it was followed from; all else as it is."""
    if not WEB_ADDRESS.fullmatch(value):
        return value
    return Markup('<a href="{0}" rel="noreferrer">{0}</a>').format(value)


FILTERS = {
    "linked": linked,
    "written_out": written_out,
    "day": day,
    "weekday": weekday,
    "clock_time": clock_time,
    "moment": moment,
    "machine": machine,
    "number": number,
    "plural": plural,
    "out_of": out_of,
    "distance": distance,
    "urgency": urgency,
    "hours_left": hours_left,
    "nhs_number": nhs_number,
    "listed": listed,
    "first_upper": first_upper,
    "working_days": working_days,
}
