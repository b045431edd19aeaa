"""How reconciliation runs, as queries: written in Ibis, compiled for each engine and kept as text (`queries`).

    tables (tables.RECONCILED) and the packs' figures (figures.SHAPES)
      -> several: places with more than one approval; led, not_managers: approvals by who is known to have been no line manager
      -> judged: one row an account, with whose it is and all that rules ask
      -> answered: what was answered about an account, where it counts
      -> differing: rights that differ; doubled: who has two accounts where one is enough
      -> lines: one table a rule, of the open accounts -> findings

Each stage is kept as a table of its own, so that the joins run once however many rules read them, and none is so wide that it is spilled.
"""

import json
from collections.abc import Mapping
from datetime import date
from functools import lru_cache

import ibis
from ibis.expr.types import DateValue, Table

from careward.engines.analysis.reconciliation import answers, changes, holding, matching, rights, wrongs
from careward.engines.analysis.reconciliation.figures import SHAPES
from careward.engines.analysis.reconciliation.queries import DAY
from careward.engines.analysis.tables import FINDINGS, NUMBER, RECONCILED, SORTS, SYSTEMS, ArrowShape, looked_up, without

OPEN = ("active", "locked")
ORDER = ("system", "environment", "username", "code", "topic", "account_id")
ANY_DAY = date(1234, 5, 6)  # whose literal stands nowhere else


@lru_cache(maxsize=8)
def plan(on: date, dialect: str) -> dict[str, str]:
    """The queries of a reconciliation on a day by name, in an engine's dialect; every engine takes the same expressions."""
    t = {name: _table(name, shape) for name, shape in {**RECONCILED, **SHAPES}.items()}
    day = ibis.date(on.isoformat())
    several = rights.several(t["authorisations"], day)
    staff = rights.Staff(t["people"], t["assignments"], t["role_holders"].union(t["grants"]), t["deputies"])
    led = rights.led(t["authorisations"], staff)
    not_managers = rights.not_managers(_kept("led", led), staff)
    approving = rights.Approving(t["pack_approvers"], staff, _kept("not_managers", not_managers))
    judged = _judged(t, _kept("several", several), approving, day)
    everyone = _kept("judged", judged)
    opened = everyone.filter(everyone.status.isin(OPEN))
    answered = answers.answered(opened, t["answers"], t["pack_answers"], day)
    differing = rights.differences(wrongs.personal(opened))  # a shared account has no rights of a person to differ from
    doubled = wrongs.doubled(opened)
    told = {"differing": differing, "doubled": doubled, "answered": answered}
    lines = _lines(opened, {**t, **{name: _kept(name, rows) for name, rows in told.items()}}, day)
    findings = _findings(_kept("lines", lines), opened, t)
    asked = {
        "systems": t["systems"].select(*SYSTEMS.names),
        "systems_seen": t["accounts"].select(name="system").distinct(),
        "environments_seen": t["authorisations"].select(name="environment").distinct(),
        "stage/several": several,
        "stage/led": led,
        "stage/not_managers": not_managers,
        "stage/judged": judged,
        "stage/answered": answered,
        "stage/differing": differing,
        "stage/doubled": doubled,
        "stage/lines": lines,
        "findings": findings.order_by(*ORDER),
        "moved": changes.moved(everyone).order_by("account_id"),
        "sorts": changes.sorts(opened).select(*SORTS.names).order_by(*changes.SORT),
        "accounts": everyone.agg(number=everyone.count()).select(*NUMBER.names),
    }
    return {name: str(ibis.to_sql(rows, dialect=dialect, pretty=True)) for name, rows in asked.items()}


def to_keep(dialect: str) -> str:
    """What `queries` reads: the queries of any day, with the place of the day marked."""
    told = f"MAKE_DATE({ANY_DAY.year}, {ANY_DAY.month}, {ANY_DAY.day})"  # as both engines have it
    said = {name: text.replace(told, DAY).split("\n") for name, text in plan(ANY_DAY, dialect).items()}
    return json.dumps(said, indent=1) + "\n"


def _table(name: str, shape: ArrowShape) -> Table:
    return ibis.table(ibis.schema(shape.columns), name=name)


def _kept(name: str, rows: Table) -> Table:
    return ibis.table(rows.schema(), name=name)


def _judged(t: Mapping[str, Table], several: Table, approving: rights.Approving, on: DateValue) -> Table:
    systems = without(t["pack_systems"], "most_share", "least_accounts")
    matched = matching.matched(t["accounts"], t["people"]).join(systems, "system")
    given = rights.authority(t["authorisations"], several, approving, on)
    return rights.set_against(looked_up(matched, given, rights.PLACE))


def _lines(judged: Table, t: Mapping[str, Table], on: DateValue) -> Table:
    away = holding.away(t["absences"], t["assignments"], t["pack_absence_kinds"], t["pack_absence_statuses"], on)
    gaps = holding.untrained(t["people"], t["training"], t["pack_courses"], t["pack_course_names"], on)
    leavers, answered = holding.leavers(t["assignments"], on), t["answered"]
    return ibis.union(
        wrongs.leaver(judged, leavers),
        wrongs.inactive(judged, answered, on),
        answers.not_needed(answered),
        answers.gone(answered, leavers),
        answers.nobodys(answered),
        wrongs.use_unknown(judged),
        wrongs.contradicted(judged),
        wrongs.unmatched(judged, answered),
        wrongs.ambiguous(judged, answered),
        wrongs.duplicate(judged, t["doubled"]),
        wrongs.generic_unapproved(judged, t["generic"], on),
        wrongs.owner_left(judged, t["generic"], leavers, on),
        wrongs.admin_unapproved(judged),
        wrongs.absent(judged, away, answered),
        wrongs.unauthorised(judged, on),
        wrongs.environment(judged, on),
        wrongs.untrained(judged, gaps),
        wrongs.unregistered(judged, t["people"], on),
        wrongs.entitlement(t["differing"]),
    )


def _findings(lines: Table, judged: Table, t: Mapping[str, Table]) -> Table:
    about = judged.select("account_id", "person_id", "system", "environment", "username", "status", "created_on")
    told = looked_up(lines.join(about, "account_id"), t["people"].select("person_id", "employee_number"), ["person_id"])
    told = looked_up(told, t["pack_clauses"], ["system", "duty"])
    settled = (told.step == "lock") & (told.status == "locked")
    later = told.since.isnull() | (told.created_on > told.since)  # nothing is wrong before it exists
    since = ibis.cases((later, told.created_on), else_=told.since)
    found = told.mutate(clause=told.clause.coalesce(told.pack_clause), settled=settled, since=since).select(*FINDINGS.names)
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
        since=ibis.null("date"),
    )
