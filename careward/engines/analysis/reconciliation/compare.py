"""Compares what is authorised with what exists, for every account at once. The single form is careward.access.accounts.rules."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from careward.core.packs.pack import Pack
from careward.core.ports import Found
from careward.engines.analysis.reconciliation.figures import figures
from careward.engines.analysis.reconciliation.plan import matches, plan
from careward.engines.analysis.tables import ACCOUNTS, FINDINGS, MATCHES, PEOPLE, RECONCILED, ShapeError, shaped


@dataclass(frozen=True, slots=True)
class Compared:
    findings: pa.Table  # tables.FINDINGS, in the order of system, environment, user name, code and topic
    matches: pa.Table  # tables.MATCHES, one row an account


def reconcile(tables: Mapping[str, Any], *, on: date, packs: Mapping[str, Pack]) -> list[Found]:
    """Every line of one organisation's reconciliation on a day, in order. Raises ShapeError, or KeyError for a pack not given."""
    return as_found(compare(tables, on=on, packs=packs).findings)


def compare(tables: Mapping[str, Any], *, on: date, packs: Mapping[str, Pack]) -> Compared:
    """Findings with the accounts and persons they are about, and whose each account is.

    `tables` holds an Arrow or Ibis table for each name of tables.RECONCILED. Raises ShapeError, or KeyError for a pack not given.
    """
    facts = shaped(tables, RECONCILED)
    steps = plan(on)
    with _engine({**facts, **_figures(facts, packs)}) as engine:
        for name, query in steps.stages:
            engine.execute(f"CREATE TEMP TABLE {name} AS {query}")
        return Compared(_read(engine, steps.findings, FINDINGS), _read(engine, steps.matches, MATCHES))


def match(accounts: Any, people: Any) -> pa.Table:
    """Whose each account is (tables.MATCHES): `fits` is 0, 1, or 2 for two or more; `person_id` is null unless one fits."""
    facts = shaped({"accounts": accounts, "people": people}, {"accounts": ACCOUNTS, "people": PEOPLE})
    with _engine(facts) as engine:
        return _read(engine, matches(), MATCHES)


def as_found(findings: pa.Table) -> list[Found]:
    """Rows of tables.FINDINGS as the lines that leave the analysis."""
    columns = [findings[f.name].to_pylist() for f in fields(Found)]
    return [Found(*row) for row in zip(*columns, strict=True)]


def _figures(facts: Mapping[str, pa.Table], packs: Mapping[str, Pack]) -> dict[str, pa.Table]:
    systems = facts["systems"].to_pylist()
    seen = set(pc.unique(facts["accounts"]["system"]).to_pylist())
    if strangers := sorted(seen - {row["system"] for row in systems}):
        raise ShapeError(f"accounts: system {strangers[0]!r} is not in the table of systems; add its row")
    return figures(systems, pc.unique(facts["authorisations"]["environment"]).to_pylist(), packs)


@contextmanager
def _engine(tables: Mapping[str, pa.Table]) -> Iterator[duckdb.DuckDBPyConnection]:
    """A DuckDB in memory that reads these tables where they lie, for one reconciliation."""
    with duckdb.connect() as engine:
        for name, table in tables.items():
            engine.register(name, table)
        yield engine


def _read(engine: duckdb.DuckDBPyConnection, query: str, shape: Any) -> pa.Table:
    return engine.execute(query).fetch_arrow_table().cast(shape.to_pyarrow())
