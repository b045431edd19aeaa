"""NHS numbers, ODS codes and staff numbers as people and spreadsheets write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careward.core import ids

VALID = ["9000000009", "9434765919", "9912003888", "9000000025"]
digits = st.text("0123456789", min_size=10, max_size=10)


@pytest.mark.parametrize("number", VALID)
def test_valid_nhs_numbers(number: str) -> None:
    assert ids.parse_nhs_number(number) == number


@pytest.mark.parametrize("number", ["9434765918", "4123456789"])
def test_a_wrong_check_digit_is_refused(number: str) -> None:
    with pytest.raises(ids.NhsNumberError, match="last digit") as refused:
        ids.parse_nhs_number(number)
    assert number not in str(refused.value) and refused.value.remedy


@pytest.mark.parametrize("digit", "0123456789")
def test_one_digit_ten_times_is_refused(digit: str) -> None:
    with pytest.raises(ids.NhsNumberError, match="one digit ten times"):
        ids.parse_nhs_number(digit * 10)


@pytest.mark.parametrize("text", ["", "943476591", "94347659190", "943476591O", "٩٤٣٤٧٦٥٩١٩", "943 476 591.9", "=9434765919"])
def test_anything_but_ten_plain_digits_is_refused(text: str) -> None:
    with pytest.raises(ids.NhsNumberError, match="10 digits"):
        ids.parse_nhs_number(text)


@pytest.mark.parametrize(
    "text", ["943 476 5919", " 943-476-5919\n", "943\u00a0476\u00a05919", "943\u2009476\u20095919", "\ufeff9434765919"]
)
def test_spaces_and_dashes_are_taken_out(text: str) -> None:
    assert ids.parse_nhs_number(text) == "9434765919"


def test_an_nhs_number_is_shown_in_threes_on_one_line() -> None:
    assert ids.format_nhs_number("9990148201") == "999\u00a0014\u00a08201"


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


@given(digits.filter(ids.check_digit_fits).filter(lambda n: len(set(n)) > 1))
def test_what_is_shown_reads_back(number: str) -> None:
    assert ids.parse_nhs_number(ids.format_nhs_number(number)) == number


@pytest.mark.parametrize(("text", "code"), [("rx3", "RX3"), (" A81001 ", "A81001"), ("QHM", "QHM"), ("RX 301", "RX301")])
def test_ods_codes(text: str, code: str) -> None:
    assert ids.parse_ods_code(text) == code


@pytest.mark.parametrize("text", ["", "RX", "RX-3", "RX3456789AB", "=RX3", "ŘX3"])
def test_ods_codes_refused(text: str) -> None:
    with pytest.raises(ids.OdsCodeError, match="3 to 10 letters"):
        ids.parse_ods_code(text)


@pytest.mark.parametrize(
    ("text", "number"), [(" 00123456 ", "00123456"), ("20001234-2", "20001234-2"), ("e1", "E1"), ("7", "7"), ("U_10.2/a", "U_10.2/A")]
)
def test_staff_numbers_keep_their_noughts(text: str, number: str) -> None:
    assert ids.parse_staff_number(text) == number


@pytest.mark.parametrize("text", ["1.2345E+07", "12345678.0", "1.0e7"])
def test_a_number_a_spreadsheet_has_spoilt_is_refused(text: str) -> None:
    with pytest.raises(ids.StaffNumberError, match="export the column as text"):
        ids.parse_staff_number(text)


@pytest.mark.parametrize("text", ["", "  ", "12 34", "=1+1", "@sum", "-5", "x" * 31, "1;2"])
def test_staff_numbers_refused(text: str) -> None:
    with pytest.raises(ids.StaffNumberError, match="1 to 30 letters"):
        ids.parse_staff_number(text)


def test_every_refusal_is_an_id_error_with_a_remedy() -> None:
    for parse in (ids.parse_nhs_number, ids.parse_ods_code, ids.parse_staff_number):
        with pytest.raises(ids.IdError) as refused:
            parse("?")
        assert refused.value.what in str(refused.value) and refused.value.remedy in str(refused.value)


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    for parse in (ids.parse_nhs_number, ids.parse_ods_code, ids.parse_staff_number):
        try:
            assert parse(parse(text)) == parse(text)
        except ids.IdError as error:
            assert error.remedy
