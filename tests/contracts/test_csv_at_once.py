"""Reading thousands of lines at once, and keeping rows in a file, come to the same as reading record by record and keeping all in memory."""

import gc
import warnings
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from careward.core.blocks import Block, written
from careward.core.columns import FEEDS, Column
from careward.core.days import LONDON, moment_written, written_moment
from careward.engines.connectors.csv import kept, reader, rows, sources, values
from careward.engines.connectors.csv.headings import Readers
from careward.engines.connectors.csv.moments import in_text
from careward.engines.connectors.csv.reader import read_folder
from careward.engines.connectors.csv.values import Misfit, block_reader, cell_reader
from tests.make.files import read_file

HEADINGS = {
    "accounts": "environment,username,status,created_on,last_used_at,roles",
    "staff": "employee_number,assignment_number,primary_assignment,first_name,last_name,team,start_on",
    "authorisations": "system,employee_number,approved_by_employee_number,approver_role,approved_on,roles",
}
CELLS = st.sampled_from([
    "", " ", "a", "A", "b", "live", "active", "locked", "Y", "N", "2026-11-20", "2026-11-20T08:15:00Z", "31/12/2026", "x;Y;y", "=1+1",
    '"a"', '"a,b"', '"two\nlines"', '"said ""so"""', '"open', 'mid"dle', '"shut"open', "\0", "é", "\u00a0", "2.0E+07", "paris",
])  # fmt: skip
LINES = st.lists(CELLS, min_size=1, max_size=8).map(",".join)


@st.composite
def files(draw):
    """A feed and the text of a file of it, with anything in it, many rows sound and some the same."""
    feed = draw(st.sampled_from(sorted(HEADINGS)))
    width = HEADINGS[feed].count(",") + 1
    sound = st.tuples(*[st.sampled_from(["a", "b", "live", "active", "2026-11-20", "paris", "rio"]) for _ in range(width)]).map(",".join)
    lines = draw(st.lists(sound | sound | LINES, max_size=25))
    return feed, HEADINGS[feed] + "\n" + "\n".join(lines) + draw(st.sampled_from(["", "\n"]))


def said(file):
    """Everything a reading says, its rows by line: rows that are kept apart come in another order."""
    found = sorted(((line, row) for block in file.blocks() for line, row in zip(block.lines, block.rows, strict=True)), key=lambda r: r[0])
    return replace(file, rows=[row for _, row in found], lines=[line for line, _ in found])


def read(path, feed, readers=None):
    return said(read_file(path, feed=feed, name=f"{feed}.csv", system="paris" if feed == "accounts" else "", readers=readers))


@given(files())
@example(("accounts", HEADINGS["accounts"] + '\nlive,a,active,,,"open\nlive,b,active,,,\n'))
@example(("accounts", HEADINGS["accounts"] + "\nlive,a,active,,,\n\nlive,a,locked,,,\n"))
def test_at_once_is_as_one_by_one_and_in_a_file_is_as_in_memory(tmp_path_factory, drawn):
    feed, text = drawn
    path = tmp_path_factory.getbasetemp() / "either.csv"
    path.write_text(text, encoding="utf-8", newline="")
    whole = read(path, feed)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sources, "_cut_at_once", lambda lines, delimiter: None)
        assert read(path, feed) == whole
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sources, "_AT_ONCE", 3)
        patch.setattr(reader, "FEW", 2)
        patch.setattr(kept, "AT_ONCE", 2)
        assert read(path, feed) == whole


@given(st.lists(files(), min_size=2, max_size=5))
@example([("accounts", HEADINGS["accounts"] + "\nlive,a,active,1601-01-01,,x;NULL\n")] * 3)
def test_each_file_of_several_is_read_as_it_is_alone(tmp_path_factory, drawn):
    readers, path = Readers(), tmp_path_factory.getbasetemp() / "several.csv"
    for feed, text in drawn:
        path.write_text(text, encoding="utf-8", newline="")
        assert read(path, feed, readers) == read(path, feed)


