"""How large a change may be before a named person must allow it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Safety:
    """When a plan or a feed is too large a change to act on without a named person's allowance."""

    most_share_percent: int  # of a system's open accounts locked or closed by one plan
    least_accounts: int  # fewer than this many to lock or close is never a mass change
    most_dropped_percent: int  # of a feed's rows gone since last time
    most_changed_percent: int  # of a feed's known rows changed at once: a shifted column looks like this
    most_refused_percent: int  # of a feed's rows that cannot be read
    least_rows: int  # fewer rows than this are never held for the share of those changed or refused

    def may_shut(self, accounts: int, *, open_accounts: int) -> bool:
        """Whether one plan may lock or close so many of a system's open accounts without a named person's allowance."""
        return accounts < self.least_accounts or accounts * 100 <= self.most_share_percent * open_accounts
