"""How reconciliation runs, as queries: written in Ibis, compiled once for a day and kept.

    tables (tables.RECONCILED) and the packs' figures (figures.SHAPES)
      -> judged: one row an account, with whose it is and all that rules ask -> differing: rights that differ
      -> lines: one table a rule, of the open accounts -> findings

Each stage is kept as a table of its own, so that the joins run once however many rules read them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache, partial

import ibis
from ibis.expr.types import DateValue, Table

from careward.engines.analysis.reconciliation import changes, holding, matching, rights, wrongs
from careward.engines.analysis.reconciliation.figures import SHAPES
from careward.engines.analysis.tables import FINDINGS, MATCHES, NUMBER, RECONCILED, SORTS, SYSTEMS, looked_up

OPEN = ("active", "locked")
ORDER = ("system", "environment", "username", "code", "topic", "account_id")
NAMES = ibis.schema({"name": "string"})


@dataclass(frozen=True, slots=True)
class Plan:
    stages: tuple[tuple[str, str], ...]  # a table to keep, and its query
    findings: str
    moved: str
    sorts: str
    accounts: str
    systems: str  # asked before the packs' figures are made: the systems, those that accounts name, and the environments that are approved
    systems_seen: str
    environments_seen: str


@lru_cache(maxsize=8)
def plan(on: date, dialect: str) -> Plan:
    """The queries of a reconciliation on a day, in an engine's dialect; every engine takes the same expressions."""
    t = {name: ibis.table(shape, name=name) for name, shape in {**RECONCILED, **SHAPES}.items()}
    day = ibis.date(on.isoformat())
    judged = _judged(t, day)
    everyone = _kept("judged", judged)
    opened = everyone.filter(everyone.status.isin(OPEN))
    differing = rights.differences(wrongs.personal(opened))  # a shared account has no rights of a person to differ from
    lines = _lines(opened, _kept("differing", differing), t, day)
    findings = _findings(_kept("lines", lines), opened, t)
    sql = partial(_sql, dialect=dialect)
    return Plan(
        stages=(("judged", sql(judged)), ("differing", sql(differing)), ("lines", sql(lines))),
        findings=sql(findings.order_by(*ORDER)),
        moved=sql(changes.moved(everyone).order_by("account_id")),
        sorts=sql(changes.sorts(opened).select(*SORTS.names).order_by(*changes.SORT)),
        accounts=sql(everyone.agg(number=everyone.count()).select(*NUMBER.names)),
        systems=sql(t["systems"].select(*SYSTEMS.names)),
        systems_seen=sql(t["accounts"].select(name="system").distinct()),
        environments_seen=sql(t["authorisations"].select(name="environment").distinct()),
    )


@lru_cache(maxsize=2)
def matches(dialect: str) -> str:
    """The query that says whose each account is, and no more."""
    t = {name: ibis.table(RECONCILED[name], name=name) for name in ("accounts", "people")}
    return _sql(matching.matched(t["accounts"], t["people"]).select(*MATCHES.names).order_by("account_id"), dialect=dialect)


def _kept(name: str, rows: Table) -> Table:
    return ibis.table(rows.schema(), name=name)


def _sql(rows: Table, *, dialect: str) -> str:
    return str(ibis.to_sql(rows, dialect=dialect, pretty=False))


def _judged(t: Mapping[str, Table], on: DateValue) -> Table:
    systems = t["pack_systems"].drop("most_share", "least_accounts")
    matched = matching.matched(t["accounts"], t["people"]).join(systems, "system")
    return looked_up(
        matched, rights.authority(t["authorisations"], t["pack_approvers"], t["people"], on), ["system", "environment", "person_id"]
    )


def _lines(judged: Table, differing: Table, t: Mapping[str, Table], on: DateValue) -> Table:
    away = holding.away(t["absences"], t["assignments"], t["pack_absence_kinds"], t["pack_absence_statuses"], on)
    gaps = holding.untrained(t["people"], t["training"], t["pack_courses"], t["pack_course_names"], on)
    return ibis.union(
        wrongs.leaver(judged, holding.leavers(t["assignments"], on)),
        wrongs.inactive(judged, on),
        wrongs.use_unknown(judged),
        wrongs.unmatched(judged),
        wrongs.ambiguous(judged),
        wrongs.duplicate(judged),
        wrongs.generic_unapproved(judged, t["generic"], on),
        wrongs.admin_unapproved(judged),
        wrongs.absent(judged, away),
        wrongs.unauthorised(judged, on),
        wrongs.environment(judged, on),
        wrongs.untrained(judged, gaps),
        wrongs.unregistered(judged, t["people"], on),
        wrongs.entitlement(differing),
    )


def _findings(lines: Table, judged: Table, t: Mapping[str, Table]) -> Table:
    about = judged.select("account_id", "person_id", "system", "environment", "username", "status")
    told = looked_up(lines.join(about, "account_id"), t["people"].select("person_id", "employee_number"), ["person_id"])
    told = looked_up(told, t["pack_clauses"], ["system", "duty"])
    settled = (told.step == "lock") & (told.status == "locked")
    found = told.mutate(clause=told.clause.coalesce(told.pack_clause), settled=settled).select(*FINDINGS.names)
    return found.union(_unsafe(found, judged, t["pack_systems"], t["pack_clauses"]))


def _unsafe(found: Table, judged: Table, systems: Table, clauses: Table) -> Table:
    """House: one line for each system whose plan would lock or close more than its pack's share of open accounts."""
    acted = found.filter(found.step.isin(("lock", "close")) & ~found.settled)
    changes = acted.group_by("system").agg(changes=acted.account_id.nunique())
    totals = judged.group_by("system").agg(open_accounts=judged.count())
    t = changes.join(totals, "system").join(systems, "system").join(clauses, "system")
    t = t.filter(t.duty == "feed.unsafe", t.changes >= t.least_accounts, t.changes * 100 > t.most_share * t.open_accounts)
    detail = "It would lock or close " + t.changes.cast("string") + " of " + t.open_accounts.cast("string") + " open accounts; more than "
    nobody, nothing = ibis.null("int64"), ibis.literal("")
    return t.select(
        account_id=nobody,
        person_id=nobody,
        system=t.system,
        environment=nothing,
        username=nothing,
        employee_number=ibis.null("string"),
        code=ibis.literal("feed.unsafe"),
        step=ibis.literal("ask"),
        clause=t.pack_clause,
        detail=detail + t.most_share.cast("string") + " in 100 waits for a named person's word",
        topic=nothing,
        settled=ibis.literal(False),
    )