@given(st.lists(st.lists(st.sampled_from(["x", "y", "NULL;x", "n/a", "-;y", "z" * 4_000]), max_size=8), max_size=4), st.integers(1, 3))
def test_what_is_said_of_cells_does_not_depend_on_how_many_are_remembered(runs, most):
    column = Column("roles", "list")
    whole = [block_reader(column)(cells) for cells in runs]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(values, "_KEPT_CELLS", most)
        block = block_reader(column)
        assert [block(cells) for cells in runs] == whole


@given(st.lists(st.sampled_from("abcdefgh"), max_size=30), st.integers(0, 5))
def test_the_rows_of_one_key_are_found_together(keys, few):
    found = rows.Repeats()
    held = kept.KeptRows([Column("username")], few=few)
    for line, key in enumerate(keys):
        found.note([(key,)])
        held.add(Block(("username",), [line], [[key]]))
    held.done()
    expected = [[(n, (key,)) for n, other in enumerate(keys) if other == key] for key in sorted(set(keys)) if keys.count(key) > 1]
    assert sorted(found.together(held, [0]), key=lambda group: group[0][1]) == expected
    assert [row for (row,) in held.without({line for group in expected for line, _ in group[1:]})] == list(dict.fromkeys(keys))


def test_rows_kept_apart_come_part_by_part(tmp_path, monkeypatch):
    monkeypatch.setattr(reader, "FEW", 2)
    monkeypatch.setattr(kept, "AT_ONCE", 2)
    path = tmp_path / "authorisations.csv"
    lines = [f"{'paris' if n % 3 else 'rio'},E{n},E9,line_manager,2026-11-20,r" for n in range(20)]
    path.write_text("\n".join([HEADINGS["authorisations"], *lines]))
    file = read_file(path, feed="authorisations", name="authorisations.csv")
    parts = {part: [row for block in blocks for row in block.rows] for part, blocks in file.parts("system")}
    assert {part: len(found) for part, found in parts.items()} == {"rio": 7, "paris": 13}
    assert all(row[0] == part for part, found in parts.items() for row in found)
    assert len(file.rows) == 20


KEPT_MOMENTS = st.datetimes(datetime(1900, 1, 2), datetime(2199, 12, 31), timezones=st.sampled_from([UTC, LONDON]))


@given(st.lists(st.tuples(st.text(), st.none() | st.booleans(), st.none() | st.dates(), st.none() | KEPT_MOMENTS), min_size=1))
@example([("é\n", True, date(2026, 10, 25), datetime(2026, 10, 25, 1, 30, 0, 1, tzinfo=LONDON, fold=1))])
@example([("", None, None, datetime(2199, 12, 30, 23, 59, 59, 999_999, tzinfo=UTC))])
def test_rows_come_out_of_the_file_as_they_went_in(given_rows):
    columns = [Column("a"), Column("b", "yes_no"), Column("c", "day"), Column("d", "moment")]
    held = kept.KeptRows(columns, few=0)
    block = Block(tuple("abcd"), range(5, 5 + len(given_rows)), list(zip(*given_rows, strict=True)))
    held.add(written(block, [column.kind for column in columns]))
    held.done()
    assert held.in_memory == 0
    in_utc = [(*rest, moment and moment.astimezone(UTC)) for *rest, moment in given_rows]  # in an hour that comes twice no two zones agree
    assert list(held) == in_utc
    assert [line for block in held.blocks() for line in block.lines] == list(held.lines)
    assert {m.tzinfo for *_, m in held if m} <= {UTC}


NEAR_MOMENTS = st.from_regex(r"[0-9]{4}[-/][0-9]{2}-[0-9W]{2}[T x][0-9]{2}:[0-9]{2}[:.][0-9٠]{2}(Z|z|\+)?", fullmatch=True)
USUAL_MOMENTS = st.tuples(
    st.datetimes(datetime(1899, 12, 30), datetime(2200, 1, 2)).map(lambda m: m.isoformat(timespec="seconds")),
    st.sampled_from(["", "Z", "+00:00", "+01:00", "-05:00", "+05:30", "+0100", "+24:00", ".5", " ", "-00:00", "+13:00Z"]),
).map("".join)


