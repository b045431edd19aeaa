"""The forms of this room: giving a role, and adding somebody who could not sign in, as questions; ending a role in one box."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms

from careward.core.days import ONE_DAY
from careward.core.forms import NO, YES, Answers, Form, FormOption, FormQuestion, FormSection, When
from careward.core.roles import ROLES
from careward.people.signin.models import User
from careward.web.fields import DayField

LONGEST_NAME = 200
EMAIL = FormQuestion(
    "email", "What e-mail address do they sign in with?", "E-mail address", "email", "Enter the e-mail address they sign in with"
)
ROLE = (
    FormQuestion(
        "role", "Which role will they hold?", "Role", "one_of", "Choose a role",
        options=tuple(FormOption(name, role.title, role.sees) for name, role in ROLES.items()),
    ),
    FormQuestion("one_system", "Is the role for one system only?", "For one system only", "yes_no", "Choose yes or no"),
    FormQuestion(
        "system", "Which system is the role for?", "System", "system", "Choose a system",
        "A role for one system opens that system alone", when=When("one_system", frozenset({YES})),
    ),
    FormQuestion(
        "from_on", "From which day will they hold it?", "First day", "day", "Enter the first day, like 30 11 2026", "Today, or a later day"
    ),
    FormQuestion(
        "last_on", "Is there a last day?", "Last day", "day", "Enter the last day, like 30 11 2026",
        "They still hold the role on this day. Leave it blank if none is known", needed=False, blank="None named",
    ),
)  # fmt: skip
GIVE_ROLE = Form("signin.give_role", "Give a role", (FormSection("Who", (EMAIL,)), FormSection("What they may do", ROLE)), one_page=True)
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


def who_signs_in(email: str) -> str:
    """What is amiss with an address to give a role to."""
    return "" if user_with(email) else "Nobody signs in with this address yet. Go to Roles and add them first"


def user_with(email: str) -> int | None:
    """Whoever signs in with an address."""
    return User.objects.filter(email=email.strip().lower(), is_active=True).values_list("pk", flat=True).first()


def role_wanted(answers: Answers) -> dict[str, Any]:
    """What an action asks of a role; a last day that is given is still held, so the period ends the day after."""
    last_on = answers.get("last_on", "")
    return {
        "role": answers["role"],
        "system_code": answers["system"] if answers["one_system"] == YES else "",
        "from_on": date.fromisoformat(str(answers["from_on"])),
        "to_on": date.fromisoformat(str(last_on)) + ONE_DAY if last_on else None,
    }


def preset(today: date, *, everywhere: bool) -> Mapping[str, str]:
    """What most will answer: from today; for every system, where whoever gives the role may give it so."""
    return {"from_on": today.isoformat(), "one_system": NO if everywhere else YES}


class EndRole(forms.Form):
    last_on = DayField(what="the last day they hold the role, or leave it blank to end it now", label="Last day", required=False)
