"""What somebody types when they say whose an account is."""

from collections.abc import Iterable
from typing import Any

from django import forms

from careward.access.accounts.holders import HolderGiven
from careward.access.accounts.rules.candidates import Candidate
from careward.access.accounts.rules.holders import ELSE, NOBODY


class WhoseForm(forms.Form):
    """One of the candidates, somebody else by staff number, or nobody; whether it can be taken is the rule's to say."""

    number = forms.CharField(
        label="Staff number, if it is somebody else's",
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    reason = forms.CharField(
        label="How you know", max_length=1_000, required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="A sentence that somebody else can judge later. It is kept with your name. Do not write about a patient.",
    )  # fmt: skip
    seen = forms.CharField(widget=forms.HiddenInput, max_length=64, required=False)

    def __init__(self, offered: Iterable[Candidate], *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        named = [(f"{ELSE}-{c.person_id}", c.words) for c in offered]
        choices = [*named, (ELSE, "Somebody else's" if named else "Somebody's"), (NOBODY, "Nobody's")]
        self.fields["choice"] = forms.CharField(label="Whose is it?", widget=forms.RadioSelect(choices=choices), required=False)
        self.order_fields(["choice", "number", "reason", "seen"])

    def given(self) -> HolderGiven:
        """What was typed, as plain values."""
        return HolderGiven(**{name: self.cleaned_data[name] for name in ("choice", "number", "reason", "seen")})
