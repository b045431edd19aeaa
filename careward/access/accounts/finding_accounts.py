"""Finding accounts by what somebody types: a user name, with its system where several have it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db.models import Q

from careward.access.accounts.models import Account
from careward.core.rights import Systems
from careward.people.staff.spelling import folded
from careward.systems.register.models import System
from careward.systems.register.queries import within_systems


@dataclass(frozen=True, slots=True)
class AccountFound:
    """An account as a search shows it."""

    id: int
    username: str
    system: str
    person: str


def found_accounts(*, organisation_id: int, words: str, most: int, within: Systems) -> tuple[AccountFound, ...]:
    """The first accounts whose user name begins so: 'cdewhurst', or 'cdewhurst PARIS' for that system's. Two queries at most."""
    typed = re.split(r"[\s,]+", words.strip(" ,"))
    asked = _begins(typed[0]) if len(typed) == 1 else _on_a_system(typed, organisation_id)
    if asked is None:
        return ()
    rows = Account.objects.filter(within_systems(within), asked, organisation_id=organisation_id, gone_on=None)
    rows = rows.select_related("person", "system").order_by("username", "id")[:most]
    return tuple(AccountFound(a.pk, a.username, a.system.name, a.person.name if a.person else "") for a in rows)


def _begins(name: str) -> Q:
    """As it is typed, or without what user names seldom have: accents and apostrophes."""
    plainly = folded(name)
    begun = Q(username__istartswith=name)
    return begun | Q(username__istartswith=plainly) if plainly and " " not in plainly and plainly != name.lower() else begun


def _on_a_system(typed: Sequence[str], organisation_id: int) -> Q | None:
    """User name and system in either order; None where neither half names a system."""
    systems = [(pk, folded(code), folded(name)) for pk, code, name in _systems(organisation_id)]
    asked = None
    for name, system in _halves(typed):
        there = [pk for pk, *called in systems if system and any(each.startswith(system) for each in called)]
        if name and there:
            one = _begins(name) & Q(system_id__in=there)
            asked = one if asked is None else asked | one
    return asked


def _systems(organisation_id: int) -> Iterator[tuple[int, str, str]]:
    return iter(System.objects.filter(organisation_id=organisation_id).values_list("pk", "code", "name"))


def _halves(typed: Sequence[str]) -> tuple[tuple[str, str], tuple[str, str]]:
    return (typed[0], folded(" ".join(typed[1:]))), (typed[-1], folded(" ".join(typed[:-1])))
