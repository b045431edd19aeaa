"""Marks of rows by stretches of ids: many at once are as many one by one."""

from hypothesis import given
from hypothesis import strategies as st

from careward.evidence.tables import rules
from careward.evidence.tables.rules import Marks
from careward.evidence.tables.settling import RowsTouched

MACS = st.binary(min_size=16, max_size=16) | st.just(bytes(16))


@given(st.integers(-500, 500), st.lists(MACS, min_size=1, max_size=300), st.integers(1, 3))
def test_many_marks_at_once_are_as_one_by_one(first, macs, step):
    ids = [first + step * number for number in range(len(macs))]
    together, single = Marks(), Marks()
    together.put_all(together.now, ids, macs)
    for row_id, mac in zip(ids, macs, strict=True):
        single.put(single.now, row_id, mac)
    assert together.now == single.now


@given(st.binary(min_size=32, max_size=32), st.lists(st.binary(max_size=300), max_size=20))
def test_the_hashes_of_many_rows_are_those_of_each(key, texts):
    assert rules.macs(key, texts) == [rules.mac(key, text) for text in texts]


@given(st.lists(MACS | st.binary(min_size=12, max_size=12).map(bytes(4).__add__), max_size=20))
def test_the_marks_of_many_rows_are_those_of_each(macs):
    assert rules.marks_of(macs) == b"".join(map(rules.mark_of, macs))


@given(st.lists(st.tuples(st.integers(-300, 300), st.integers(0, 200)), max_size=6))
def test_runs_of_ids_hold_each_id_once_and_touch_the_same_places(given_runs):
    runs = [(first, first + more) for first, more in given_runs]
    ids = {number for first, last in runs for number in range(first, last + 1)}
    found = rules.runs_of((), runs)
    assert [number for first, last in found for number in range(first, last + 1)] == sorted(ids)
    marks = Marks()
    for first, last in found:
        marks.touch(first, last)
    places = {s * rules.IN_A_STRETCH + p for s, bits in marks.touched.items() for p in range(rules.IN_A_STRETCH) if bits >> p & 1}
    assert places == ids


@given(st.binary(min_size=32, max_size=32), st.integers(0, rules.MODULUS - 1), st.binary(min_size=16, max_size=16))
def test_a_sum_is_read_back_from_under_its_mask(key, total, nonce):
    assert rules.shown(key, rules.hidden(key, nonce, total)) == total


@given(st.lists(st.integers(-100, 100)), st.lists(st.tuples(st.integers(-300, 300), st.integers(0, 20)), max_size=4))
def test_single_ids_join_into_the_same_runs(ids, given_runs):
    runs = [(first, first + more) for first, more in given_runs]
    assert rules.runs_of(ids, runs) == rules.runs_of((), [*((each, each) for each in ids), *runs])


TOLD = st.tuples(st.integers(0, 40), st.integers(0, 8), st.booleans(), st.lists(MACS, min_size=9, max_size=9))


@given(st.lists(TOLD, max_size=8))
def test_what_is_told_of_many_rows_at_once_is_as_if_told_of_each(told):
    together, single = RowsTouched(), RowsTouched()
    new = set()
    for first, more, are_new, macs in told:
        ids = range(first, first + more + 1)
        if are_new and more:
            together.add(first, first + more, None)
            single.add(first, first + more, None)
            new |= set(ids)
            continue
        together.add(first, first + more, b"".join(macs[: more + 1]))
        for row_id, mac in zip(ids, macs, strict=False):
            single.add(row_id, row_id, mac)
    assert together.in_runs() == single.in_runs()
    were = [dict(pair for ids, macs in each.were() for pair in zip(ids, macs, strict=True)) for each in (together, single)]
    assert were[0] == were[1]
    assert sum(len(macs) for _, macs in together.were()) == len(were[0])
