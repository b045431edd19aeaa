"""What somebody types when they answer a task's question."""

from collections.abc import Mapping
from typing import Any

from django import forms

from careward.core.decision import Decision
from careward.web.fields import DayField
from careward.work.tasks.questions import CANNOT, Given, Question

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

    def refuse(self, decision: Decision) -> tuple[Any, ...]:
        """Puts each reason to the field it is about; returns those that are about none."""
        others = []
        for reason in decision.reasons:
            field = reason.code.split(".")[0]
            if field in self.fields:
                self.add_error(field, f"{reason.detail}. {reason.remedy}")
            else:
                others.append(reason)
        return tuple(others)
