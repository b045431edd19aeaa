"""Names as they are looked for: whatever way one is written finds whoever bears it, and nobody else is lost."""

import string
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from careward.people.staff.spelling import folded, names_of, written

LETTERS = string.ascii_letters + "àéîõüçñøłßœÅ"
word = st.text(LETTERS, min_size=2, max_size=9)
apostrophe, dash = st.sampled_from("'\u2018\u2019\u02bc`"), st.sampled_from("-\u2010\u2011\u2013")
one = st.one_of(
    word,
    st.builds(lambda a, q, b: f"{a}{q}{b}", word, apostrophe, word),
    st.builds(lambda a, d, b: f"{a}{d}{b}", word, dash, word),
)
row = st.tuples(one, one, st.just("") | one, st.integers(1, 99999).map(lambda n: f"{n:08}"), st.just(""))
rows = st.lists(row, min_size=1, max_size=6).map(lambda found: [(n, *each) for n, each in enumerate(found, 1)])


def _otherwise(name: str, q: str, d: str) -> str:
    """The same name with other accents, apostrophes, dashes and capitals."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    for mark in "'\u2018\u2019\u02bc`":
        bare = bare.replace(mark, q)
    for mark in "-\u2010\u2011\u2013":
        bare = bare.replace(mark, d)
    return bare.swapcase()


@given(rows, st.data())
def test_every_way_of_writing_a_name_or_a_number_finds_who_bears_it(people, data):
    names, each = names_of(people), data.draw(st.sampled_from(people))
    q, d = data.draw(apostrophe | st.just("")), data.draw(dash | st.just(" "))
    for typed in (each[1], each[2], f"{each[2]} {each[1]}", _otherwise(each[1], q, d), each[4], each[4].lstrip("0")):
        assert each[0] in names.called(written(typed)), (typed, each)


@given(rows, st.text(max_size=20))
def test_whoever_is_found_bears_all_that_was_written(people, typed):
    asked = written(typed)
    found = names_of(people).called(asked)
    of = {row[0]: row for row in people}
    for number in found:
        for part in asked.words:
            together = "".join(folded(" ".join(of[number][1:4])).split())
            assert part in together
        for begins in asked.numbers:
            assert of[number][4].lstrip("0").startswith(begins)
    assert asked or not found


@given(rows, st.data())
def test_a_spelling_is_offered_only_where_it_finds_somebody(people, data):
    names, typed = names_of(people), data.draw(word)
    for offered in names.instead(written(typed)):
        assert names.called(written(offered))


def test_one_letter_wrong_and_two_changed_round_are_near():
    names = names_of([(1, "Sarah", "Dewhurst", "", "1", ""), (2, "Bo", "Smythe", "", "2", "")])
    assert names.instead(written("dewhirst")) == ("dewhurst",)
    assert names.instead(written("sarah smyhte")) == ()  # nobody bears both
    assert names.instead(written("smyhte")) == ("smythe",)
    assert names.instead(written("12345")) == ()
