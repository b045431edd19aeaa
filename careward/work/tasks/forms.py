"""What somebody types when they answer a task's question."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from careward.core.decision import Decision, Reason
from careward.web.fields import DayField
from careward.work.tasks.questions import CANNOT, Given, Question

EVERYBODY = "everybody"
NUMBER_WORDS = {  # whom a number names, where it is not only whose task it is
    "approval": "Staff number of whoever answers for it, or of whose task this is",
    "new_owner": "Staff number of whoever answers for it now, or of whose task this is",
}


class AnswerForm(forms.Form):
    """One of the question's answers, with what goes with it; whether they fit is the rule's to say, so that it says it once."""

    until = DayField(what="a day", label="The day that goes with your answer, if it has one", required=False)
    number = forms.CharField(
        label="Staff number, if your answer names somebody",
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    reason = forms.CharField(
        label="Why, if it cannot be done", max_length=1_000, required=False, widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Do not write about a patient.",
    )  # fmt: skip

    def __init__(self, question: Question, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.fields["choice"] = forms.CharField(  # what is no longer offered is the rule's to refuse, as an answer to what has changed
            label=question.words, widget=forms.RadioSelect(choices=[(o.choice, o.words) for o in question.options]), required=False
        )
        asked = {name for option in question.options for name in option.asks}
        for name in ("until", "number", "reason"):
            if name not in asked:
                del self.fields[name]
        if question.note and "until" in self.fields:
            self.fields["until"].help_text = question.note
        if question.kind in NUMBER_WORDS and "number" in self.fields:
            self.fields["number"].label = NUMBER_WORDS[question.kind]
        days = {option.day_words for option in question.options if option.day_words}
        if question.kind == "approval" and len(days) == 1:
            self.fields["until"].label = days.pop()
        if any("reason" in option.asks for option in question.options if option.answer != CANNOT.answer):
            self.fields["reason"].label = "Why"
        self.order_fields(["choice", "until", "number", "reason"])

    def given(self) -> Given:
        """The answer as plain values."""
        typed: Mapping[str, Any] = self.cleaned_data
        return Given(typed["choice"], typed.get("until"), typed.get("number", ""), typed.get("reason", ""))

    def refuse(self, decision: Decision) -> tuple[Reason, ...]:
        """Puts each reason to the field it is about; returns those that are about none."""
        return _put(self, decision)


class TogetherForm(forms.Form):
    """What goes with one act on many tasks: what was done, to whom they go, or a note. Whether it will do is the rule's to say."""

    def __init__(self, act: str, offered: Sequence[tuple[int, str]], back: bool, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        if act == "done":
            hint = "Like “Locked in PARIS, 10:31”. It stands on each of them. Do not write about a patient."
            self.fields["evidence"] = _lines("What you did and where", hint)
        elif act == "give":
            everybody = [(EVERYBODY, "Everybody whose work it is")] if back else []
            whom = [("", "Choose one"), *((str(number), name) for number, name in offered), *everybody]
            self.fields["whom"] = forms.ChoiceField(
                label="Who does them from now on", choices=whom, error_messages={"required": "Choose who does them from now on"}
            )
            self.fields["why"] = _lines("Why (if you want to say)", "Do not write about a patient.")
        else:
            self.fields["note"] = _lines("Your note", "It stands in the history of each of them. Do not write about a patient.")

    @property
    def whom(self) -> int | None:
        """The person they are given to; None where they go back to everybody."""
        typed = self.cleaned_data["whom"]
        return None if typed == EVERYBODY else int(typed)

    def refuse(self, decision: Decision) -> tuple[Reason, ...]:
        """Puts each reason to the field it is about; returns those that are about none."""
        return _put(self, decision)


def _put(form: forms.Form, decision: Decision) -> tuple[Reason, ...]:
    """Puts each reason to the field it is about, which its code begins with; returns those that are about none."""
    others = []
    for reason in decision.reasons:
        field = reason.code.split(".")[0]
        if field in form.fields:
            form.add_error(field, f"{reason.detail}. {reason.remedy}")
        else:
            others.append(reason)
    return tuple(others)


def _lines(label: str, hint: str) -> forms.CharField:
    return forms.CharField(label=label, help_text=hint, max_length=1_000, required=False, widget=forms.Textarea(attrs={"rows": 3}))
