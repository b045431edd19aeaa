"""When a plan would change too much at once to be acted on without a named person's word."""

from collections.abc import Iterable

from careward.core.packs.pack import Pack
from careward.core.ports import Found


def unsafe(system: str, found: Iterable[Found], *, open_accounts: int, pack: Pack) -> tuple[Found, ...]:
    """The line for a system whose plan is too large, or nothing. A step already settled changes nothing."""
    hit = {(f.environment, f.username) for f in found if f.system == system and f.step in ("lock", "close") and not f.settled}
    if pack.safety.may_shut(len(hit), open_accounts=open_accounts):
        return ()
    detail = (
        f"It would lock or close {len(hit)} of {open_accounts} open accounts;"
        f" more than {pack.safety.most_share_percent} in 100 waits for a named person's word"
    )
    return (Found(system, "", "", None, "feed.unsafe", "ask", pack.findings["feed.unsafe"].clause, detail),)
