"""Words of a pack's lists, however a file spells them."""

from hypothesis import given
from hypothesis import strategies as st

from careward.access.feeds.listed_words import UnknownWords, as_known
from careward.access.feeds.merge import Refusals
from careward.access.feeds.plan import Work
from careward.core.ids import spelt_plainly
from tests.make.feeds import feed_file

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


def unknown(words, known=KNOWN, **more):
    """What is told of a column that holds these words."""
    told = UnknownWords("kind", known, **more)
    for start in range(0, len(words), 2):  # some rows at a time
        lines = range(start + 2, start + 2 + len(words[start : start + 2]))
        told.note(Work(feed_file("absences"), lines, {"kind": words[start : start + 2]}, None, Refusals("absences.csv", lines)))
    return [(p.line, p.what) for p in told.problems("absences.csv")]


@given(st.lists(st.sampled_from([*KNOWN, "LINE MANAGER", "", "xyzzy", "qqqq"]), max_size=9))
def test_each_word_that_no_list_knows_is_told_once_with_its_first_line_and_how_often(words):
    strange = {w for w in words if w and spelt_plainly(w) not in map(spelt_plainly, KNOWN)}
    told = {what.split("”")[0].strip("“"): (line, what) for line, what in unknown(words)}
    assert set(told) == strange and len(told) == len(unknown(words))
    for word, (line, what) in told.items():
        assert line == words.index(word) + 2
        assert (f"in {words.count(word)} cells" in what) == (words.count(word) > 1)


def test_the_nearest_known_word_is_told():
    assert unknown(["lime_manager"]) == [(2, "“lime_manager” is not a word known here; the nearest is line_manager")]
    assert unknown(["Maternity Leave"], ("maternity", "career_break"))[0][1].endswith("the nearest is maternity")
    assert unknown(["fire", "data-securty"], near_alone=True) == [
        (3, "“data-securty” is not a word known here; the nearest is data-security")
    ]
