"""How fast what is authorised is compared with what exists: every account at once, against one account at a time.

Accounts and rights counted: accounts, each role and team seen, each role and team authorised.
"""

import time
from collections import defaultdict
from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

import duckdb
import pyarrow as pa

from careward.access.accounts.rules import shapes
from careward.access.accounts.rules.judging import judge
from careward.access.accounts.rules.matching import Facts, prepare
from careward.access.authorisations.rules import Authority, split
from careward.core.packs.pack import Pack
from careward.core.packs.pack import load as load_pack
from careward.engines.analysis.reconciliation.compare import compare
from careward.engines.analysis.tables import RECONCILED, empty
from careward.people.staff.rules import CourseTaken, Tenure

ON = date(2026, 11, 22)
PEOPLE, SYSTEMS = 20_000, 20
STOOD = ("was_person_id", "was_fits")  # no question of the rules
SAMPLE = 100_000  # accounts, for the single form

# One account in 33 has a right too many; one in 25 is long unused; one person in 50 has left; one in 20 lacks training.
EACH = "from range({people}) p(i), range({systems}) s(j)"
WORLD = {
    "systems": """
        select 'system-' || i as system, if(i % 3 = 0, 'clinical', 'corporate') as kind, if(i % 2 = 0, 'tewv', 'elft') as pack
        from range({systems}) s(i)""",
    "people": """
        select i as person_id, 'E' || i as employee_number, 'person' || i || '@trust.example' as email, 'C' || i as smartcard,
            if(i % 100 = 0, date '2026-01-01', date '2027-06-01') as registration_expires_on, null as number_spelt
        from range({people}) p(i)""",
    "assignments": """
        select i as person_id, 'active' as status, if(i % 50 = 0, date '2026-06-30', null) as end_on, null::date as gone_on
        from range({people}) p(i)""",
    "training": """
        select i as person_id, c as course, 'passed' as result, date '2026-03-01' as completed_on, null::date as expires_on,
            date '2026-03-01' as declaration_signed_on
        from range({people}) p(i), (values ('dspt'), ('paris')) v(c) where i % 20 <> 0 or c = 'paris'""",
    "authorisations": f"""
        select 'system-' || j as system, 'live' as environment, i as person_id, 'normal' as kind,
            'clinician;role ' || i % 7 as roles, 'north;team ' || i % 40 as teams,
            'E' || (i + 1) % {{people}} as approved_by, 'line_manager' as approver_role, date '2025-05-01' as approved_on,
            if((i + j) % 200 = 0, date '2026-10-01', null) as expires_on, '' as exception_reason
        {EACH}""",
    "accounts": f"""
        select i * {{systems}} + j as account_id, 'system-' || j as system, 'live' as environment, 'person' || i as username,
            if(i % 5 = 0, '', 'E' || i) as employee_number, 'Person' || i || '@trust.example' as email, '' as smartcard,
            if((i + j) % 40 = 0, 'locked', 'active') as status, 'normal' as kind, date '2024-01-01' as created_on,
            null as username_spelt, false as contradicted, null as was_person_id, null as was_fits,
            date '2026-11-22' - (if((i * 7 + j) % 25 = 0, 120, i % 28))::int as last_used_on,
            'clinician;role ' || (i + if((i + j) % 33 = 0, 1, 0)) % 7 as roles, 'north;team ' || i % 40 as teams
        {EACH}""",
}


def world(people: int = PEOPLE, systems: int = SYSTEMS) -> dict[str, pa.Table]:
    """A trust's tables, made in memory: each person holds one account on each system."""
    with duckdb.connect() as con:
        made = {name: con.execute(query.format(people=people, systems=systems)).fetch_arrow_table() for name, query in WORLD.items()}
    return {
        name: made[name].select(shape.names).cast(shape.to_pyarrow()) if name in made else empty(shape)
        for name, shape in RECONCILED.items()
    }


def things(tables: dict[str, pa.Table]) -> int:
    """Accounts and rights: an account, each role and team seen, each role and team authorised."""
    with duckdb.connect() as con:
        con.register("accounts", tables["accounts"])
        con.register("authorisations", tables["authorisations"])
        rights = "select sum(len(string_split(roles, ';')) + len(string_split(teams, ';'))) from "
        counted = [con.execute(rights + name).fetchone() for name in ("accounts", "authorisations")]
    return int(tables["accounts"].num_rows) + sum(int(row[0]) for row in counted if row)


