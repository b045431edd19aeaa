"""When an unused account is warned of, locked and closed."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Inactivity:
    """Days since last use; 0 means the step is never taken. `least` and `most` bound what a system may agree."""

    lock_after_days: int
    close_after_days: int
    notice_days: int
    least_lock_days: int
    most_lock_days: int
    refresher_after_days: int
    lock_clause: str
    close_clause: str
    warn_clause: str

    @property
    def first_asked_after_days(self) -> int:
        """Days after which the first step is asked, whichever it is."""
        lock = [self.lock_after_days - self.notice_days] if self.lock_after_days else []
        close = [self.close_after_days] if self.close_after_days else []
        return min([*lock, *close], default=0)
