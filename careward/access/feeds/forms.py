"""What someone types when files are loaded."""

from django import forms


class AllowForm(forms.Form):
    """A named person's word that a held load is right."""

    reason = forms.CharField(
        label="Why is this change right",
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=1_000,
        min_length=10,
        error_messages={
            "required": "Enter why this change is right",
            "min_length": "Enter why this change is right, in a sentence",
            "max_length": "Enter at most 1,000 characters",
        },
    )
