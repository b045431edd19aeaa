"""Why somebody cannot get in: each account that is locked or closed, since when, by whom, why, and how to change that."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from careward.access.accounts import wording
from careward.access.accounts.models import Account, Finding
from careward.access.accounts.rules.states import last_seen, locks_on
from careward.core.days import london_day
from careward.core.packs.inactivity import Inactivity
from careward.people.signin.models import User
from careward.people.staff.packs import pack_on
from careward.systems.register.models import System
from careward.web.words import day, plural, written_out

OF_THE_PERSON = ("training.", "registration.")  # what the holder puts right first
SHUT_WORDS = {"locked": "Locked", "closed": "Closed"}


@dataclass(frozen=True, slots=True)
class Shut:
    """An account that is not open. `why` says since when, by whom and for what, as far as it is known."""

    system: str
    sub: str
    username: str
    word: str  # Locked, Closed
    why: str
    how: str


def rule_of(account: Account, today: date) -> Inactivity:
    """What disuse does to an account of its system."""
    return pack_on(account.system.pack, today).inactivity_for(account.system.code)


def idle_days(account: Account, today: date) -> int | None:
    """Days since an account was used, or made; None where neither is told."""
    seen = _seen(account)
    return (today - seen).days if seen else None


def _seen(account: Account) -> date | None:
    used = london_day(account.last_used_at) if account.last_used_at else None
    return last_seen(last_used_on=used, created_on=account.created_on)


def use_words(account: Account, today: date) -> str:
    """How far an account is from what disuse does to it: '40 of 90 days without use, then it is locked'."""
    idle, rule = idle_days(account, today), rule_of(account, today)
    if idle is None or account.kind == "service":
        return ""
    if account.status == "active" and rule.lock_after_days:
        return f"{idle} of {rule.lock_after_days} days without use, then it is locked"
    if account.status != "closed" and rule.close_after_days:
        return f"{idle} of {rule.close_after_days} days without use, then it is closed"
    return ""


def shut_accounts(
    accounts: Iterable[Account], *, organisation_id: int, left: bool, wrong: Mapping[int, list[Finding]], today: date
) -> tuple[Shut, ...]:
    """Those of some accounts that are locked or closed, the locked first; at most two queries, none where all are open."""
    shut = sorted((a for a in accounts if a.status in SHUT_WORDS), key=lambda a: (a.status != "locked", a.system.name, a.environment))
    if not shut:
        return ()
    closed = Finding.objects.filter(organisation_id=organisation_id, account__in=shut, step__in=("lock", "close"), closed_on__isnull=False)
    put_right = {f.account_id: f for f in closed.select_related("task").order_by("closed_on", "id")}
    names = _names(put_right.values())
    return tuple(_shut(a, put_right.get(a.pk), _settled(wrong.get(a.pk, ())), names, left, today) for a in shut)


def _settled(findings: Iterable[Finding]) -> Finding | None:
    return next((f for f in findings if f.settled), None)


def _names(findings: Iterable[Finding]) -> Mapping[str, str]:
    said = {f.task.said_done_by for f in findings if f.task and f.task.said_done_by.startswith("user/")}
    rows = User.objects.filter(pk__in=[int(by.removeprefix("user/")) for by in said]).values_list("pk", "name") if said else ()
    return {f"user/{number}": name for number, name in rows}


def _shut(
    account: Account, done: Finding | None, settled: Finding | None, names: Mapping[str, str], left: bool, today: date
) -> Shut:  # fmt: skip
    sub = ", ".join(w for w in (account.environment.replace("live", ""), wording.KIND_WORDS[account.kind].replace("Normal", "")) if w)
    why = _why(account, done, settled, names, today)
    return Shut(account.system.name, sub.capitalize(), account.username, SHUT_WORDS[account.status], why, _how(account, settled, left))


def _why(account: Account, done: Finding | None, settled: Finding | None, names: Mapping[str, str], today: date) -> str:
    word = SHUT_WORDS[account.status]
    if done is not None and done.closed_on is not None:
        by = names.get(done.task.said_done_by, "") if done.task else ""
        return f"{word} on {day(done.closed_on)}{f' by {by}' if by else ''}. {written_out(done.detail)}."
    if settled is not None:
        return f"{word}. {written_out(settled.detail)}, found on {day(settled.found_on)}."
    return _unused(account, word, today) or f"{word}. The list of {account.system.name} does not say why, or since when."


def _unused(account: Account, word: str, today: date) -> str:
    """What the figures of the procedure say, where nothing else is known."""
    seen, rule = _seen(account), rule_of(account, today)
    figure = rule.lock_after_days if account.status == "locked" else rule.close_after_days
    if seen is None or not figure or (today - seen).days < figure:
        return ""
    used = "Last used" if account.last_used_at else "Made"
    due = locks_on(seen=seen, rule=rule) if account.status == "locked" else None
    return (
        f"{word}. {used} on {day(seen)}, {plural((today - seen).days, 'day')} ago; an account here is {word.lower()} after {figure} days"
        f" without use{f', so on {day(due)}' if due else ''}."
    )


def _how(account: Account, settled: Finding | None, left: bool) -> str:
    if left:
        return "It stays shut: this person has left."
    again = "reopened" if account.status == "locked" else "opened again"
    if settled is not None and settled.code.startswith(OF_THE_PERSON):
        return f"To have it {again}, first put this right: {written_out(settled.detail)}. Then ask {asked_of(account.system)}."
    return f"To have it {again}, ask {asked_of(account.system)}."


def asked_of(system: System) -> str:
    """Whom to ask for an account of a system, and by which way."""
    whom = f"the {system.administrator_title}" if system.administrator_title else "whoever administers it"
    return f"{whom} ({system.administrator_contact})" if system.administrator_contact else whom
