"""What the packs say, as small tables to join on: no figure is looked up account by account."""

from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa

from careward.core.ids import plain
from careward.core.packs.answers import NOTHING
from careward.core.packs.pack import Pack
from careward.core.packs.safety import GO_FREELY
from careward.engines.analysis.tables import ArrowShape, arrow

LIVE = "live"

SYSTEM = ArrowShape(
    {
        "system": "string",
        "system_kind": "string",
        "pack": "string",
        "lock_days": "int64",
        "close_days": "int64",
        "notice_days": "int64",
        "first_asked_days": "int64",
        "most_share": "int64",
        "least_accounts": "int64",
        "absence_step": "string",
    }
)
CLAUSE = ArrowShape({"system": "string", "duty": "string", "pack_clause": "string"})
APPROVER = ArrowShape({"system": "string", "environment": "string", "approver_role": "string", "exceptional": "boolean"})
COURSE = ArrowShape(
    {
        "pack": "string",
        "course": "string",
        "title": "string",
        "months": "int64",
        "declaration": "boolean",
        "clause": "string",
        "declaration_clause": "string",
    }
)
COURSE_NAME = ArrowShape({"pack": "string", "course": "string", "course_key": "string"})
ANSWER = ArrowShape({"pack": "string", "answer": "string", "answer_step": "string", "answer_clause": "string"})
LONG_TERM = ArrowShape({"pack": "string", "kind": "string"})


SHAPES = {
    "pack_systems": SYSTEM,
    "pack_clauses": CLAUSE,
    "pack_approvers": APPROVER,
    "pack_courses": COURSE,
    "pack_course_names": COURSE_NAME,
    "pack_answers": ANSWER,
    "pack_absence_kinds": LONG_TERM,
    "pack_absence_statuses": LONG_TERM,
}


def figures(systems: Iterable[Mapping[str, Any]], environments: Iterable[str], packs: Mapping[str, Pack]) -> dict[str, pa.Table]:
    """The packs' figures for these systems (rows of SYSTEMS) and environments, by SHAPES. Raises KeyError for a pack that is not given."""
    rows = list(systems)
    used = {name: packs[name] for name in sorted({r["pack"] for r in rows})}
    found: dict[str, list[tuple[Any, ...]]] = {
        "pack_systems": [_system(r, used[r["pack"]]) for r in rows],
        "pack_clauses": [(r["system"], *pair) for r in rows for pair in _clauses(r["system"], used[r["pack"]])],
        "pack_approvers": _approvers(rows, sorted(set(environments)), used),
        "pack_courses": [(name, *c) for name, p in used.items() for c in _courses(p)],
        "pack_course_names": sorted({(name, *c) for name, p in used.items() for c in _course_names(p)}),
        "pack_answers": [(name, *a) for name, p in used.items() for a in _answers(p)],
        "pack_absence_kinds": sorted({(name, k) for name, p in used.items() for k in p.absence.kinds}),
        "pack_absence_statuses": sorted({(name, s) for name, p in used.items() for s in p.absence.statuses}),
    }
    return {name: arrow(shape, found[name]) for name, shape in SHAPES.items()}


def _system(row: Mapping[str, Any], pack: Pack) -> tuple[Any, ...]:
    own, safety = pack.inactivity_for(row["system"]), pack.safety  # EL-036: each system may have its own figure
    days = own.lock_after_days, own.close_after_days, own.notice_days, own.first_asked_after_days
    return (row["system"], row["kind"], row["pack"], *days, safety.most_share_percent, GO_FREELY + 1, pack.absence.step)


def _clauses(system: str, pack: Pack) -> list[tuple[str, str]]:
    idle = pack.inactivity_for(system)
    steps = [("lock", idle.lock_clause), ("close", idle.close_clause), ("warn", idle.warn_clause)]
    return [(code, rule.clause) for code, rule in pack.findings.items()] + [(f"account.inactive/{step}", clause) for step, clause in steps]


def _approvers(rows: list[Mapping[str, Any]], environments: list[str], packs: Mapping[str, Pack]) -> list[tuple[Any, ...]]:
    out = set()
    for row in rows:
        pack = packs[row["pack"]]
        for environment in environments:
            exceptional = pack.registration.exception_approvers  # PA-009
            usual = (*pack.registration.approvers, *exceptional)  # PA-008
            if environment != LIVE:
                usual = exceptional = pack.environment_approvers(environment)  # PA-018
            out |= {(row["system"], environment, role, False) for role in usual}
            out |= {(row["system"], environment, role, True) for role in exceptional}
    return sorted(out)


def _courses(pack: Pack) -> list[tuple[Any, ...]]:
    return [(c.code, c.title, c.valid_months, c.declaration, c.clause, c.declaration_clause) for c in pack.training]


def _answers(pack: Pack) -> list[tuple[str, str, str]]:
    return [(answer, rule.step, rule.clause) for answer, rule in pack.answers.items() if rule.step != NOTHING]


def _course_names(pack: Pack) -> list[tuple[str, str]]:
    return [(c.code, plain(name)) for c in pack.training for name in (c.code, *c.aliases)]
