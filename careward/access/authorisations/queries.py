"""Reads of approvals: rows in, what the rules judge out."""

from careward.access.authorisations.models import Authorisation
from careward.access.authorisations.rules import Authority, split


def authority_of(row: Authorisation) -> Authority:
    """An approval as the rules judge it; one query where its system was not read with it."""
    return Authority(
        system=row.system.code, environment=row.environment, approver_role=row.approver_role, approved_on=row.approved_on, kind=row.kind,
        expires_on=row.expires_on, roles=split(row.roles), teams=split(row.teams), approved_by=row.approved_by_employee_number,
        exception_reason=row.exception_reason,
    )  # fmt: skip
