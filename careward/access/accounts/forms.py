"""What is asked before a large change is let go."""

from django import forms


class AllowForm(forms.Form):
    """The reason, which the rule judges: it is kept in the ledger with the name of whoever gave it."""

    reason = forms.CharField(
        label="Why it may go ahead",
        help_text='Like "The hospice moved to another trust on 1 November". It is kept in the ledger with your name.',
        widget=forms.Textarea,
        required=False,
    )