@given(NEAR_MOMENTS | USUAL_MOMENTS)
@example("2026-10-25T01:30:00")  # an hour that comes twice in London
@example("2026-03-29T01:59:59")  # and one that does not come
@example("1916-05-21T02:30:00")  # the first summer time
@example("1968-10-27T00:30:00")  # three years of it began
@example("1899-12-31T23:59:59")
@example("2200-01-01 00:00:00Z")
def test_a_moment_in_the_usual_form_is_read_as_any_other(cell):
    column = FEEDS["accounts"].column("last_used_at")
    (found, again), misfits, _ = block_reader(column)([cell, cell])
    assert found == again == in_text(cell_reader(column)(cell))
    assert bool(misfits) == isinstance(found, Misfit)


@given(st.datetimes(datetime(1900, 1, 2), datetime(2199, 12, 30), timezones=st.sampled_from([UTC, LONDON])), st.integers(-3, 3))
def test_moments_as_text_sort_as_moments_do_and_read_back_as_they_were(moment, hours):
    other = moment.astimezone(UTC) + timedelta(hours=hours)
    assert (written_moment(moment) < written_moment(other)) == (moment.astimezone(UTC) < other)
    assert moment_written(written_moment(moment)) == moment.astimezone(UTC)


def folder_of(tmp_path, feed, text):
    folder = tmp_path / "files"
    (folder / "accounts").mkdir(parents=True, exist_ok=True)
    (folder / ("accounts/paris.csv" if feed == "accounts" else f"{feed}.csv")).write_text(text, encoding="utf-8", newline="")
    return folder


def told(reading):
    """A reading with what its files say; that rows are kept elsewhere does not count."""
    return replace(reading, files=tuple(map(said, reading.files)))


@given(files(), st.sampled_from([2, 30_000]))
def test_what_was_kept_at_a_look_is_what_was_read(tmp_path_factory, drawn, few):
    folder = folder_of(tmp_path_factory.mktemp("kept"), *drawn)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reader, "FEW", few)
        first = told(read_folder(folder, keep=True))
        patch.setattr(reader, "_read_folder", lambda *_: pytest.fail("the files were read again"))
        assert told(read_folder(folder, keep=True)) == first
    assert told(read_folder(folder)) == first


def test_files_that_are_others_now_are_read_again(tmp_path):
    folder = folder_of(tmp_path, "accounts", "username,status\na,active\n")
    read_folder(folder, keep=True)
    (folder / "accounts" / "paris.csv").write_text("username,status\nb,active\n")
    (file,) = read_folder(folder, keep=True).files
    assert [row[1] for row in file.rows] == ["b"]
    (folder / ".read" / "0.rows").write_text("[]\n")
    (file,) = read_folder(folder, keep=True).files
    assert [row[1] for row in file.rows] == ["b"]
    (folder / ".read" / "reading.json").write_text("{")
    assert len(read_folder(folder, keep=True).files) == 1


def test_many_short_files_are_as_much_as_a_long_one(tmp_path, monkeypatch):
    monkeypatch.setattr(reader, "FEW", 5)
    (tmp_path / "accounts").mkdir()
    for name in ("epr", "paris", "rio"):
        (tmp_path / "accounts" / f"{name}.csv").write_text("username,status\n" + "".join(f"u{n},active\n" for n in range(3)))
    files = read_folder(tmp_path).files
    assert [file.rows.in_memory for file in files] == [3, 0, 0]
    assert [len(list(file.rows)) for file in files] == [3, 3, 3]


def test_rows_that_go_in_a_ring_close_their_file_without_a_warning(tmp_path):
    path = tmp_path / "rows"
    path.touch()
    found = kept.KeptRows.on([Column("username")], path.open("rb"), {"apart": "", "places": [], "count": 0})
    file = found._file
    ring = [found, file]
    ring.append(ring)
    del found, file
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        del ring
        gc.collect()
    assert [str(w.message) for w in said] == []
