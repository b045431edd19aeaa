"""A lock for disuse waits until its notice was told as many days before as the pack asks (EL-037). Without Django."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from careward.access.accounts.keeping.shapes import Judged, KnownFinding, Told, trouble_of
from careward.core.packs.inactivity import Inactivity
from careward.core.packs.pack import Pack

DISUSE = "account.inactive"
ASKED = ("lock", "close")


@dataclass(slots=True)
class Noticed:
    """What was found, each lock that waits for its notice as a warning; and the day on which each of those accounts locks."""

    judged: list[Judged] = field(default_factory=list)
    locks_on: dict[int, date] = field(default_factory=dict)


def with_notice(
    judged: Iterable[Judged], known: Iterable[KnownFinding], *, packs: Mapping[str, Pack], not_needed: Collection[int], on: date
) -> Noticed:
    """Holds back each lock for disuse until its notice has run; where none was told yet, it is told on this day.

    A lock that is asked for already stays asked for, and one that follows an answer, of the accounts `not_needed`, needs no notice.
    It stays a case of the clause that asks for the lock: the account is open for longer than that allows, whoever was told late.
    """
    told = {k.trouble: k.told for k in known if k.trouble.code == DISUSE}
    noticed = Noticed()
    for each in judged:
        rule = packs[each.found.system].inactivity_for(each.found.system)
        if each.account_id and _locks(each, rule) and each.account_id not in not_needed:
            told_on = _told_on(told.get(trouble_of(each)), on)
            if told_on and on < (until := told_on + timedelta(days=rule.notice_days)):
                noticed.locks_on[each.account_id] = until
                each = replace(each, found=replace(each.found, step="warn", detail=_waits(each, told_on, until)))
        noticed.judged.append(each)
    return noticed


def _locks(each: Judged, rule: Inactivity) -> bool:
    return (each.found.code, each.found.step) == (DISUSE, "lock") and rule.notice_days > 0


def _told_on(was: Told | None, on: date) -> date | None:
    """The day its notice was told, this one where none was; None where its lock is asked for already."""
    if was is None:
        return on
    return None if was.step in ASKED else was.asked_on


def _waits(each: Judged, told_on: date, until: date) -> str:
    return f"{each.found.detail}; told of on {told_on}, so it locks on {until} unless it is used"
