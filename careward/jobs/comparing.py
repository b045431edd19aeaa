"""The errand that compares: the night came, someone asked to look again, or allowed what was held."""

from datetime import date
from typing import TYPE_CHECKING

from careward.access.accounts.keeping.reading import last_kept
from careward.evidence.errands.models import Errand
from careward.people.staff.models import Organisation

if TYPE_CHECKING:
    from careward.jobs.reconcile import Comparison


def compare_for(errand: Errand) -> "Comparison":
    """The long part, before the transaction: meanwhile everybody else can write."""
    from careward.jobs.reconcile import compare  # engines take a second to load, and the web server never compares

    organisation = Organisation.objects.get(pk=errand.body["organisation"])
    asked = date.fromisoformat(errand.body["on"])
    on = max(asked, last_kept(organisation.pk) or asked)  # asked before midnight and run after it, it looks as at the new day
    return compare(organisation=organisation, on=on, system=errand.body.get("system", ""))


def keep_for(errand: Errand, compared: "Comparison") -> None:
    """Keeps what was found, for whoever asked."""
    from careward.jobs.reconcile import keep_compared

    keep_compared(compared, now=errand.began_at, by=errand.body["by"])
