"""Columns are as high as their figures, start at zero, and say what nobody knows."""

from hypothesis import given
from hypothesis import strategies as st

from careward.web.pictures import WIDTH, PictureColumn, column_picture, mini_bar

FIGURES = st.lists(st.none() | st.integers(0, 10**7), min_size=1, max_size=24)


@given(FIGURES, st.integers(20, 200))
def test_columns_stand_on_their_base_side_by_side_and_as_high_as_their_figures(figures: list[int | None], high: int):
    (row,) = column_picture([("Cases", [PictureColumn(str(n), value) for n, value in enumerate(figures)], high)]).rows
    most = max((f or 0 for f in figures), default=0)
    for before, after in zip(row.columns, row.columns[1:], strict=False):
        assert before.x + before.wide <= after.x
    assert row.columns[0].x >= 0 and row.columns[-1].x + row.columns[-1].wide <= WIDTH
    for column, figure in zip(row.columns, figures, strict=True):
        assert abs(column.y + column.high - row.base) < 0.02
        if figure is not None:
            assert abs(column.high - (high * figure / most if most else 0)) < 0.02 and column.words == f"{figure:,}"


@given(FIGURES)
def test_what_nobody_knows_is_hollow_and_has_no_figure(figures: list[int | None]):
    (row,) = column_picture([("Cases", [PictureColumn("", value) for value in figures], 100)]).rows
    assert [c.kind == "is-hollow" for c in row.columns] == [f is None for f in figures]
    assert [c.words == "?" for c in row.columns] == [f is None for f in figures]


def test_rows_stand_one_under_another():
    picture = column_picture(
        [("One", [PictureColumn("Oct", 4), PictureColumn("Nov", 2)], 100), ("Two", [PictureColumn("Oct", 1), PictureColumn("Nov", 0)], 40)]
    )
    first, second = picture.rows
    assert second.top > first.base + 15 and picture.high >= second.base + 15
    assert [c.kind for c in first.columns] == ["is-bar", "is-now"]


def test_a_bar_in_a_row_is_long_as_its_share():
    assert (mini_bar(0, 0), mini_bar(3, 6), mini_bar(6, 6)) == (0, 24, 48)
