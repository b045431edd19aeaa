"""Questions of tasks: kept as data and read back the same, and an answer fits when it says all that goes with it."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careward.access.accounts import tasks
from careward.core.packs.pack import load as load_pack
from careward.core.room import SubjectFacts
from careward.work.tasks import questions, rules
from careward.work.tasks.questions import NUMBER, REASON, UNTIL, Given
from tests.rules.test_tasks import CAUSES

TODAY = date(2026, 11, 23)
ALL = [
    questions.still_needed("PARIS"), questions.has_gone("Carol Dewhurst"), questions.whose("cdewhurst"),
    questions.new_owner("ward1"), questions.arranged("When?"),
]  # fmt: skip
QUESTIONS = st.sampled_from(ALL)
GIVEN = st.builds(
    Given,
    st.sampled_from(sorted({o.choice for q in ALL for o in q.options} | {"", "burn"})),
    st.none() | st.dates(TODAY - timedelta(days=40), TODAY + timedelta(days=400)),
    st.sampled_from(["", " ", "E1"]),
    st.sampled_from(["", "  ", "They are away"]),
)


@pytest.mark.parametrize("question", ALL, ids=lambda q: q.kind)
def test_a_question_is_kept_as_data_and_read_back_the_same(question):
    assert questions.from_data(question.as_data()) == question
    assert len({o.choice for o in question.options}) == len(question.options)
    assert {"not_mine", "cannot"} <= {o.answer for o in question.options}
    assert all(bool(o.day_words) == (UNTIL in o.asks) for o in question.options)


def test_a_question_is_shown_with_its_facts_and_those_it_may_be_and_how_far_an_answer_goes():
    told = SubjectFacts((("User name", "cdewhurst"),), ((1, "Carol"), (2, "Ann")), "At most so far", TODAY)
    whose = questions.shown(questions.whose("cdewhurst"), told)
    assert [o.choice for o in whose.options] == ["is-1", "is-2", "is", "nobody", "not_mine", "cannot"]
    assert (whose.facts, whose.note, whose.at_most) == (told.facts, "", None)
    still = questions.shown(questions.still_needed("PARIS"), told)
    assert (still.options, still.note, still.at_most) == (questions.still_needed("PARIS").options, "At most so far", TODAY)
    other = replace(told, facts=(("User name", "other"),))
    assert questions.shown_data(still) != questions.shown_data(questions.shown(questions.still_needed("PARIS"), other))
    assert questions.shown_data(still) == questions.shown_data(replace(still, note="", at_most=None)) and questions.shown_data(None) is None


@given(st.dates(TODAY, TODAY + timedelta(days=900)), st.none() | st.dates(TODAY, TODAY + timedelta(days=900)))
def test_an_answer_that_goes_further_than_it_may_says_how_far_it_does(until, at_most):
    said = questions.in_words("still_needed", until=until, whom="", reason="", at_most=at_most)
    shortened = at_most is not None and until > at_most
    assert ("the furthest it may" in said) == shortened and (not shortened or f"{at_most.day} {at_most:%B %Y}" in said)


def test_a_task_without_a_question_takes_no_answer():
    assert questions.from_data(None) is None
    assert [r.code for r in questions.fits(None, Given("is"), today=TODAY, known=True).reasons] == ["choice.missing"]


@given(QUESTIONS, GIVEN, st.booleans())
def test_an_answer_fits_when_it_says_all_that_goes_with_it(question, said, known):
    decision = questions.fits(question, said, today=TODAY, known=known)
    option = questions.option_of(question, said.choice)
    if option is None:
        assert [r.code for r in decision.reasons] == ["choice.missing"]
        return
    wrong = {
        "until.missing": UNTIL in option.asks and said.until is None,
        "until.past": UNTIL in option.asks and said.until is not None and said.until < TODAY and option.answer != "gone",
        "number.missing": NUMBER in option.asks and not known,
        "reason.missing": REASON in option.asks and not said.reason.strip(),
    }
    assert [r.code for r in decision.reasons] == [code for code, so in wrong.items() if so]
    assert all(r.detail and r.remedy for r in decision.reasons)


@given(QUESTIONS, st.data())
def test_every_answer_can_be_said_in_a_sentence(question, data):
    option = data.draw(st.sampled_from(question.options))
    words = questions.in_words(option.answer, until=TODAY, whom="Carol Dewhurst", reason="They are away")
    assert words[0].isupper() and "None" not in words


@given(CAUSES)
def test_what_asks_has_a_question_and_what_is_to_be_done_has_none(cause):
    question = tasks.question(cause)
    approved_or_locked = cause.step == "lock" and cause.code == tasks.UNAPPROVED
    assert (question is not None) == ((cause.step in ("warn", "ask") and cause.code != "feed.unsafe") or approved_or_locked)
    assert question is None or (question.tells == tasks.ANSWERED and question.words.endswith("?"))


ANSWERS = {  # FEEDS F: answers by code
    "account.inactive": {"still_needed", "not_needed"}, "account.absent": {"still_needed", "not_needed"},
    "account.unmatched": {"is", "nobody"}, "account.ambiguous": {"is", "nobody"}, "account.leaver": {"gone", "still_needed"},
    "account.owner_left": {"is", "not_needed"}, "access.mover": {"still_needed", "not_needed"},
}  # fmt: skip


@given(CAUSES)
def test_each_code_takes_the_answers_of_the_contract(cause):
    question = tasks.question(cause)
    if question is not None:
        answers = {o.answer for o in question.options}
        assert ({"approve"} if cause.step == "lock" else ANSWERS.get(cause.code, {"arranged"})) <= answers
        assert ("approve" in answers) == (cause.code == tasks.UNAPPROVED)


def test_the_codes_with_questions_of_their_own_are_codes_of_the_pack_or_to_come():
    known = set(load_pack("base").findings) | {"account.owner_left", "access.mover"}
    assert set(tasks._QUESTIONS) <= known


SHOWN = st.fixed_dictionaries({n: st.text(max_size=5) for n in ("title", "why", "otherwise", "link")})


@given(SHOWN, SHOWN)
def test_an_answer_is_to_exactly_what_was_shown(shown, seen):
    question = questions.still_needed("PARIS").as_data()
    digests = [rules.seen_digest(**words, question=question) for words in (shown, seen)]
    assert bool(rules.unchanged(shown=digests[0], seen=digests[1])) == (shown == seen)
    assert not rules.unchanged(shown=digests[0], seen="")
    assert not rules.unchanged(shown=rules.seen_digest(**shown, question=None), seen=digests[0])
