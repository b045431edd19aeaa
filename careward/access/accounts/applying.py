"""The accounts to which a duty applies that is about few of all, and those of them that are as it asks: counted from the facts alone.

Of who has left the accounts that are shut; of the unused those that are locked, or closed; of who is away for long those that are locked.
Each of the others is a finding. A run keeps what is counted here beside its findings, so that both are of one moment.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from functools import reduce
from operator import or_

from django.db.models import Case, CharField, Count, Q, QuerySet, Value, When

from careward.access.accounts.models import Account
from careward.access.accounts.rules.shapes import OF_A_PERSON
from careward.core.days import LONDON
from careward.core.packs.answers import KEEP
from careward.core.packs.pack import Pack
from careward.people.staff import gone_or_away
from careward.people.staff.packs import pack_on
from careward.systems.register.models import System

LEFT, LOCK, CLOSE, AWAY = "account.leaver", "account.inactive/lock", "account.inactive/close", "account.absent"
OF_FEW = frozenset({LEFT, LOCK, CLOSE, AWAY, "account.inactive/warn"})  # the codes of findings whose duty is about few accounts
LATELY = timedelta(days=365)  # what a system no longer lists is remembered for a year
InOrder = Mapping[str, Mapping[str, int]]


def in_order(organisation_id: int, on: date) -> dict[str, dict[str, int]]:
    """By pack and code, how many accounts of those to whom the duty applies on a day are as it asks: one query each, and one a pack."""
    found: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for code, rows in as_asked(organisation_id, on):
        for pack, number in rows.order_by().values_list("system__pack").annotate(Count("id")):
            found[pack][code] = found[pack].get(code, 0) + number
    return dict(found)


def as_asked(organisation_id: int, on: date) -> tuple[tuple[str, QuerySet[Account]], ...]:
    """The accounts that are as a duty asks, by the code that speaks for it; one code may come again, of other accounts."""
    systems = list(System.objects.filter(organisation_id=organisation_id).order_by("id").values_list("id", "code", "pack"))
    packs = {name: pack_on(name, on) for _, _, name in systems}
    absent = _locked_of_the_absent(organisation_id, packs, on)
    unused = _unused(organisation_id, systems, packs, on)
    return (
        (LEFT, _shut_of_leavers(organisation_id, on)),
        *unused,
        *((AWAY, each) for each in absent),
    )


def _shut_of_leavers(organisation_id: int, on: date) -> QuerySet[Account]:
    """PA-029, EL-041: of those who have left, what is closed, or no longer in the list of its system."""
    shut = Q(status="closed", gone_on=None) | Q(gone_on__gt=on - LATELY)
    people = gone_or_away.left(organisation_id=organisation_id, on=on)
    return Account.objects.filter(shut, organisation_id=organisation_id, person__in=people, fits=1).exclude(kind="service")


def _locked_of_the_absent(organisation_id: int, packs: Mapping[str, Pack], on: date) -> Iterator[QuerySet[Account]]:
    """EL-033: of those away for long, as each pack counts it, the accounts that are locked."""
    rows = Account.objects.filter(organisation_id=organisation_id, gone_on=None, status="locked", fits=1, kind__in=OF_A_PERSON)
    for rule in {pack.absence for pack in packs.values()}:
        alike = [name for name, pack in packs.items() if pack.absence == rule]
        people = gone_or_away.away(organisation_id=organisation_id, on=on, rule=rule)
        yield rows.filter(system__pack__in=alike, person__in=people)


def _unused(
    organisation_id: int, systems: list[tuple[int, str, str]], packs: Mapping[str, Pack], on: date
) -> Iterator[tuple[str, QuerySet[Account]]]:  # fmt: skip
    """PA-033, PA-035, EL-035: of those unused for so long, what is locked or closed, and what a manager says is needed still."""
    figures: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
    for number, code, name in systems:
        rule = packs[name].inactivity_for(code)
        figures[rule.lock_after_days, rule.close_after_days].append(number)
    close = [_idle(ids, days, on) for (_, days), ids in figures.items() if days]
    lock = [_idle(ids, days, on) for (days, _), ids in figures.items() if days]
    if not close and not lock:
        return
    nothing = Q(pk__in=())
    due = Case(
        When(reduce(or_, close, nothing), then=Value(CLOSE)), When(reduce(or_, lock, nothing), then=Value(LOCK)),
        default=Value(""), output_field=CharField(),
    )  # fmt: skip
    rows = Account.objects.filter(organisation_id=organisation_id, gone_on=None).exclude(kind="service").annotate(due=due)
    keeping = [name for name, pack in packs.items() if pack.answers["still_needed"].step == KEEP]
    kept = Q(status="active", system__pack__in=keeping, answers__answer="still_needed", answers__ended_at=None)
    kept &= Q(answers__from_on__lte=on, answers__until__gte=on)
    for which, code in ((Q(due=CLOSE, status="closed"), CLOSE), (Q(due=LOCK) & ~Q(status="active"), LOCK), (Q(due=LOCK) & kept, LOCK)):
        yield code, rows.filter(which)


def _idle(systems: list[int], days: int, on: date) -> Q:
    """The accounts of some systems that were last used, and made, so many days ago or more; rules.states says it of one."""
    last = on - timedelta(days=days)
    used = Q(last_used_at=None) | Q(last_used_at__lt=datetime.combine(last + timedelta(days=1), time.min, LONDON))
    made = Q(created_on=None) | Q(created_on__lte=last)
    return Q(system_id__in=systems) & used & made & ~Q(last_used_at=None, created_on=None)
