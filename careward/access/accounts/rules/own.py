"""Rules about the account itself: how it is used, whose it may be, and whether a shared one is approved."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from careward.access.accounts.rules.answers import Said
from careward.access.accounts.rules.matching import given, ways
from careward.access.accounts.rules.shapes import OF_A_PERSON, ApprovedGeneric, Holder, SeenAccount, count_days
from careward.access.accounts.rules.states import inactivity_step, last_seen, locks_on
from careward.access.accounts.rules.wrongs import Wrong
from careward.access.authorisations.rules import speaking
from careward.core.days import FAR
from careward.core.ids import plain
from careward.core.packs.inactivity import Inactivity
from careward.people.staff.rules import crossed, has_left

CROSSED = "; an approval ends before it was given"


def inactive(account: SeenAccount, rule: Inactivity, said: Said | None, on: date) -> Iterator[Wrong]:
    """PA-033, PA-035, EL-035, EL-037: locked and closed after so long without use, with notice where the pack gives it.

    EL-059: what was said to be needed locks later, and what was said not to be needed now.
    """
    kept = said.until if said and said.answer == "still_needed" else None
    used = {"last_used_on": account.last_used_on, "created_on": account.created_on}
    step = inactivity_step(status=account.status, on=on, rule=rule, kept_until=kept, **used)
    seen = last_seen(**used)
    if said and said.answer == "not_needed" and step != "close":
        yield Wrong("account.inactive", said.step, f"Not needed, it was said on {said.from_on}", clause=said.clause, since=said.from_on)
        return
    if step == "nothing" or seen is None or (said and said.answer == "gone" and step != "close"):
        return
    lock = locks_on(seen=seen, rule=rule, kept_until=kept)
    since = f"Last used on {seen}" if account.last_used_on == seen else f"{_unused(account)} since it was created on {seen}"
    what, clause = {
        "close": (f"closes at {count_days(rule.close_after_days)}", rule.close_clause),
        "lock": (f"locks at {count_days(rule.lock_after_days)}", rule.lock_clause),
        "warn": (f"locks on {lock} unless it is used", rule.warn_clause),
    }[step]
    moved = step != "close" and lock > seen + timedelta(days=rule.lock_after_days)
    told = f"{since}, {count_days((on - seen).days)} ago; {what}" + (f"; said to be needed until {kept}" if moved else "")
    begun = seen + timedelta(days=rule.first_asked_after_days)
    yield Wrong("account.inactive", step, told, clause=clause, since=begun)


def _unused(account: SeenAccount) -> str:
    return "Not used" if account.last_used_on else "Never used"


def use_unknown(account: SeenAccount, rule: Inactivity) -> Iterator[Wrong]:
    """EL-058: a system that cannot say when accounts were used is named, not passed over."""
    known = account.last_used_on or account.created_on
    if not known and (rule.lock_after_days or rule.close_after_days):
        yield Wrong("account.use_unknown", "ask", "The export gives neither a last use nor a day of creation")


def contradicted(account: SeenAccount) -> Iterator[Wrong]:
    """House: where the rows of one account disagree on whether it is open, the open one counts, and somebody looks."""
    if account.contradicted:
        yield Wrong("account.contradicted", "ask", "Its list has it open in one row and closed in another; it counts as open")


def _nobodys(said: Said | None, code: str) -> Wrong | None:
    """What was said to be nobody's is not asked about again: it is shut."""
    if said is None or said.answer != "nobody":
        return None
    return Wrong(code, said.step, f"Nobody's, it was said on {said.from_on}", clause=said.clause, since=said.from_on)


def unmatched(account: SeenAccount, fits: Sequence[Holder], said: Said | None) -> Iterator[Wrong]:
    """EL-009: every account of a person is known to be somebody's."""
    if account.kind in OF_A_PERSON and not fits:
        named = given(account)
        nothing = "The export gives no employee number, smartcard or e-mail address for it"
        yield _nobodys(said, "account.unmatched") or Wrong("account.unmatched", "ask", f"Nobody fits by {named}" if named else nothing)


def ambiguous(account: SeenAccount, fits: Sequence[Holder], said: Said | None) -> Iterator[Wrong]:
    """EL-048: nothing acts on an ambiguous match; a person decides."""
    if len(fits) > 1:
        asked = Wrong("account.ambiguous", "ask", f"Two or more people fit, by {ways(account, fits)}")
        yield _nobodys(said, "account.ambiguous") or asked


def duplicate(account: SeenAccount, siblings: Sequence[SeenAccount]) -> Iterator[Wrong]:
    """EL-028, EL-029: one normal account, and at most one for administration, on any one environment."""
    if account.kind not in OF_A_PERSON:
        return
    first = min((s for s in [*siblings, account] if _alike(s, account)), key=_age)
    if first.account_id != account.account_id:
        since = f", created on {first.created_on}" if first.created_on else ""
        yield Wrong("account.duplicate", "ask", f"A second account; the first is {first.username}{since}")


def _alike(one: SeenAccount, other: SeenAccount) -> bool:
    return one.is_open and one.kind == other.kind and one.environment == other.environment and one.system == other.system


def _age(account: SeenAccount) -> tuple[date, str, int]:
    return account.created_on or FAR, account.username, account.account_id


def generic_unapproved(account: SeenAccount, generic: Sequence[ApprovedGeneric], on: date) -> Iterator[Wrong]:
    """EL-027: a shared account stands only on an approval by information governance, with an owner and an end.

    Of a service it is asked, since a lock stops an interface; and so where an approval contradicts itself.
    """
    if account.kind not in ("generic", "service"):
        return
    rows = _listed(account, generic)
    begun = _begun(account, rows, on)
    ends = max((r.expires_on or FAR for r in begun), default=None)
    doubtful = any(crossed(r.approved_on, r.expires_on) for r in begun)
    step = "ask" if doubtful or account.kind == "service" else "lock"
    if ends is None:
        yield Wrong("account.generic_unapproved", step, _not_approved(rows, account.kind))
    elif ends < on:
        told = f"Its approval ran out on {ends}" + (CROSSED if doubtful else "")
        yield Wrong("account.generic_unapproved", step, told, since=ends + timedelta(days=1))


def owner_left(account: SeenAccount, generic: Sequence[ApprovedGeneric], on: date) -> Iterator[Wrong]:
    """EL-027: whoever answers for a shared account is still here; by the approvals in force, else by those that have run out."""
    if account.kind not in ("generic", "service"):
        return
    begun = _begun(account, _listed(account, generic), on)
    told = speaking(begun, on)
    if told and all(has_left(r.owner, on) for r in told):
        posts = [post for r in told for post in r.owner]
        last = max((day for post in posts if (day := post.last_day(on))), default=None)
        over = max((day for post in posts if (day := post.over_from(on))), default=None)
        yield Wrong(
            "account.owner_left", "ask", f"Its owner has left; the last day was {last}" if last else "Its owner has left", since=over
        )


def _listed(account: SeenAccount, generic: Sequence[ApprovedGeneric]) -> list[ApprovedGeneric]:
    return [r for r in generic if r.system == account.system and plain(r.username) == plain(account.username)]


def _begun(account: SeenAccount, rows: Sequence[ApprovedGeneric], on: date) -> list[ApprovedGeneric]:
    return [r for r in rows if account.kind == "service" or (r.approved_on or FAR) <= on]


def _not_approved(rows: Sequence[ApprovedGeneric], kind: str) -> str:
    begins = min((r.approved_on for r in rows if r.approved_on), default=None)
    if begins:
        return f"Its approval begins only on {begins}"
    return "No owner and end are on record" if kind == "service" else "No approval by information governance is on record"
