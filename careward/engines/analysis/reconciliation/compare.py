"""Compares what is authorised with what exists, for every account at once. The single form is careward.access.accounts.rules."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

import pyarrow as pa

from careward.core.packs.pack import Pack
from careward.core.ports import Found
from careward.engines.analysis.engine import DuckDb, Engine, Rows, Session
from careward.engines.analysis.reconciliation.figures import SHAPES, figures
from careward.engines.analysis.reconciliation.queries import Queries, queries
from careward.engines.analysis.tables import (
    FINDINGS,
    MATCHES,
    NAMES,
    NUMBER,
    RECONCILED,
    SORTS,
    SYSTEMS,
    ArrowShape,
    ShapeError,
)

DUCKDB = DuckDb()


@dataclass(frozen=True, slots=True)
class Compared:
    findings: pa.Table  # tables.FINDINGS, in the order of system, environment, user name, code and topic
    moved: pa.Table  # tables.MATCHES, of the accounts that are somebody else's than was written down, by their ids
    sorts: pa.Table  # tables.SORTS
    accounts: int


def reconcile(tables: Mapping[str, Any], *, on: date, packs: Mapping[str, Pack], engine: Engine = DUCKDB) -> list[Found]:
    """Every line of one organisation's reconciliation on a day, in order. Raises ShapeError, or KeyError for a pack not given."""
    return as_found(compare(tables, on=on, packs=packs, engine=engine).findings)


def compare(tables: Mapping[str, Any], *, on: date, packs: Mapping[str, Pack], engine: Engine = DUCKDB) -> Compared:
    """Findings with the accounts and persons they are about, and what changes of the accounts themselves.

    `tables` holds, for each name of tables.RECONCILED, an Arrow table, a reader of record batches, a path to Parquet, or an Ibis table.
    Raises ShapeError, or KeyError for a pack not given.
    """
    steps = queries(on, engine.dialect)
    with engine.session() as session:
        _hold(session, tables, RECONCILED)
        _hold(session, _figures(session, steps, packs), SHAPES)
        for name, query in steps.stages:
            session.keep(name, query)
        count = session.read(steps.accounts, NUMBER)["number"][0].as_py()
        return Compared(session.read(steps.findings, FINDINGS), session.read(steps.moved, MATCHES), session.read(steps.sorts, SORTS), count)


def as_found(findings: pa.Table) -> list[Found]:
    """Rows of tables.FINDINGS as the lines that leave the analysis."""
    columns = [findings[f.name].to_pylist() for f in fields(Found)]
    return [Found(*row) for row in zip(*columns, strict=True)]


def _hold(session: Session, tables: Mapping[str, Any], shapes: Mapping[str, ArrowShape]) -> None:
    if missing := sorted(shapes.keys() - tables.keys()):
        raise ShapeError(f"no table {missing[0]!r}; give each of {', '.join(shapes)}, empty where there is nothing")
    for name, shape in shapes.items():
        rows = tables[name]
        session.hold(name, rows if isinstance(rows, Rows) else rows.to_pyarrow(), shape)


def _figures(session: Session, steps: Queries, packs: Mapping[str, Pack]) -> dict[str, pa.Table]:
    systems = session.read(steps.systems, SYSTEMS).to_pylist()
    seen = session.read(steps.systems_seen, NAMES)["name"].to_pylist()
    if strangers := sorted(set(seen) - {row["system"] for row in systems}):
        raise ShapeError(f"accounts: system {strangers[0]!r} is not in the table of systems; add its row")
    return figures(systems, session.read(steps.environments_seen, NAMES)["name"].to_pylist(), packs)
