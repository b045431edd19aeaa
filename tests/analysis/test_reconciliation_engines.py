"""One set of queries, every engine: DuckDB and Spark (Sail, in this process) say the same of the same world, however its rows come."""

from dataclasses import fields
from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from careward.engines.analysis.engine import DuckDb
from careward.engines.analysis.reconciliation.compare import compare
from careward.engines.analysis.reconciliation.plan import plan
from careward.engines.analysis.reconciliation.queries import DIALECTS, queries
from careward.engines.analysis.tables import PEOPLE, RECONCILED, ShapeError, empty
from tests.analysis.matching import match
from tests.analysis.test_reconciliation_agreement import PACKS, in_one_form, worlds

FEW = {"deadline": None, "suppress_health_check": list(HealthCheck), "phases": set(Phase) - {Phase.shrink, Phase.explain}}


def of(world):
    return {name: in_one_form(name, world[name]) for name in RECONCILED}


def beside(one, other):
    """Two worlds in one, the people and accounts of the second under numbers of their own."""
    shifted = {
        "accounts": (0,), "people": (0,), "assignments": (0,), "training": (0,), "absences": (0,), "authorisations": (2,), "deputies": (0, 1),
    }  # fmt: skip
    more = {
        name: [tuple(v + 1000 if i in shifted.get(name, ()) else v for i, v in enumerate(row)) for row in rows]
        for name, rows in other.items()
    }
    return {name: rows if name == "systems" else rows + more[name] for name, rows in one.items()}


@settings(max_examples=3, **FEW)
@given(st.lists(worlds(), min_size=4, max_size=4))
def test_every_engine_finds_the_same(spark, made):
    (on, world), *others = made
    for _, other in others:
        world = beside(other, world)
    ours, theirs = (compare(of(world), on=on, packs=PACKS, engine=engine) for engine in (DuckDb(), spark))
    assert ours.findings.to_pylist() == theirs.findings.to_pylist()
    assert ours.moved.to_pylist() == theirs.moved.to_pylist()
    assert ours.sorts.to_pylist() == theirs.sorts.to_pylist() and ours.accounts == theirs.accounts


@pytest.fixture
def world():
    """A world with something wrong in it, as tables."""
    rows = {name: [] for name in RECONCILED}
    rows["systems"] = [("paris", "clinical", "tewv")]
    rows["people"] = [(1, "E1", "a@x", "", None), (2, "E2", "b@x", "", None)]
    rows["assignments"] = [(1, date(2026, 1, 1), None, "active", None, "E2", None), (2, None, None, "active", None, "", None)]
    rows["accounts"] = [
        (
            i,
            "paris",
            "live",
            f"u{i}",
            f"e{i % 3}",
            "",
            "",
            "active",
            "normal",
            date(2020, 1, 1),
            date(2026, 3, i),
            "a",
            "b",
            False,
            None,
            None,
        )
        for i in range(1, 9)
    ]
    return of(rows)


@pytest.fixture(params=["duckdb", "spark"])
def each(request):
    return DuckDb() if request.param == "duckdb" else request.getfixturevalue("spark")


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("on", [date(2026, 11, 22), date(2028, 2, 29), date(2031, 1, 1)])
def test_the_queries_that_are_kept_are_those_of_the_day(dialect, on):
    kept = queries(on, dialect)
    asked = {**{f"stage/{name}": text for name, text in kept.stages}, **{f.name: getattr(kept, f.name) for f in fields(kept)}}
    assert asked.pop("stages") == kept.stages
    literal = f"MAKE_DATE({on.year}, {on.month}, {on.day})"
    assert asked == {name: text.replace(literal, f"DATE '{on}'") for name, text in plan(on, dialect).items()}


def batched(table):
    return pa.RecordBatchReader.from_batches(table.schema, iter(table.to_batches(max_chunksize=3)))


def test_rows_come_as_tables_batches_or_parquet(world, each, tmp_path):
    for name, table in world.items():
        (tmp_path / "folders" / name).mkdir(parents=True)
        pq.write_table(table, tmp_path / f"{name}.parquet")
        pq.write_table(table, tmp_path / "folders" / name / "part-0.parquet")
    ways = [
        world,
        {name: batched(table) for name, table in world.items()},
        {name: tmp_path / f"{name}.parquet" for name in world},
        {name: tmp_path / "folders" / name for name in world},
    ]
    found = [compare(way, on=date(2026, 11, 22), packs=PACKS, engine=each) for way in ways]
    assert found[0].findings.num_rows > 8
    assert all(other.findings.equals(found[0].findings) and other.moved.equals(found[0].moved) for other in found[1:])


def test_matching_alone_runs_on_each(world, each):
    found = match(world["accounts"], world["people"], engine=each)
    assert [row["person_id"] for row in found.to_pylist()] == [1, 2, None, 1, 2, None, 1, 2]


def test_parquet_of_another_shape_is_named(world, each, tmp_path):
    pq.write_table(world["people"].drop(["email"]), tmp_path / "people.parquet")
    with pytest.raises(ShapeError, match="people: no column 'email'"):
        match(world["accounts"], tmp_path / "people.parquet", engine=each)
    pq.write_table(world["people"].set_column(0, "person_id", pa.array(["1", "2"])), tmp_path / "people.parquet")
    with pytest.raises(ShapeError, match="people: column 'person_id' is of another type"):
        match(world["accounts"], tmp_path / "people.parquet", engine=each)


def test_what_does_not_fit_goes_to_the_folder_and_nothing_stays_there(world, tmp_path):
    few = DuckDb(folder=tmp_path / "meanwhile", memory="100MB")
    assert compare(world, on=date(2026, 11, 22), packs=PACKS, engine=few).findings.num_rows > 8
    assert [p.name for p in (tmp_path / "meanwhile").iterdir()] == ["turn"]  # which says whose turn it is to make or clear one


def test_spark_leaves_nothing_in_its_folder(world, spark, tmp_path):
    from dataclasses import replace

    here = replace(spark, folder=str(tmp_path))
    compare(world, on=date(2026, 11, 22), packs=PACKS, engine=here)
    with pytest.raises(ShapeError):
        compare({**world, "people": empty(PEOPLE).drop(["email"])}, on=date(2026, 11, 22), packs=PACKS, engine=here)
    assert list(tmp_path.iterdir()) == []
