"""Forms for bringing a document into force, and for taking it out."""

from datetime import date
from typing import Any

from django import forms

from careward.people.staff.packs import documents
from careward.web.fields import DayField


class AdoptForm(forms.Form):
    """Which document, from when, whose."""

    document = forms.ChoiceField(label="Document", choices=(), error_messages={"required": "Choose a document"})
    from_on = DayField(what="the day it comes into force", label="In force from")
    owner = forms.CharField(
        label="Who owns it here", max_length=200, required=False, help_text="A role or a name, like Patient Systems Manager"
    )
    reference = forms.CharField(
        label="Your own reference", max_length=100, required=False, help_text="Only where it differs from the document's"
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        choices = [(f"{pack}/{code}", f"{d.title}, version {d.version}") for (pack, code), d in documents().items()]
        self.fields["document"].choices = [("", "Choose a document"), *choices]  # type: ignore[attr-defined]

    def chosen(self) -> tuple[str, str]:
        """Pack and code of the document."""
        pack, _, code = self.cleaned_data["document"].partition("/")
        return pack, code


class EndForm(forms.Form):
    to_on = DayField(what="the first day it is no longer in force", label="No longer in force from")

    def day(self) -> date:
        answer: date = self.cleaned_data["to_on"]
        return answer