def measure(*, small: bool = False) -> list[dict[str, Any]]:
    """The rows of the table of measurements."""
    in_force = {name: load_pack(name) for name in ("tewv", "elft")}
    share = 20 if small else 1
    compare(world(100, 5), on=ON, packs=in_force)  # the queries are compiled once a day, not once an organisation
    tables, part = world(PEOPLE // share), world(PEOPLE // share // 20)
    whole_took, part_took = (_seconds(partial(compare, each, on=ON, packs=in_force)) for each in (tables, part))
    few = world(SAMPLE // 5 // share, 5)
    facts, accounts, systems = single(few)
    took = _seconds(lambda: judge_all(facts, accounts, systems, in_force))
    one_by_one = things(few) / took
    return [
        _row("compare: accounts and rights", things(tables) / whole_took, "per_s", 2_000_000, one_by_one, _size(tables)),
        _row("compare: a whole trust", whole_took, "s", 2.0, None, _size(tables)),
        _row("compare: a twentieth of it", part_took, "s", 0.5, None, _size(part)),
        _row("compare: one decision", took / len(accounts) * 1_000_000, "us", 50, None, f"{len(accounts):,} accounts"),
    ]


def _size(tables: dict[str, pa.Table]) -> str:
    return f"{tables['accounts'].num_rows:,} accounts, {tables['people'].num_rows:,} people"


def single(tables: dict[str, pa.Table]) -> tuple[Facts, list[shapes.SeenAccount], dict[str, tuple[shapes.SystemFacts, str]]]:
    """The same world as the single form takes it, indexed once."""
    of_person: dict[str, dict[int, list[Any]]] = {name: defaultdict(list) for name in KINDS}
    for name, rows in of_person.items():
        for row in tables[name].to_pylist():
            rows[row.pop("person_id")].append(KINDS[name](**row))
    people = [_holder(row, of_person) for row in tables["people"].to_pylist()]
    accounts = [shapes.SeenAccount(**_split(row)) for row in tables["accounts"].to_pylist()]
    systems = {r["system"]: (shapes.SystemFacts(r["system"], r["kind"]), r["pack"]) for r in tables["systems"].to_pylist()}
    return prepare(people, accounts), accounts, systems


def _holder(row: dict[str, Any], of_person: dict[str, dict[int, list[Any]]]) -> shapes.Holder:
    mine: dict[str, Any] = {name: tuple(rows[row["person_id"]]) for name, rows in of_person.items()}
    return shapes.Holder(**row, **mine)


def _split(row: dict[str, Any]) -> dict[str, Any]:
    return {name: split(value) if name in ("roles", "teams") else value for name, value in row.items() if name not in STOOD}


KINDS: dict[str, Callable[..., Any]] = {
    "assignments": Tenure,
    "training": CourseTaken,
    "authorisations": lambda **row: Authority(**_split(row)),
}


def judge_all(
    facts: Facts,
    accounts: list[shapes.SeenAccount],
    systems: dict[str, tuple[shapes.SystemFacts, str]],
    in_force: dict[str, Pack],
) -> int:
    """Judges each account by itself; how many lines were found."""
    found = 0
    for account in accounts:
        fits = facts.fits(account)
        system, pack = systems[account.system]
        siblings, generic = facts.siblings(account, fits), facts.generic(account)
        found += len(judge(account, fits=fits, siblings=siblings, generic=generic, system=system, pack=in_force[pack], on=ON))
    return found


def _seconds(act: Callable[[], object], times: int = 3) -> float:
    """The best of a few runs."""
    best = float("inf")
    for _ in range(times):
        began = time.perf_counter()
        act()
        best = min(best, time.perf_counter() - began)
    return best


def _row(name: str, value: float, unit: str, target: float, against: float | None, size: str) -> dict[str, Any]:
    ratio = None if against is None else round(value / against, 2)
    named = None if against is None else f"{against:,.0f} per_s one account at a time"
    return {"name": name, "value": round(value, 3), "unit": unit, "target": target, "against": named, "ratio": ratio, "size": size}


if __name__ == "__main__":
    for row in measure():
        print(row)
