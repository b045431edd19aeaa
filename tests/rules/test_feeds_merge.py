"""Comparing a file with what stands: what is counted, what is written, and that twice is as once."""

from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from careward.access.accounts.shapes import ACCOUNT
from careward.access.feeds.merge import Refusals, arrange, check, compare, given_columns, keep_refused_rows
from careward.access.feeds.shapes import SHAPES
from careward.core.columns import FEEDS
from careward.systems.register.shapes import SYSTEM
from tests.make.feeds import ROWS, feed_file

DAY = date(2026, 11, 22)
PLACE = {name: place + 1 for place, name in enumerate(ACCOUNT.columns)}

rows = st.lists(
    st.fixed_dictionaries(
        {
            "username": st.sampled_from("abcdef"),
            "environment": st.sampled_from(["live", "training", ""]),
            "status": st.sampled_from(["active", "LOCKED", "closed"]),
            "roles": st.sampled_from(["", "x; y", "y;x", "z"]),
            "email": st.sampled_from(["", "A@example.nhs.uk"]),
        }
    ),
    max_size=8,
)
lacking = st.sets(st.sampled_from(["email", "roles", "teams", "created_on"]))


def arranged(changes, without=()):
    file = feed_file("accounts", *changes, without=sorted(without))
    cells, refusals = file.whole().cells, Refusals(file.name, file.lines)
    check(ACCOUNT, cells, refusals)
    return arrange(ACCOUNT, cells, refusals, {}), given_columns(ACCOUNT, cells), refusals


def apply(standing, difference):
    """What a table would hold afterwards."""
    after = {row[0]: row for row in standing}
    after.update({becomes[0]: becomes for _, becomes in difference.moved})
    first = max(after, default=0) + 1
    after.update({first + n: (first + n, *row) for n, row in enumerate(difference.added.values())})
    return list(after.values())


def compared(standing, changes, without=(), full=True):
    given_, columns, refusals = arranged(changes, without)
    return compare(ACCOUNT, standing, given_, given=columns, gone_on=DAY, full=full), refusals


@given(rows, rows, lacking)
def test_twice_is_as_once(before, after, without):
    standing = apply([], compared([], before)[0])
    first, _ = compared(standing, after, without)
    again, _ = compared(apply(standing, first), after, without)
    assert not again.added
    assert not list(again.moved)


@given(rows, rows)
def test_every_row_is_counted_once(before, after):
    standing = apply([], compared([], before)[0])
    found, refusals = compared(standing, after)
    assert len(found.added) + len(found.changed) + len(found.back) + found.unchanged == len(after) - len(refusals.rows)
    assert found.standing == len(standing) == found.unchanged + len(found.changed) + len(found.gone)


@given(rows, rows)
def test_afterwards_exactly_the_files_rows_stand(before, after):
    standing = apply([], compared([], before)[0])
    found, _ = compared(standing, after)
    wanted, _, _ = arranged(after)
    assert {row[1:3]: row[1:] for row in apply(standing, found) if row[-1] is None} == wanted.rows


@given(rows, st.sampled_from([str.upper, str.lower, str.title]))
def test_a_user_name_in_other_letters_is_the_same_account(before, spelt):
    standing = apply([], compared([], before)[0])
    after = [{name: row[PLACE[name]] for name in ("username", "environment", "status", "roles", "email")} for row in standing]
    found, _ = compared(standing, [{**each, "username": spelt(each["username"])} for each in after])
    assert not found.added
    assert not found.gone
    assert found.passing == len(found.changed)
    assert sorted(row[0] for row in apply(standing, found)) == sorted(row[0] for row in standing)


@given(rows, rows)
def test_a_list_that_is_not_full_loses_nothing(before, after):
    standing = apply([], compared([], before)[0])
    assert not compared(standing, after, full=False)[0].gone


@given(rows, lacking)
def test_columns_a_file_lacks_stay_but_rights_become_unknown(before, without):
    standing = apply([], compared([], before)[0])
    found, _ = compared(standing, before, without)
    for was, becomes in found.moved:
        assert {n for n in ACCOUNT.columns if was[PLACE[n]] != becomes[PLACE[n]]} <= without & {"roles", "teams"}
        assert all(becomes[PLACE[n]] is None for n in without & {"roles", "teams"})


KEY = ("environment", "username")


@given(rows, rows, rows, st.sampled_from([str.upper, str.lower]))
def test_what_the_file_still_names_is_never_gone_and_everything_else_is(before, kept, refused, spelt):
    standing = apply([], compared([], before)[0])
    keys = frozenset((spelt(r["environment"] or "live"), r["username"]) for r in refused)
    file = replace(feed_file("accounts", *kept), refused=len(keys), key=KEY, refused_keys=keys)
    found, _ = compared(standing, kept)
    missing = {was[PLACE["environment"] : PLACE["username"] + 1] for was, _ in found.gone.values()}
    spared = keep_refused_rows(ACCOUNT, found, file, lambda column: {})
    gone = {was[PLACE["environment"] : PLACE["username"] + 1] for was, _ in found.gone.values()}
    named = {(environment.lower(), username) for environment, username in keys}
    assert gone == missing - named
    assert spared == len(missing & named)


def test_a_key_that_the_table_knows_nothing_of_spares_every_row():
    standing = apply([], compared([], [{"username": "a"}])[0])
    found, _ = compared(standing, [])
    file = replace(feed_file("accounts"), refused=1, key=("shoe_size",), refused_keys=frozenset({("9",)}))
    assert (keep_refused_rows(ACCOUNT, found, file, lambda column: {}), found.gone) == (1, {})


def test_an_identifier_that_goes_blank_is_counted():
    standing = apply([], compared([], [{"username": n, "email": "a@b.c"} for n in "abc"])[0])
    found, _ = compared(standing, [{"username": "a", "email": ""}, {"username": "b", "email": "a@b.c"}, {"username": "c", "email": ""}])
    assert found.blanked == {"email": (3, 2)}


def test_wrong_words_and_blank_cells_are_refused_with_their_place():
    _, _, refusals = arranged([{"status": "asleep"}, {"username": ""}, {"kind": ""}, {"status": ""}])
    assert [(p.line, p.column) for p in refusals.problems] == [(3, "username"), (5, "status"), (2, "status")]
    assert all(p.file == "accounts/paris.csv" and p.what and p.remedy for p in refusals.problems)


def test_case_of_a_systems_code_does_not_tell_rows_apart():
    file = feed_file("systems", {}, {"code": "PARIS"})
    refusals = Refusals(file.name, file.lines)
    found = arrange(SYSTEM, file.whole().cells, refusals, {})
    assert list(found.rows) == ["paris"]
    assert refusals.rows == {1}


def test_every_feed_has_a_usual_row_and_every_shape_its_key_first():
    assert set(ROWS) == set(FEEDS)
    for shape in SHAPES.values():
        assert 0 < shape.key <= len(shape.fields)
        assert set(shape.identifiers) <= set(shape.columns)
