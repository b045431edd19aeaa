"""What a comparison changes of the accounts, by columns, held equal to the same said row by row."""

from collections import Counter

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from careward.engines.analysis.reconciliation.changes import SORT, cases, changed_matches

PERSON = st.none() | st.integers(1, 3)
FITS = st.none() | st.integers(0, 2)
STANDING = {"account_id": pa.int64(), "person_id": pa.int64(), "fits": pa.int64()}


def table(rows: list[tuple], columns: dict[str, pa.DataType]) -> pa.Table:
    values = list(zip(*rows, strict=True)) or [()] * len(columns)
    return pa.table({name: pa.array(v, kind) for (name, kind), v in zip(columns.items(), values, strict=True)})


@given(rows=st.lists(st.tuples(PERSON, FITS, PERSON, FITS), max_size=12), turn=st.randoms(use_true_random=False))
def test_only_accounts_that_are_somebody_elses_than_was_written_down_are_changed(rows, turn):
    was = [(n, person, fits) for n, (person, fits, _, _) in enumerate(rows)]
    now = [(n, person, fits) for n, (_, _, person, fits) in enumerate(rows)]
    mixed = turn.sample(was, len(was))
    assert changed_matches(table(mixed, STANDING), table(now, STANDING)) == [n for w, n in zip(was, now, strict=True) if w != n]


def test_matches_of_other_accounts_are_refused():
    with pytest.raises(ValueError, match="other accounts"):
        changed_matches(table([(1, None, 0)], STANDING), table([(2, None, 0)], STANDING))


ACCOUNT = {
    "account_id": pa.int64(), "system": pa.string(), "environment": pa.string(), "status": pa.string(), "kind": pa.string(),
    "created_on": pa.date32(), "last_used_on": pa.date32(), "roles": pa.string(), "teams": pa.string(),
}  # fmt: skip
SOME_DAY = st.none() | st.dates()
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["paris", "rio"]), st.sampled_from(["live", "training"]), st.sampled_from(["active", "locked", "closed"]),
        st.sampled_from(["normal", "admin"]), SOME_DAY, SOME_DAY, st.sampled_from([None, "", "nurse"]), st.sampled_from([None, "North"]),
        st.sampled_from([0, 1, 2]),
    ),
    max_size=15,
)  # fmt: skip


@given(rows=ROWS)
def test_open_accounts_are_counted_by_sort(rows):
    packs = {"paris": "tewv", "rio": "elft"}
    accounts = table([(n, *row[:-1]) for n, row in enumerate(rows)], ACCOUNT)
    matches = table([(n, None, row[-1]) for n, row in enumerate(rows)], STANDING)
    expected = Counter(
        (packs[s], env == "live", kind, status == "active", fits == 1, bool(created or used), roles is not None, teams is not None)
        for s, env, status, kind, created, used, roles, teams, fits in rows
        if status != "closed"
    )
    counted = {tuple(g[name] for name in SORT): g["accounts"] for g in cases(accounts, matches, packs)}
    assert counted == expected
