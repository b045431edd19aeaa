"""Questions of a form (core.forms) as boxes on a page, what was typed as plain answers, and an answer in words."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms as django

from careward.core import forms
from careward.core.forms import NO, YES, Answer, Answers, FormQuestion, Known
from careward.web.fields import DayField
from careward.web.words import day, listed

MANY = 7  # more choices than this open as a list, where other questions stand on the page
LONGEST = 5000


class QuestionForm(django.Form):
    """Some questions of a form as boxes. Here it is read what was typed; whether it may stand is for core.forms to say.

    `answers`, once it was looked at: all that may stand, with those given before.
    """

    def __init__(
        self,
        typed: Mapping[str, Any] | None,
        *,
        form: forms.Form,
        ask: Sequence[FormQuestion],
        so_far: Answers,
        known: Known,
        preset: Answers,
    ) -> None:
        super().__init__(typed, initial={q.id: _initial(q, so_far.get(q.id, preset.get(q.id, ""))) for q in ask})
        self.spec, self.ask, self.so_far, self.known = form, tuple(ask), so_far, known
        self.answers: dict[str, Answer] = dict(so_far)
        for question in ask:
            self.fields[question.id] = _box(
                question, known, alone=len(ask) == 1, hint=". ".join(h for h in (_only_if(form, question, ask), question.hint) if h)
            )

    def clean(self) -> dict[str, Any]:
        """Every question that is asked, given all answers with those typed, says what is amiss; one that is not asked says nothing."""
        typed = {q.id: _plain(self.cleaned_data[q.id]) for q in self.ask if q.id in self.cleaned_data}
        every = {**self.so_far, **typed}
        open_ = forms.asked(self.spec, every)
        for question in self.ask:
            if question not in open_:
                self.errors.pop(question.id, None)
            elif question.id not in self.errors and (said := forms.amiss(question, every[question.id], self.known)):
                self.add_error(question.id, said)
        self.answers = forms.kept(self.spec, {k: a for k, a in every.items() if k not in self.errors})
        return self.cleaned_data


def _only_if(form: forms.Form, question: FormQuestion, ask: Sequence[FormQuestion]) -> str:
    """What stands under a question beside the one that it depends on: without a script, both are drawn."""
    cause = form.question(question.when.question) if question.when else None
    if question.when is None or cause is None or cause not in ask:
        return ""
    words = listed([in_words(cause, a, Known(date.min)) for a in sorted(question.when.answers)])
    return f"Only where you answer {words} to: {cause.words.rstrip('?')}"


def _box(question: FormQuestion, known: Known, *, alone: bool, hint: str) -> django.Field:
    facts: dict[str, Any] = {"label": question.words, "help_text": hint, "required": False}
    match question.kind:
        case "day":
            return DayField(message=question.missing, **facts)
        case "long_text":
            return django.CharField(max_length=question.most or LONGEST, widget=django.Textarea, **facts)
        case "several_of" | "systems":
            return django.Field(widget=_choosing(django.CheckboxSelectMultiple, question, known), **facts)
        case "one_of" | "yes_no" | "system":
            open_ = question.kind == "one_of" if alone else question.kind != "system" and len(_choices(question, known)) <= MANY
            kind = django.RadioSelect if open_ or question.kind == "yes_no" else django.Select
            return django.CharField(widget=_choosing(kind, question, known), **facts)
        case "email":
            return django.CharField(max_length=254, widget=django.EmailInput(attrs={"autocomplete": "off"}), **facts)
    return django.CharField(max_length=LONGEST, **facts)


def _choosing(kind: type[django.widgets.ChoiceWidget], question: FormQuestion, known: Known) -> django.Widget:
    choices = _choices(question, known)
    widget = kind(choices=[("", "Choose one"), *choices] if kind is django.Select else choices)
    widget.hints = {} if kind is django.Select else {o.value: o.hint for o in question.options if o.hint}  # type: ignore[attr-defined]
    return widget


def _choices(question: FormQuestion, known: Known) -> list[tuple[str, str]]:
    if question.kind == "yes_no":
        return [(YES, "Yes"), (NO, "No")]
    return list(known.systems.items()) if question.kind in ("system", "systems") else [(o.value, o.words) for o in question.options]


def _initial(question: FormQuestion, answer: Answer) -> Any:
    if question.kind == "day" and isinstance(answer, str) and answer:
        return date.fromisoformat(answer)
    return answer


def _plain(value: Any) -> Answer:
    if isinstance(value, date):
        return value.isoformat()
    return tuple(str(v) for v in value) if isinstance(value, list) else str(value or "")


def in_words(question: FormQuestion, answer: Answer, known: Known) -> str:
    """An answer as the page of answers shows it."""
    if not answer:
        return question.blank
    given = (answer,) if isinstance(answer, str) else answer
    match question.kind:
        case "day":
            return day(date.fromisoformat(given[0]))
        case "person":
            return f"{known.person(given[0])}, {given[0]}"
        case "one_of" | "several_of" | "yes_no" | "system" | "systems":
            words = dict(_choices(question, known))
            return listed([words.get(g, g) for g in given])
    return given[0]
