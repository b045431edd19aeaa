"""Rules about who said that the account may exist, and what it may do."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta

from careward.access.accounts.rules.shapes import Holder, SeenAccount
from careward.access.accounts.rules.wrongs import Wrong
from careward.access.authorisations.rules import LIVE, Authority, Rights, stated, why_not
from careward.core.packs.pack import Pack

DAY = timedelta(days=1)
CROSSED = "; an approval ends before it was given"


def here(holder: Holder, account: SeenAccount, on: date) -> list[Authority]:
    """What was said of the holder for the account's system and environment, given by a day, run out or not."""
    return [a for a in holder.authorisations if a.system == account.system and a.environment == account.environment and a.given(on)]


def admin_unapproved(account: SeenAccount, given: Sequence[Authority]) -> Iterator[Wrong]:
    """EL-029: administrator rights are given for themselves."""
    if account.kind == "admin" and not any(a.kind == "admin" for a in given):
        yield Wrong("account.admin_unapproved", "ask", "Nobody has authorised administrator rights here")


def refused(given: Iterable[Authority], *, holder: str, pack: Pack) -> str:
    """Why the last approval that is no authority is none, to stand behind what is wrong; empty where there is none such."""
    last = max((why_not(a, holder=holder, pack=pack) for a in given), default="")
    return f": {last}" if last else ""


def authorisation(account: SeenAccount, counted: Sequence[Authority], why: str, on: date) -> Iterator[Wrong]:
    """PA-008, EL-017: a live account rests on the authority of somebody the procedure accepts, not run out."""
    if account.environment != LIVE:
        return
    rows = _for_kind(counted, account.kind)
    rows = [a for a in rows if a.kind == "admin" and account.kind == "admin"] or rows
    last = max((a.until for a in rows), default=None)
    if last is None:
        yield Wrong("authorisation.missing", "ask", f"Nobody whom the procedure accepts has authorised it{why}")
    elif last < on:
        step, crossed = _lock(rows)
        yield Wrong("authorisation.expired", step, f"Its approval ran out on {last}{crossed}", since=last + DAY)


def environment(account: SeenAccount, counted: Sequence[Authority], why: str, on: date) -> Iterator[Wrong]:
    """PA-018, PA-019: a non-live account is authorised for that environment, by the role the pack names."""
    rows = _for_kind(counted, account.kind)
    last = max((a.until for a in rows), default=None)
    if account.environment == LIVE or (last and last >= on):
        return
    step, crossed = _lock(rows)
    ran_out = f"Its approval for {account.environment} ran out on {last}{crossed}"
    told = ran_out if last else f"Nobody whom the procedure names has authorised it for {account.environment}{why}"
    yield Wrong("environment.unauthorised", step, told, since=last + DAY if last else None)


def entitlement(account: SeenAccount, counted: Sequence[Authority], on: date, pack: Pack) -> Iterator[Wrong]:
    """PA-025, PA-026, EL-018: roles and teams are those authorised, no more and no less."""
    current = [a for a in counted if a.kind == account.kind and a.in_force(on)]
    if current:
        yield from _difference("roles", account.roles, _union([a.roles for a in current]), ("", ""))
        of_teams = pack.findings["entitlement.excess_team"].clause, pack.findings["entitlement.missing_team"].clause
        yield from _difference("teams", account.teams, _union([a.teams for a in current]), of_teams)


def _lock(rows: Sequence[Authority]) -> tuple[str, str]:
    """What follows where none of some approvals is in force, and what is said of one that contradicts itself: it only asks."""
    return ("ask", CROSSED) if any(a.crossed for a in rows) else ("lock", "")


def _for_kind(rows: Sequence[Authority], kind: str) -> list[Authority]:
    return [a for a in rows if kind == "admin" or a.kind == "normal"]


def _union(terms: Sequence[Rights]) -> Rights:
    known = [t for t in terms if t is not None]
    return tuple(x for t in known for x in t) if known else None


def _difference(what: str, seen: Rights, authorised: Rights, clauses: tuple[str, str]) -> Iterator[Wrong]:
    if seen is None or authorised is None or seen == authorised:
        return
    if extra := _beyond(seen, authorised):
        yield Wrong("entitlement.excess", "amend", f"{what.capitalize()} nobody authorised: {extra}", what, clauses[0])
    if lacking := _beyond(authorised, seen):
        yield Wrong("entitlement.missing", "amend", f"{what.capitalize()} authorised but not given: {lacking}", what, clauses[1])


def _beyond(these: tuple[str, ...], those: tuple[str, ...]) -> str:
    known = {t.lower() for t in stated(those)}
    return "; ".join(sorted({t for t in stated(these) if t.lower() not in known}))
