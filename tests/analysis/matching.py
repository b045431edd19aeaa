"""Whose each account is, apart from what follows from it: a step of the comparison, asked alone."""

from typing import Any

import ibis
import pyarrow as pa

from careward.engines.analysis.engine import Engine
from careward.engines.analysis.reconciliation import compare, matching
from careward.engines.analysis.tables import ACCOUNTS, MATCHES, PEOPLE

SHAPES = {"accounts": ACCOUNTS, "people": PEOPLE}


def match(accounts: Any, people: Any, *, engine: Engine = compare.DUCKDB) -> pa.Table:
    """`fits` is 0, 1, or 2 for two or more; `person_id` is null unless one fits."""
    asked = matching.matched(*(ibis.table(ibis.schema(shape.columns), name=name) for name, shape in SHAPES.items()))
    with engine.session() as session:
        compare._hold(session, {"accounts": accounts, "people": people}, SHAPES)
        return session.read(str(ibis.to_sql(asked.select(*MATCHES.names).order_by("account_id"), dialect=engine.dialect)), MATCHES)
