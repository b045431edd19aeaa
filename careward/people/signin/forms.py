"""Forms for giving and ending roles: what was typed, read; whether it may be so is for the rules."""

from collections.abc import Mapping
from typing import Any

from django import forms

from careward.core.days import ONE_DAY
from careward.core.roles import ROLES
from careward.people.signin.models import User
from careward.web.fields import DayField


class GiveRole(forms.Form):
    email = forms.EmailField(
        label="E-mail address they sign in with",
        error_messages={
            "required": "Enter the e-mail address they sign in with",
            "invalid": "Enter a whole e-mail address, like jo.bloggs@trust.example",
        },
    )
    role = forms.ChoiceField(
        label="Role",
        choices=[("", "Choose a role"), *((name, role.title) for name, role in ROLES.items())],
        error_messages={"required": "Choose a role", "invalid_choice": "Choose a role from the list"},
    )
    system_code = forms.ChoiceField(
        label="System, if the role is for one system only",
        required=False,
        error_messages={"invalid_choice": "Choose a system from the list"},
    )
    from_on = DayField(what="the first day", label="First day")
    last_on = DayField(what="the last day", label="Last day, if it is known", required=False)

    knowingly = forms.BooleanField(label="Give it all the same: I know that these roles check each other", required=False)

    def __init__(self, *given: Any, systems: Mapping[str, str], **more: Any) -> None:
        super().__init__(*given, **more)
        self.fields["system_code"].choices = list(systems.items())  # type: ignore[attr-defined]

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].lower()
        user = User.objects.filter(email=email, is_active=True).first()
        if user is None:
            raise forms.ValidationError("Nobody signs in with this address yet. Make their sign-in first: careward user")
        self.cleaned_data["user_id"] = user.pk
        return email

    def wanted(self) -> dict[str, Any]:
        """What actions.give_role asks for; a last day that is typed is still held, so the period ends the day after."""
        given, last_on = self.cleaned_data, self.cleaned_data["last_on"]
        return {
            "user_id": given["user_id"],
            "role": given["role"],
            "system_code": given["system_code"],
            "knowingly": given["knowingly"],
            "from_on": given["from_on"],
            "to_on": last_on + ONE_DAY if last_on else None,
        }


class EndRole(forms.Form):
    last_on = DayField(what="the last day they hold the role, or leave it blank to end it now", label="Last day", required=False)
