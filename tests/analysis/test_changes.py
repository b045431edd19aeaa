"""What a comparison changes of the accounts, by columns, held equal to the same said row by row."""

from collections import Counter

import ibis
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from careward.engines.analysis.engine import DuckDb
from careward.engines.analysis.reconciliation.changes import SORT, moved, sorts
from careward.engines.analysis.tables import MATCHES, SORTS

PERSON = st.none() | st.integers(1, 3)
FITS = st.none() | st.integers(0, 2)
STOOD = ibis.schema({"account_id": "int64", "was_person_id": "int64", "was_fits": "int64", "person_id": "int64", "fits": "int64"})


def said(question, rows: list[tuple], shape: ibis.Schema, answer: ibis.Schema) -> list[dict]:
    values = list(zip(*rows, strict=True)) or [()] * len(shape)
    fields = shape.to_pyarrow()
    table = pa.table([pa.array(v, f.type) for v, f in zip(values, fields, strict=True)], schema=fields)
    with DuckDb().session() as session:
        session.hold("judged", table, shape)
        return session.read(str(ibis.to_sql(question(ibis.table(shape, name="judged")), dialect="duckdb")), answer).to_pylist()


@given(rows=st.lists(st.tuples(PERSON, FITS, PERSON, FITS), max_size=12))
def test_only_accounts_that_are_somebody_elses_than_was_written_down_are_changed(rows):
    changed = said(moved, [(n, *row) for n, row in enumerate(rows)], STOOD, MATCHES)
    now = [(n, person, fits) for n, (*was, person, fits) in enumerate(rows) if tuple(was) != (person, fits)]
    assert sorted(tuple(row.values()) for row in changed) == now


ACCOUNT = ibis.schema(
    {
        "account_id": "int64", "pack": "string", "environment": "string", "status": "string", "kind": "string", "created_on": "date",
        "last_used_on": "date", "roles_stated": "boolean", "teams_stated": "boolean", "fits": "int64",
    }
)  # fmt: skip
SOME_DAY = st.none() | st.dates()
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["tewv", "elft"]), st.sampled_from(["live", "training"]), st.sampled_from(["active", "locked"]),
        st.sampled_from(["normal", "admin"]), SOME_DAY, SOME_DAY, st.booleans(), st.booleans(),
        st.sampled_from([0, 1, 2]),
    ),
    max_size=15,
)  # fmt: skip


@given(rows=ROWS)
def test_open_accounts_are_counted_by_sort(rows):
    expected = Counter(
        (pack, env == "live", kind, status == "active", fits == 1, bool(created or used), roles, teams)
        for pack, env, status, kind, created, used, roles, teams, fits in rows
    )
    groups = said(sorts, [(n, *row) for n, row in enumerate(rows)], ACCOUNT, SORTS)
    counted = {tuple(g[name] for name in SORT): g["accounts"] for g in groups}
    assert counted == expected
