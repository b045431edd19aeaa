"""A form as a specification: its questions in plain values, and what follows from the answers given so far. Pure.

A form may be written here or stand in a pack. Answers are plain too, as they are kept: a day is "2026-11-23", yes is "yes", several choices
are a tuple, what was left blank is "". A question not seen yet has no answer at all.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import chain

KINDS = frozenset({"text", "long_text", "email", "day", "one_of", "several_of", "yes_no", "person", "system", "systems"})
CHOOSING = frozenset({"one_of", "several_of"})
YES, NO = "yes", "no"
RESERVED = frozenset({"check", "throw-away"})  # the other pages of a form
EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")

Answer = str | tuple[str, ...]
Answers = Mapping[str, Answer]


class FormError(ValueError):
    """A form that cannot be asked; the message says which and why."""


@dataclass(frozen=True, slots=True)
class FormOption:
    """One answer to choose."""

    value: str
    words: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class When:
    """A question is asked only where the answer to an earlier one is, or holds, one of these."""

    question: str
    answers: frozenset[str]


@dataclass(frozen=True, slots=True)
class FormQuestion:
    """One question. `least` and `most` bound the letters of a text, the number of choices, or how far a day lies from today."""

    id: str
    words: str  # "Which role will they hold?"
    short: str  # "Role": how their answers name it
    kind: str
    missing: str = "Answer this question"  # what is said where it is not answered
    hint: str = ""
    needed: bool = True
    options: tuple[FormOption, ...] = ()
    when: When | None = None
    least: int | None = None
    most: int | None = None
    blank: str = "Not answered"  # how a blank answer reads among the answers


@dataclass(frozen=True, slots=True)
class FormSection:
    title: str
    questions: tuple[FormQuestion, ...]


@dataclass(frozen=True)
class Form:
    """Questions in their order, asked one a page or all on one. Raises FormError where they cannot be asked so."""

    name: str  # "signin.give_role": the room's, then its own
    title: str  # "Give a role"
    sections: tuple[FormSection, ...]
    one_page: bool = False

    def __post_init__(self) -> None:
        before: dict[str, FormQuestion] = {}
        for question in self.questions:
            if wrong := _unfit(question, before):
                raise FormError(f"{self.name}: {question.id} {wrong}")
            before[question.id] = question

    @property
    def questions(self) -> tuple[FormQuestion, ...]:
        return tuple(chain.from_iterable(s.questions for s in self.sections))

    def question(self, question_id: str) -> FormQuestion | None:
        """The question of an id; None where there is none."""
        return next((q for q in self.questions if q.id == question_id), None)


def _unfit(question: FormQuestion, before: Mapping[str, FormQuestion]) -> str:
    """Why a question cannot stand where it does; "" where it can."""
    if question.id in before or question.id in RESERVED:
        return "is asked twice, or is the name of another page"
    if question.kind not in KINDS:
        return f"is of no kind we know: {question.kind}"
    if (question.kind in CHOOSING) != bool(question.options):
        return "has choices where none are chosen, or none where they are"
    if question.when is None:
        return ""
    if (cause := before.get(question.when.question)) is None:
        return "depends on a question that does not come before it"
    possible = {YES, NO} if cause.kind == "yes_no" else {o.value for o in cause.options}
    return "" if question.when.answers and question.when.answers <= possible else f"depends on an answer that {cause.id} does not have"


@dataclass(frozen=True, slots=True)
class Known:
    """What answers are looked up in: the day, the systems one may name, and a member of staff by number ("" for nobody).

    `checks`: what a room looks up of an answer, by question; each says what is amiss, or "".
    """

    today: date
    systems: Mapping[str, str] = field(default_factory=dict)
    person: Callable[[str], str] = lambda number: ""
    checks: Mapping[str, Callable[[str], str]] = field(default_factory=dict)


def asked(form: Form, answers: Answers) -> tuple[FormQuestion, ...]:
    """The questions that are asked, given the answers so far: a condition counts only where its own question is asked."""
    found: dict[str, FormQuestion] = {}
    for question in form.questions:
        when = question.when
        if when is None or (when.question in found and when.answers & set(_each(answers.get(when.question, "")))):
            found[question.id] = question
    return tuple(found.values())


def kept(form: Form, answers: Answers) -> dict[str, Answer]:
    """The answers to what is asked, in order: one to a question that is no longer asked is let go."""
    return {q.id: answers[q.id] for q in asked(form, answers) if q.id in answers}


def missing(form: Form, answers: Answers, known: Known) -> tuple[FormQuestion, ...]:
    """The questions that are asked and not yet answered as they must be."""
    return tuple(q for q in asked(form, answers) if q.id not in answers or amiss(q, answers[q.id], known))


def before(form: Form, answers: Answers, question_id: str) -> FormQuestion | None:
    """The question asked before one; the last of all for a name that is none of them (the page of answers). None before the first."""
    ids = [q.id for q in asked(form, answers)]
    at = ids.index(question_id) if question_id in ids else len(ids)
    return asked(form, answers)[at - 1] if at else None


def digest(answers: Answers, *, number: int) -> str:
    """What an act is bound to: exactly these answers, of the one draft they were begun in."""
    plain = {k: list(v) if isinstance(v, tuple) else v for k, v in answers.items()}
    return hashlib.sha256(json.dumps([number, plain], sort_keys=True, ensure_ascii=True).encode()).hexdigest()


def amiss(question: FormQuestion, answer: Answer, known: Known) -> str:
    """What is wrong with an answer, as the page says it; "" where it may stand."""
    if not (given := [a for a in _each(answer) if a.strip()]):
        return question.missing if question.needed else ""
    if said := _CHECKS[question.kind](question, given, known):
        return said
    check = known.checks.get(question.id)
    return check(given[0]) if check else ""


def _each(answer: Answer) -> Iterable[str]:
    return (answer,) if isinstance(answer, str) else answer


def _text(question: FormQuestion, given: list[str], known: Known) -> str:
    if question.least is not None and len(given[0].strip()) < question.least:
        return f"Write at least {question.least} letters"
    if question.most is not None and len(given[0]) > question.most:
        return f"Write {question.most} letters at most"
    return ""


def _email(question: FormQuestion, given: list[str], known: Known) -> str:
    return _text(question, given, known) if EMAIL.fullmatch(given[0]) else "Enter a whole e-mail address, like jo.bloggs@trust.example"


def _day(question: FormQuestion, given: list[str], known: Known) -> str:
    try:
        day = date.fromisoformat(given[0])
    except ValueError:
        return question.missing
    if question.least is not None and day < known.today + timedelta(days=question.least):
        return f"The day must be {_from_today(question.least)} or later"
    if question.most is not None and day > known.today + timedelta(days=question.most):
        return f"The day must be {_from_today(question.most)} or earlier"
    return ""


def _from_today(days: int) -> str:
    if days == 0:
        return "today"
    return f"{abs(days)} {'day' if abs(days) == 1 else 'days'} {'from now' if days > 0 else 'ago'}"


def _chosen(question: FormQuestion, given: list[str], known: Known) -> str:
    if not set(given) <= {o.value for o in question.options}:
        return "Choose from the list"
    if question.kind == "one_of":
        return "" if len(given) == 1 else "Choose one"
    if question.least is not None and len(given) < question.least:
        return f"Choose at least {question.least}"
    if question.most is not None and len(given) > question.most:
        return f"Choose {question.most} at most"
    return ""


def _yes_no(question: FormQuestion, given: list[str], known: Known) -> str:
    return "" if given in ([YES], [NO]) else question.missing


def _person(question: FormQuestion, given: list[str], known: Known) -> str:
    return "" if known.person(given[0]) else "Nobody in the staff record has this number"


def _system(question: FormQuestion, given: list[str], known: Known) -> str:
    return "" if set(given) <= known.systems.keys() else "Choose a system from the list"


_CHECKS: dict[str, Callable[[FormQuestion, list[str], Known], str]] = {
    "text": _text,
    "long_text": _text,
    "email": _email,
    "day": _day,
    "one_of": _chosen,
    "several_of": _chosen,
    "yes_no": _yes_no,
    "person": _person,
    "system": _system,
    "systems": _system,
}
