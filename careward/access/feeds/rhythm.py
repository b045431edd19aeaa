"""How often a system is heard from, and when the next file is due by that. Pure."""

from dataclasses import dataclass
from datetime import date, timedelta

ENOUGH = 3  # files from which a rhythm is known


@dataclass(frozen=True, slots=True)
class Rhythm:
    """The first and the newest file of a system, and how many there were."""

    first_on: date
    last_on: date
    files: int

    @property
    def usual_days(self) -> int | None:
        """So many days usually lie between two files, a part of a day counting as one; None where too few came to tell."""
        if self.files < ENOUGH:
            return None
        return max(1, -(-(self.last_on - self.first_on).days // (self.files - 1)))

    @property
    def expected_on(self) -> date | None:
        """The day on which the next file is due by that."""
        days = self.usual_days
        return self.last_on + timedelta(days=days) if days else None

    def stale(self, today: date) -> bool:
        """Whether a whole turn was missed: a file that comes a little late is no alarm."""
        days = self.usual_days
        return days is not None and today > self.last_on + timedelta(days=2 * days)
