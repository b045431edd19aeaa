"""What somebody has begun to answer and not sent yet: theirs alone, kept on the server, gone after some days (ADR 0024).

Nothing of it is written in the ledger: until it is sent, nothing was done.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from careward.core.days import london_day
from careward.core.decision import Refused, refuse
from careward.core.forms import Answers, Form, digest
from careward.people.signin.models import Draft
from careward.web import forms
from careward.web.permission import Viewer


@dataclass(frozen=True, slots=True)
class DraftOf:
    """One person's draft of one form at one organisation."""

    user_id: int
    organisation_id: int
    form: str
    now: datetime

    def read(self) -> forms.DraftAnswers | None:
        row = Draft.objects.filter(**self._whose()).first()
        return forms.DraftAnswers(row.pk, answers_of(row), row.changed_at, kept_until(row)) if row else None

    def keep(self, answers: Answers) -> None:
        Draft.objects.update_or_create(**self._whose(), defaults={"answers": dict(answers), "changed_at": self.now})

    def throw_away(self) -> None:
        Draft.objects.filter(**self._whose()).delete()

    @transaction.atomic
    def finish(self, *, seen: str, do: Callable[[Answers], str]) -> str | None:
        """Does what the draft asks and lets it go; None where it is gone already. Refused where its answers are not those seen."""
        row = Draft.objects.select_for_update().filter(**self._whose()).first()
        if row is None:
            return None
        answers = answers_of(row)
        if digest(answers, number=row.pk) != seen:
            raise Refused(
                refuse("draft.changed", "house", "Your answers have changed since you saw them", "Check them again, then send them")
            )
        done = do(answers)
        row.delete()
        return done

    def _whose(self) -> dict[str, Any]:
        return {"user_id": self.user_id, "organisation_id": self.organisation_id, "form": self.form}


def draft_of(viewer: Viewer, form: Form) -> DraftOf:
    """The draft of whoever is asking."""
    return DraftOf(viewer.user_id, viewer.organisation_id, form.name, viewer.now)


def answers_of(row: Draft) -> Answers:
    """The answers as they were given: JSON knows no tuple."""
    return {k: tuple(a) if isinstance(a, list) else str(a) for k, a in row.answers.items()}


def kept_until(row: Draft) -> date:
    """The last day it is kept, if nothing more is answered."""
    return london_day(row.changed_at) + timedelta(days=settings.DRAFT_DAYS)


def clear_old(*, now: datetime) -> int:
    """Lets go of every draft left alone for longer than the installation keeps them; returns how many."""
    return Draft.objects.filter(changed_at__lt=now - timedelta(days=settings.DRAFT_DAYS)).delete()[0]
