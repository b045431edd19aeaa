"""The forms of this room: giving a role or inviting somebody to one, as questions; ending a role in one box."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms

from careward.core.days import ONE_DAY
from careward.core.forms import NO, YES, Answers, Form, FormOption, FormQuestion, FormSection, When
from careward.core.roles import ROLES
from careward.web.fields import DayField

LONGEST_NAME = 200
EMAIL = FormQuestion(
    "email", "What is their e-mail address?", "E-mail address", "email", "Enter their e-mail address",
    "They sign in with it. Whoever holds no role here yet gets a letter, and holds the role once they accept it",
)  # fmt: skip
NAME = FormQuestion(
    "name", "What is their name?", "Name", "text", "Enter their name", "As their colleagues know them. Needed only for somebody new here",
    needed=False, most=LONGEST_NAME, blank="As they are known here",
)  # fmt: skip
WHICH = FormQuestion(
    "role", "Which role will they hold?", "Role", "one_of", "Choose a role",
    options=tuple(FormOption(name, role.title, role.sees) for name, role in ROLES.items()),
)  # fmt: skip
SYSTEMS = FormQuestion(
    "system", "Which systems is the role for?", "Systems", "systems", "Choose a system",
    "A role for some systems opens those alone. Tick none for every system, also those that come later", needed=False, blank="Every system",
)  # fmt: skip
WHEN = (
    FormQuestion(
        "from_on", "From which day will they hold it?", "First day", "day", "Enter the first day, like 30 11 2026", "Today, or a later day"
    ),
    FormQuestion(
        "last_on", "Is there a last day?", "Last day", "day", "Enter the last day, like 30 11 2026",
        "They still hold the role on this day. Leave it blank if none is known", needed=False, blank="None named",
    ),
)  # fmt: skip
ROLE = (
    WHICH,
    FormQuestion("one_system", "Is the role for one system only?", "For one system only", "yes_no", "Choose yes or no"),
    FormQuestion(
        "system", "Which system is the role for?", "System", "system", "Choose a system",
        "A role for one system opens that system alone", when=When("one_system", frozenset({YES})),
    ),
    *WHEN,
)  # fmt: skip
GIVE_ROLE = Form(
    "signin.give_role",
    "Give a role",
    (FormSection("Who", (EMAIL, NAME)), FormSection("What they may do", (WHICH, SYSTEMS, *WHEN))),
    one_page=True,
)
ADD_USER = Form(
    "signin.add_user",
    "Add somebody",
    (
        FormSection(
            "Who they are",
            (
                FormQuestion(
                    "name", "What is their name?", "Name", "text", "Enter their name", "As their colleagues know them", most=LONGEST_NAME
                ),
                FormQuestion(
                    "email", "What is their e-mail address?", "E-mail address", "email", "Enter their e-mail address",
                    "They sign in with it, and their invitation goes there. The one in the staff record ties them to it",
                ),
            ),
        ),
        FormSection("What they may do", ROLE),
    ),
)  # fmt: skip


def role_wanted(answers: Answers) -> dict[str, Any]:
    """What an action asks of a role; a last day that is given is still held, so the period ends the day after."""
    last_on = answers.get("last_on", "")
    return {
        "role": answers["role"],
        "systems": _systems(answers),
        "from_on": date.fromisoformat(str(answers["from_on"])),
        "to_on": date.fromisoformat(str(last_on)) + ONE_DAY if last_on else None,
    }


def _systems(answers: Answers) -> tuple[str, ...]:
    """The codes of the systems chosen, one or several; none for every system."""
    chosen = answers.get("system", ()) if answers.get("one_system", YES) == YES else ()
    return ((chosen,) if chosen else ()) if isinstance(chosen, str) else chosen


def preset(today: date, *, everywhere: bool) -> Mapping[str, str]:
    """What most will answer: from today; for every system, where whoever gives the role may give it so."""
    return {"from_on": today.isoformat(), "one_system": NO if everywhere else YES}


class EndRole(forms.Form):
    last_on = DayField(what="the last day they hold the role, or leave it blank to end it now", label="Last day", required=False)


class Sure(forms.Form):
    """A button and nothing else."""


class NewPassword(forms.Form):
    """A password chosen twice; the rule is asked by the act, beside all else that stands against it."""

    password1 = forms.CharField(label="New password", strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}))
    password2 = forms.CharField(
        label="The new password once more", strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )

    def clean(self) -> dict[str, Any]:
        one, two = (self.cleaned_data.get(name) for name in ("password1", "password2"))
        if one and two and one != two:
            self.add_error("password2", "The two passwords differ. Enter the same one twice")
        return self.cleaned_data


class NewToken(forms.Form):
    """A token of one's own: a name, what it may do, until when."""

    name = forms.CharField(
        label="Name of the program that will use it", max_length=LONGEST_NAME, error_messages={"required": "Enter a name"}
    )
    scope = forms.MultipleChoiceField(
        label="What may it do?", widget=forms.CheckboxSelectMultiple, error_messages={"required": "Choose at least one"}
    )
    last_on = DayField(what="the last day it works, or leave it blank for as long as may be", label="Last day", required=False)

    def __init__(self, *given: Any, scopes: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(*given, **more)
        self.fields["scope"].choices = scopes  # type: ignore[attr-defined]


class ViewName(forms.Form):
    """The name under which a list is kept. Whether it will do is the rule's to say."""

    name = forms.CharField(
        label="Name of this view", help_text="As you know it again, like “Late on my ward”.", max_length=80, required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip


class ViewKept(ViewName):
    """The same with the list that is kept, as its page gave it."""

    page = forms.CharField(widget=forms.HiddenInput, max_length=500)
    shows = forms.CharField(widget=forms.HiddenInput, max_length=4_000, required=False)
    noun = forms.CharField(widget=forms.HiddenInput, max_length=40)
