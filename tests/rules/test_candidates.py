"""Whose an account may be: honest candidates, each with why, and nobody without a reason."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careward.access.accounts.rules import candidates as rules
from careward.access.accounts.rules.candidates import MOST, AccountClues, StaffClues, candidates

ANN = StaffClues(1, "Ann", "O'Brien", "", "00123", "ann.obrien@trust.example", "77")
NAMES = st.sampled_from(["Ann", "Bo", "Zoë", "", "Anne-Marie"])
LAST = st.sampled_from(["Other", "O'Brien", "Müller", "Smith-Jones", "Lee"])
NUMBERS = st.sampled_from(["", "123", "00123", "E7", "0E7", "9"])
EMAILS = st.sampled_from(["", "ann.other@a.example", "ann.other@b.example", "ANN.OTHER@a.example", "@a.example", "bo@a.example"])
USERNAMES = st.sampled_from(["aother", "aother2", "ann.other", "othera", "aobrien", "123", "x", "zmuller", "Ann.Other"])
PEOPLE = st.lists(
    st.builds(StaffClues, st.integers(1, 40), NAMES, LAST, NAMES, NUMBERS, EMAILS, NUMBERS), max_size=12, unique_by=lambda p: p.person_id
)
ACCOUNTS = st.builds(AccountClues, USERNAMES, st.sampled_from(["", "Ann Other", "Other, Ann", "MÜLLER, Zoe"]), NUMBERS, EMAILS, NUMBERS)


@pytest.mark.parametrize(
    ("account", "why"),
    [
        (AccountClues("x1", "Ann O'Brien"), "the same name"),
        (AccountClues("x1", "O\u2019BRIEN, Ann"), "the same name"),
        (AccountClues("x1", email="Ann.OBrien@old.example"), "the same name before the @ of the e-mail address"),
        (AccountClues("aobrien"), "the user name is made of the name"),
        (AccountClues("AOBrien02"), "the user name is made of the name"),
        (AccountClues("ann.obrien"), "the user name is made of the name"),
        (AccountClues("x1", employee_number="123"), "the same staff number but for leading noughts"),
        (AccountClues("0000123"), "the same staff number but for leading noughts"),
        (AccountClues("x1", employee_number="00123"), "the same employee number"),
        (AccountClues("x1", smartcard="77"), "the same smartcard"),
    ],
)
def test_each_likeness_is_a_reason_and_says_itself(account, why):
    (found,) = candidates(account, [ANN, StaffClues(2, "Bo", "Lee", "", "9", "bo@trust.example")])
    assert (found.person_id, found.why, found.words) == (1, (why,), f"Ann O'Brien, staff number 00123: {why}")


def test_blanks_are_like_nothing():
    assert (
        candidates(
            AccountClues("", "", "", "", ""), [StaffClues(1, "", "", "", "", "", ""), StaffClues(2, "Bo", "Lee", "", "0", "@a.example")]
        )
        == ()
    )


def fits(found) -> bool:
    return bool({"the same employee number", "the same e-mail address", "the same smartcard"} & set(found.why))


@given(ACCOUNTS, PEOPLE)
def test_at_most_five_each_once_with_a_reason_and_the_likeliest_first_in_whatever_order_they_come(account, people):
    found = candidates(account, people)
    assert found == candidates(account, people[::-1]) and len(found) <= MOST
    assert len({c.person_id for c in found}) == len(found) and all(c.why for c in found)
    alone = {p.person_id: candidates(account, [p]) for p in people}
    assert {c.person_id for c in found} <= {i for i, c in alone.items() if c}
    assert len(found) == min(MOST, sum(bool(c) for c in alone.values()))
    fit = [fits(c) for c in found]
    assert fit == sorted(fit, reverse=True)


@given(ACCOUNTS, PEOPLE)
def test_who_fits_by_an_identifier_is_never_left_out_for_who_is_merely_alike(account, people):
    found = candidates(account, people)
    exact = {p.person_id for p in people for c in candidates(account, [p]) if fits(c)}
    if len(exact) <= MOST:
        assert exact <= {c.person_id for c in found}


@given(USERNAMES, st.sampled_from(["", "Ann Other", "Bo Smith-Jones", "Lee, Bo"]), NAMES.filter(bool), LAST.filter(str.isascii))
def test_a_search_by_last_name_finds_everybody_who_is_alike_by_name_or_user_name(username, shown, first, last):
    account, person = AccountClues(username, shown), StaffClues(1, first, last)
    if last != "Smith-Jones" and candidates(account, [person]):
        assert last.casefold() in {n.casefold() for n in rules.last_names(account)}
