"""As at which days a comparison may be kept: a look back, or ahead, is not an act (FEEDS B2.10)."""

from datetime import date

from careward.core.decision import ALLOWED, Decision, refuse


def may_keep(on: date, *, today: date, last_kept: date | None) -> Decision:
    """Not after today, for nothing has happened then; not before the last day kept, for its work was asked and may be done."""
    decision = ALLOWED
    if on > today:
        decision &= refuse("run.ahead", "house", f"{on} has not come yet", "Look without keeping, or keep it on the day")
    if last_kept and on < last_kept:
        detail = f"A comparison as at {last_kept} is kept already, and {on} is before it"
        decision &= refuse("run.behind", "house", detail, f"Look without keeping, or keep one as at {last_kept} or later")
    return decision
