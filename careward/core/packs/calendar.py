"""The days an organisation works and its core hours: every clock of that organisation runs by them."""

from dataclasses import dataclass
from datetime import date, time

from careward.core.days import Calendar, CoreHours


@dataclass(frozen=True, slots=True)
class WorkingTimes:
    """What differs from Monday to Friday without England's bank holidays, and the hours in which downtime is avoided."""

    closed: tuple[date, ...]  # not worked, whatever else they are
    opened: tuple[date, ...]  # worked, whatever else they are
    core_opens: time
    core_closes: time
    holidays_core: bool  # whether core hours count on a bank holiday too

    @property
    def days(self) -> Calendar:
        """Which days are worked."""
        return Calendar(frozenset(self.closed), frozenset(self.opened))

    @property
    def core_hours(self) -> CoreHours:
        return CoreHours(self.core_opens, self.core_closes, self.holidays_core, self.days)
