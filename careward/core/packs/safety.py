"""How large a change may be before a named person must allow it."""

from dataclasses import dataclass

GO_FREELY = 3  # so few that are gone at once, be it rows of a list or accounts of a system, are never a broken list (ADR 0029)


@dataclass(frozen=True, slots=True)
class Safety:
    """When a plan or a feed is too large a change to act on without a named person's allowance."""

    most_share_percent: int  # of a system's open accounts locked or closed by one plan
    most_dropped_percent: int  # of a feed's rows gone since last time
    most_changed_percent: int  # of a feed's known rows changed at once: a shifted column looks like this
    most_refused_percent: int  # of a feed's rows that cannot be read
    least_rows: int  # fewer rows than this are never held for the share of those changed or refused

    def may_shut(self, accounts: int, *, open_accounts: int) -> bool:
        """Whether one plan may lock or close so many of a system's open accounts without a named person's allowance."""
        return not too_many(accounts, of=open_accounts, percent=self.most_share_percent)


def too_many(part: int, *, of: int, percent: int) -> bool:
    """Whether more would go at once than may: more than GO_FREELY, and more than the share. Plans and loads ask alike."""
    return part > GO_FREELY and part * 100 > percent * of
