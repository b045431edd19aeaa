"""Forms as specifications: what is asked given the answers so far, what is complete, what an answer no longer asked becomes, the order."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careward.core import forms
from careward.core.forms import NO, YES, Form, FormError, FormOption, FormQuestion, FormSection, Known, When

TODAY = date(2026, 11, 23)
KNOWN = Known(TODAY, {"paris": "PARIS", "rio": "RiO"}, lambda number: "Carol Dewhurst" if number == "E1" else "")
OPTIONS = (FormOption("a", "A"), FormOption("b", "B"), FormOption("c", "C"))


@st.composite
def specifications(draw) -> Form:
    """Any form of up to eight questions, each perhaps asked only for some answers to an earlier one."""
    made: list[FormQuestion] = []
    for number in range(draw(st.integers(1, 8))):
        kind = draw(st.sampled_from(sorted(forms.KINDS)))
        causes = [q for q in made if q.kind in ("yes_no", "one_of", "several_of")]
        when = None
        if causes and draw(st.booleans()):
            cause = draw(st.sampled_from(causes))
            possible = [YES, NO] if cause.kind == "yes_no" else [o.value for o in cause.options]
            when = When(cause.id, frozenset(draw(st.sets(st.sampled_from(possible), min_size=1))))
        options = OPTIONS if kind in forms.CHOOSING else ()
        made.append(FormQuestion(f"q{number}", "Words?", "Words", kind, needed=draw(st.booleans()), options=options, when=when))
    cut = draw(st.integers(0, len(made)))
    return Form("toy.form", "Toy", (FormSection("One", tuple(made[:cut])), FormSection("Two", tuple(made[cut:]))))


ONE = st.sampled_from(["", " ", "a", "b", "yes", "no", "paris", "E1", "2026-11-24", "jo@trust.example", "nonsense"])
ANSWER = ONE | st.lists(st.sampled_from(["a", "b", "c", "z"]), max_size=3).map(tuple)
ANSWERS = st.dictionaries(st.sampled_from([f"q{n}" for n in range(9)]), ANSWER)


@given(specifications(), ANSWERS)
def test_what_is_asked_stands_in_the_order_of_the_form_and_each_condition_holds(form, answers):
    found = forms.asked(form, answers)
    assert list(found) == [q for q in form.questions if q in found]
    for question in form.questions:
        if question.when is None:
            assert question in found
            continue
        cause = form.question(question.when.question)
        given_ = answers.get(cause.id, "")
        holds = bool(question.when.answers & set(given_ if isinstance(given_, tuple) else [given_]))
        assert (question in found) == (cause in found and holds)


@given(specifications(), ANSWERS)
def test_an_answer_that_is_no_longer_asked_is_let_go_and_changes_nothing_else(form, answers):
    left = forms.kept(form, answers)
    assert forms.asked(form, left) == forms.asked(form, answers)
    assert forms.kept(form, left) == left
    assert list(left) == [q.id for q in forms.asked(form, answers) if q.id in answers]
    assert all(left[k] == answers[k] for k in left)


@given(specifications(), ANSWERS, ANSWERS)
def test_answering_what_is_missing_in_turn_comes_to_an_end_and_is_then_complete(form, answers, more):
    right = {
        "text": "x",
        "long_text": "x",
        "email": "jo@trust.example",
        "day": "2026-11-24",
        "one_of": "a",
        "several_of": ("a",),
        "yes_no": YES,
        "person": "E1",
        "system": "rio",
        "systems": ("rio",),
    }
    so_far = forms.kept(form, answers)
    for _ in form.questions:
        if not (left := forms.missing(form, so_far, KNOWN)):
            break
        so_far = forms.kept(form, {**so_far, left[0].id: right[left[0].kind]})
    assert forms.missing(form, so_far, KNOWN) == ()
    assert all(q.id in so_far for q in forms.asked(form, so_far))
    assert all(so_far[q.id] for q in forms.asked(form, so_far) if q.needed)


@given(specifications(), ANSWERS)
def test_going_back_visits_every_question_asked_once(form, answers):
    steps, at = [], "check"
    while (question := forms.before(form, answers, at)) is not None:
        steps.append(question)
        at = question.id
    assert tuple(reversed(steps)) == forms.asked(form, answers)


@given(ANSWERS, ANSWERS, st.integers(1, 3), st.integers(1, 3))
def test_two_digests_are_one_only_for_the_same_answers_of_the_same_draft(one, other, first, second):
    same = (first, one) == (second, other)
    assert (forms.digest(one, number=first) == forms.digest(other, number=second)) == same


def a(kind: str, **more) -> FormQuestion:
    return FormQuestion("q", "Words?", "Words", kind, missing="Say it", options=OPTIONS if kind in forms.CHOOSING else (), **more)


@pytest.mark.parametrize(("question", "answer", "says"), [
    (a("text"), " ", "Say it"), (a("text", needed=False), "", ""), (a("text", most=3), "abcd", "Write 3 letters at most"),
    (a("long_text", least=3), "ab ", "Write at least 3 letters"), (a("long_text", least=3, needed=False), "", ""),
    (a("email"), "jo@trust", "Enter a whole e-mail address, like jo.bloggs@trust.example"), (a("email"), "jo@trust.example", ""),
    (a("email", most=5), "jo@trust.example", "Write 5 letters at most"),
    (a("day"), "31 2 2026", "Say it"), (a("day"), "2026-02-31", "Say it"), (a("day", least=0), "2026-11-22", "The day must be today or later"),
    (a("day", least=0), "2026-11-23", ""), (a("day", most=-1), "2026-11-23", "The day must be 1 day ago or earlier"),
    (a("day", most=7), "2026-12-01", "The day must be 7 days from now or earlier"),
    (a("one_of"), "z", "Choose from the list"), (a("one_of"), ("a", "b"), "Choose one"), (a("one_of"), "a", ""),
    (a("several_of"), (), "Say it"), (a("several_of", needed=False), (), ""), (a("several_of", least=2), ("a",), "Choose at least 2"),
    (a("several_of", most=1), ("a", "b"), "Choose 1 at most"), (a("several_of"), ("a", "b"), ""),
    (a("yes_no"), "maybe", "Say it"), (a("yes_no"), "no", ""),
    (a("person"), "E2", "Nobody in the staff record has this number"), (a("person"), "E1", ""),
    (a("system"), "emis", "Choose a system from the list"), (a("system"), "rio", ""),
])  # fmt: skip
def test_what_is_said_of_an_answer(question, answer, says):
    assert forms.amiss(question, answer, KNOWN) == says


def test_what_a_room_looks_up_is_asked_once_the_answer_is_well_formed():
    known = Known(TODAY, checks={"q": lambda email: "Nobody" if email.startswith("bo") else ""})
    says = [forms.amiss(a("email"), email, known) for email in ("bo", "bo@trust.example", "jo@trust.example")]
    assert says == ["Enter a whole e-mail address, like jo.bloggs@trust.example", "Nobody", ""]


@given(st.dates(TODAY - timedelta(days=40), TODAY + timedelta(days=40)), st.integers(-30, 30), st.integers(-30, 30))
def test_a_day_stands_exactly_within_its_bounds(day, least, most):
    within = TODAY + timedelta(days=least) <= day <= TODAY + timedelta(days=most)
    assert (forms.amiss(a("day", least=least, most=most), day.isoformat(), KNOWN) == "") == within


@pytest.mark.parametrize("questions", [
    (a("text"), a("text")), (FormQuestion("check", "W", "W", "text"),), (FormQuestion("q", "W", "W", "burn"),),
    (FormQuestion("q", "W", "W", "one_of"),), (FormQuestion("q", "W", "W", "text", options=OPTIONS),),
    (FormQuestion("r", "W", "W", "text", when=When("q", frozenset({YES}))), a("yes_no")),
    (a("yes_no"), FormQuestion("r", "W", "W", "text", when=When("q", frozenset({"a"})))),
    (a("yes_no"), FormQuestion("r", "W", "W", "text", when=When("q", frozenset()))),
    (a("text"), FormQuestion("r", "W", "W", "text", when=When("q", frozenset({"x"})))),
], ids=str)  # fmt: skip
def test_a_form_that_cannot_be_asked_is_refused(questions):
    with pytest.raises(FormError):
        Form("toy.form", "Toy", (FormSection("One", questions),))
