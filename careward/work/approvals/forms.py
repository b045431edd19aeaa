"""What somebody types when they decide."""

from django import forms


class DecisionForm(forms.Form):
    """A yes or a no to exactly what was shown, and why."""

    answer = forms.ChoiceField(
        label="Your decision",
        choices=(("approve", "Approve it"), ("refuse", "Refuse it")),
        widget=forms.RadioSelect,
        error_messages={
            "required": "Choose whether you approve it or refuse it",
            "invalid_choice": "Choose whether you approve it or refuse it",
        },
    )
    reason = forms.CharField(
        label="Why",
        help_text="A sentence that somebody else can judge later. It is kept with your name. Do not write about a patient.",
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=1_000,
        required=False,
        error_messages={"max_length": "Enter at most 1,000 characters"},
    )
    seen = forms.CharField(widget=forms.HiddenInput, max_length=64)
