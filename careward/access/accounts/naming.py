"""What accounts and comparisons are called, for pages that know them by number."""

from collections.abc import Mapping, Sequence

from careward.access.accounts.models import Account, Run
from careward.web.words import day


def accounts_named(*, organisation_id: int, keys: Sequence[str]) -> Mapping[str, str]:
    """'cdewhurst, PARIS'."""
    rows = Account.objects.filter(organisation_id=organisation_id, pk__in=_numbers(keys)).values_list("pk", "username", "system__name")
    return {str(pk): f"{username}, {system}" for pk, username, system in rows}


def runs_named(*, organisation_id: int, keys: Sequence[str]) -> Mapping[str, str]:
    """'Comparison of 29 November 2026', with its system where it was of one."""
    rows = Run.objects.filter(organisation_id=organisation_id, pk__in=_numbers(keys)).values_list("pk", "on_date", "system_code")
    return {str(pk): f"Comparison of {day(on)}" + (f", {system} alone" if system else "") for pk, on, system in rows}


def _numbers(keys: Sequence[str]) -> list[int]:
    return [int(key) for key in keys if key.isdigit() and len(key) <= 12]
