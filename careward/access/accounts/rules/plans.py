"""When a plan would change too much at once to be acted on without a named person's word."""

from collections.abc import Iterable

from careward.core.packs.pack import Pack
from careward.core.packs.safety import Safety
from careward.core.ports import Found


def plan_is_safe(changes: int, *, open_accounts: int, safety: Safety) -> bool:
    """Whether so many accounts may be locked or closed without a named person's allowance."""
    return changes < safety.least_accounts or changes * 100 <= safety.most_share_percent * open_accounts


def unsafe(system: str, found: Iterable[Found], *, open_accounts: int, pack: Pack) -> tuple[Found, ...]:
    """The line for a system whose plan is too large, or nothing. A step already settled changes nothing."""
    hit = {(f.environment, f.username) for f in found if f.system == system and f.step in ("lock", "close") and not f.settled}
    if plan_is_safe(len(hit), open_accounts=open_accounts, safety=pack.safety):
        return ()
    detail = (
        f"It would lock or close {len(hit)} of {open_accounts} open accounts;"
        f" more than {pack.safety.most_share_percent} in 100 waits for a named person's word"
    )
    return (Found(system, "", "", None, "feed.unsafe", "ask", pack.findings["feed.unsafe"].clause, detail),)
