"""Words of a pack's lists, however a file spells them."""

from hypothesis import given
from hypothesis import strategies as st

from careward.access.feeds.listed_words import as_known

KNOWN = ("line_manager", "data-security", "long_term", "first aid")
mark = st.sampled_from(["", " ", "  ", "_", "-", "\u00a0", "\u2011", "\u2013", "\u2014", "- "])


@given(st.sampled_from(KNOWN), st.data(), st.sampled_from([str.lower, str.upper, str.title]))
def test_a_known_word_is_known_in_any_letters_and_with_any_marks(word, data, spelt):
    parts = word.replace("-", "_").replace(" ", "_").split("_")
    said = spelt("".join(part + data.draw(mark) for part in parts[:-1]) + parts[-1])
    assert [each.casefold() for each in as_known([said, "", said], KNOWN)] == [word, "", word]


@given(st.text(max_size=12))
def test_a_word_of_no_list_stays_as_it_is(word):
    assert as_known([word], ()) == [word]
    assert as_known([word + "xyz"], KNOWN) == [word + "xyz"]
