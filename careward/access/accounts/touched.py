"""Which findings touch which accounts, as conditions of a query."""

from collections.abc import Iterable

from django.db.models import Q

from careward.access.accounts.models import FindingAccount


def touching(**account: object) -> Q:
    """Findings that touch such accounts, by the fields of FindingAccount."""
    return Q(pk__in=FindingAccount.objects.filter(gone_on=None, **account).values("finding"))


def under_clause(clause: str) -> Q:
    """Findings under a clause: their own, or that which asks it of an account they touch, where two packs ask one thing by two clauses."""
    return Q(clause=clause, system__isnull=False) | touching(clause=clause, finding__system=None)


def on_systems(codes: Iterable[str]) -> Q:
    """Findings about some systems: their own, and those of a person that touch an account there."""
    return Q(system__code__in=list(codes)) | touching(system__code__in=list(codes), finding__system=None)
