"""The check digit of NHS numbers, and ODS codes as people and spreadsheets write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careward.core import ids

VALID = ["9000000009", "9434765919", "9912003888", "9000000025"]
digits = st.text("0123456789", min_size=10, max_size=10)


@given(digits)
def test_the_check_is_the_published_sum(number: str) -> None:
    remainder = 11 - sum(int(d) * w for d, w in zip(number[:9], range(10, 1, -1), strict=True)) % 11
    expected = remainder != 10 and (0 if remainder == 11 else remainder) == int(number[9])
    assert ids.check_digit_fits(number) == expected


@given(st.sampled_from(VALID), st.integers(0, 9), st.integers(1, 9))
def test_one_wrong_digit_is_always_caught(number: str, place: int, by: int) -> None:
    wrong = number[:place] + str((int(number[place]) + by) % 10) + number[place + 1 :]
    assert not ids.check_digit_fits(wrong)


@given(st.sampled_from(VALID), st.integers(0, 8))
def test_two_neighbours_changed_over_are_always_caught(number: str, place: int) -> None:
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    assert ids.check_digit_fits(swapped) == (swapped == number)


@pytest.mark.parametrize(("text", "code"), [("rx3", "RX3"), (" A81001 ", "A81001"), ("QHM", "QHM"), ("RX 301", "RX301")])
def test_ods_codes(text: str, code: str) -> None:
    assert ids.parse_ods_code(text) == code


@pytest.mark.parametrize("text", ["", "RX", "RX-3", "RX3456789AB", "=RX3", "ŘX3"])
def test_ods_codes_refused(text: str) -> None:
    with pytest.raises(ids.OdsCodeError, match="3 to 10 letters"):
        ids.parse_ods_code(text)


def test_every_refusal_is_an_id_error_with_a_remedy() -> None:
    with pytest.raises(ids.IdError) as refused:
        ids.parse_ods_code("?")
    assert refused.value.what in str(refused.value) and refused.value.remedy in str(refused.value)


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        assert ids.parse_ods_code(ids.parse_ods_code(text)) == ids.parse_ods_code(text)
    except ids.IdError as error:
        assert error.remedy


WRITTEN = st.text(
    alphabet="aZ\u00e9 e\u0301\u00a0\u2009-\u2011\u2014\u2212'\u2019\u00b4;\uff1b\uff21\u200b\ufb01\u0130\u212a5\x1e\x1f\t", max_size=12
)


@given(WRITTEN)
def test_the_one_form_has_one_form(text: str) -> None:
    assert ids.plain(ids.plain(text)) == ids.plain(text) == ids.plain(ids.tidy(text))
    assert ids.tidy(text).count(";") == text.count(";"), "what parts a list is neither made nor lost"


@given(st.lists(st.sampled_from("abc'-5"), min_size=1, max_size=8).map("".join), st.data())
def test_however_dashes_apostrophes_blanks_and_capitals_are_written_it_is_the_same(word: str, data: st.DataObject) -> None:
    ways = {"-": "-\u2010\u2011\u2013\u2014\u2212\uff0d", "'": "'\u2018\u2019\u02bc\u00b4\uff07"}
    other = "".join(data.draw(st.sampled_from(ways.get(c, c + c.upper() + chr(ord(c) + 0xFEE0)))) for c in word)
    gaps = st.lists(st.sampled_from(" \u00a0\u2009\t"), min_size=1, max_size=3).map("".join)
    assert ids.plain(f"{data.draw(gaps)}{other}{data.draw(gaps)}x") == ids.plain(f"{word} x")


@given(
    st.sampled_from(["long_term_absence", "line manager", "career-break"]), st.lists(st.sampled_from(" _-\u2013"), min_size=2, max_size=2)
)
def test_a_word_of_a_list_is_known_however_its_parts_are_joined(word: str, marks: list[str]) -> None:
    parts = word.replace("_", " ").replace("-", " ").split()
    joined = "".join(p + m for p, m in zip(parts, [*marks, ""], strict=False)).upper()
    assert ids.spelt_plainly(joined) == ids.spelt_plainly(word)
