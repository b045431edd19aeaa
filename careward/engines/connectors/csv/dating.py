"""Days and moments out of cells: as ISO 8601, by a profile's formats, or as the numbers that systems count time by; and which mean none."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from careward.core.days import LONDON, london_day

EXAMPLE = datetime(2026, 11, 30, 16, 5, tzinfo=LONDON)
LAST_YEAR = 2200  # from here on a year is how a system writes "none"
NO_END = date(9999, 12, 31)
# How systems write "none" (FEEDS B2.3): the first days of .NET, of Windows, of spreadsheets and of Unix.
_NONE = frozenset({date(1, 1, 1), date(1601, 1, 1), date(1899, 12, 30), date(1899, 12, 31), date(1900, 1, 1), date(1970, 1, 1)})
_NEVER = datetime(9999, 12, 31, tzinfo=UTC)
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,9})?)?(?:Z|[+-][0-9]{2}(?::?[0-9]{2})?)?)?"
)
_NUMBER = re.compile(r"-?[0-9]{1,20}(?:[.,][0-9]{1,20})?")


@dataclass(frozen=True, slots=True)
class Formats:
    """How a column's cells are written where not in the one form: formats tried in order, words it keeps; and the day they are read on."""

    days: tuple[str, ...] = ()
    moments: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()  # words that stand for nothing elsewhere
    pivot: int = 0  # the last year that two digits may mean
    on: date = date.max  # the day of the load, where it is known


ISO = Formats()
Parse = Callable[[str], datetime | None]


def like(formats: tuple[str, ...]) -> str:
    """How cells of these formats look."""
    return " or ".join(_LIKE.get(f) or EXAMPLE.strftime(f) for f in formats)


def day_reader(formats: Formats) -> Callable[[str], date | None]:
    """Reads a day; None where the cell is none."""
    parse = by_formats(formats.days, formats.pivot)
    return (lambda cell: _day_of(parse(cell))) if formats.days else iso_day


def _day_of(found: datetime | None) -> date | None:
    if found is None or found.tzinfo is None or means_none(found):  # what means none does so on the day it was counted from
        return found and found.date()
    return london_day(found)


def moment_reader(formats: Formats) -> Parse:
    """Reads a moment, Europe/London where the cell gives no zone; None where the cell is none."""
    parse = by_formats(formats.moments, formats.pivot) if formats.moments else iso_moment

    def read(cell: str) -> datetime | None:
        found = parse(cell)
        return found.replace(tzinfo=LONDON) if found and found.tzinfo is None else found

    return read


def means_none(found: date) -> bool:
    """Whether a day, or a moment by its own zone or in UTC, is one that systems write for none."""
    if not isinstance(found, datetime):
        return found in _NONE or found.year >= LAST_YEAR
    if found.year >= LAST_YEAR or found.date() in _NONE:
        return True
    return 1 < found.year < 1971 and found.tzinfo is not None and found.astimezone(UTC).date() in _NONE


def is_to_come(found: date, on: date) -> bool:
    """Whether a day, or the London day of a moment, is after a day."""
    return (found.year >= LAST_YEAR or london_day(found) > on) if isinstance(found, datetime) else found > on


def iso_day(cell: str) -> date | None:
    """A day like 2026-11-30."""
    if len(cell) != 10 or cell[4] != "-" or cell[7] != "-":  # fromisoformat also takes week dates and days without hyphens
        return None
    try:
        return date.fromisoformat(cell)
    except ValueError:
        return None


def iso_moment(cell: str) -> datetime | None:
    """A moment like 2026-11-30T16:05:00, or a day alone."""
    if not _MOMENT.fullmatch(cell):  # fromisoformat alone takes any separator, week dates and more
        return None
    try:
        return datetime.fromisoformat(cell)
    except ValueError:
        return None


def by_formats(formats: tuple[str, ...], pivot: int = 0) -> Parse:
    """Reads by the first of some formats that fits: strptime's, or one of the named ways to count time."""
    readers = [NAMED.get(form) or _by_strptime(form, pivot) for form in formats]

    def parse(cell: str) -> datetime | None:
        for read in readers:
            if found := read(cell):
                return found
        return None

    return parse


def _by_strptime(form: str, pivot: int) -> Parse:
    def read(cell: str) -> datetime | None:
        try:
            found = datetime.strptime(cell, form)  # noqa: DTZ007 - a zone, where the format has none, is given by the caller
            return found.replace(year=pivot - (pivot - found.year) % 100) if pivot and "%y" in form else found
        except ValueError:
            return None

    return read


def _counted(began: datetime, in_a_second: int) -> Parse:
    """Time counted from a moment in parts of a second; beyond what a calendar holds it means never."""

    def read(cell: str) -> datetime | None:
        if not _NUMBER.fullmatch(cell):
            return None
        try:
            return began + timedelta(microseconds=int(re.split("[.,]", cell)[0]) * 1_000_000 // in_a_second)
        except OverflowError:
            return _NEVER

    return read


def _excel(cell: str) -> datetime | None:
    """The day number of 1900, its hours behind the point; before March 1900 spreadsheets count a day that never was."""
    number = float(cell.replace(",", ".")) if _NUMBER.fullmatch(cell) else -1
    if number < 0:
        return None
    try:
        return datetime(1899, 12, 30 if number >= 60 else 31) + timedelta(seconds=round(number * 86_400))  # noqa: DTZ001 - spreadsheets know no zone
    except OverflowError:
        return _NEVER


NAMED: dict[str, Parse] = {
    "filetime": _counted(datetime(1601, 1, 1, tzinfo=UTC), 10_000_000),
    "unix": _counted(datetime(1970, 1, 1, tzinfo=UTC), 1),
    "unix_ms": _counted(datetime(1970, 1, 1, tzinfo=UTC), 1_000),
    "excel": _excel,
}
_LIKE = {"filetime": "134405283000000000", "unix": "1796054700", "unix_ms": "1796054700000", "excel": "46356"}
