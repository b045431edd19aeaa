"""Whose each account is, for all at once. Must agree with careward.access.accounts.rules.matching.

Each identifier becomes a small table with one row a value: the lowest and the highest person who has it. Three equi-joins
then tell one person from several without ever listing pairs, so that a blank-like value shared by thousands costs nothing.
"""

import itertools

import ibis
from ibis.expr.types import BooleanValue, StringValue, Table

from careward.core.ids import MOST_SHARING
from careward.engines.analysis.tables import looked_up, without

IDENTIFIERS = (("employee_number", "employee number"), ("smartcard", "smartcard"), ("email", "e-mail address"))
FIELDS = tuple(field for field, _ in IDENTIFIERS)


def plain(column: StringValue) -> StringValue:
    """An identifier as it is compared: case makes no difference. What else makes none is out of the text before it comes here.

    Few have a blank at an end, and looking for one takes an eighth of the time that taking blanks from all does.
    """
    return (column.startswith(" ") | column.endswith(" ")).ifelse(column.strip().lower(), column.lower())


def plain_username(accounts: Table) -> StringValue:
    """The user name of accounts as it is compared; it is shown as its list has it."""
    return accounts.username_spelt.coalesce(plain(accounts.username))


def plain_number(people: Table) -> StringValue:
    """The employee number of people as it is compared; it is shown as the staff list has it."""
    return people.number_spelt.coalesce(plain(people.employee_number))


def matched(accounts: Table, people: Table) -> Table:
    """Each account with `fits` (0, 1, or 2 for two or more), `person_id` (only where one fits), and for each identifier
    whether the account has it (`by_email`) and whether it is somebody's (`fits_email`), in place of the identifiers themselves.
    """
    out = without(accounts.mutate(**{f"{f}_key": _key(accounts, f) for f in FIELDS}), *FIELDS)
    for field in FIELDS:
        out = looked_up(out, _owners(people, field), [f"{field}_key"])
    low, high = ibis.least(*[out[f"{f}_low"] for f in FIELDS]), ibis.greatest(*[out[f"{f}_high"] for f in FIELDS])
    known = {f"by_{f}": out[f"{f}_key"].notnull() for f in FIELDS} | {f"fits_{f}": out[f"{f}_low"].notnull() for f in FIELDS}
    fits = ibis.cases((low.isnull(), 0), (low == high, 1), else_=2).cast("int64")
    kept = [c for c in accounts.columns if c not in FIELDS]
    return out.select(*kept, fits=fits, person_id=(low == high).ifelse(low, None), **known)


def ways(table: Table) -> StringValue:
    """By which identifiers persons fit, in words."""
    return _listed([table[f"fits_{f}"] for f in FIELDS])


def given(table: Table) -> StringValue:
    """Which identifiers the account carries, in words; empty where none."""
    return _listed([table[f"by_{f}"] for f in FIELDS])


def _key(accounts: Table, field: str) -> StringValue:
    mine = accounts.kind != "service"  # a service account is nobody's
    return mine.ifelse(plain(accounts[field]).nullif(""), None)


def _owners(people: Table, field: str) -> Table:
    key = plain_number(people) if field == "employee_number" else plain(people[field])
    keyed = people.select("person_id", key=key.nullif("")).filter(lambda t: t.key.notnull())
    found = keyed.group_by("key").agg(low=lambda t: t.person_id.min(), high=lambda t: t.person_id.max(), people=lambda t: t.count())
    found = found.filter(found.people <= MOST_SHARING)
    return found.select(**{f"{field}_key": found.key, f"{field}_low": found.low, f"{field}_high": found.high})


def _listed(flags: list[BooleanValue]) -> StringValue:
    names = [name for _, name in IDENTIFIERS]
    choices = [c for c in itertools.product((True, False), repeat=len(names)) if any(c)]
    branches = [(_all(flags, chosen), ", ".join(itertools.compress(names, chosen))) for chosen in choices]
    return ibis.cases(*branches, else_="")


def _all(flags: list[BooleanValue], chosen: tuple[bool, ...]) -> BooleanValue:
    first, *rest = [flag if wanted else ~flag for flag, wanted in zip(flags, chosen, strict=True)]
    for condition in rest:
        first = first & condition
    return first
