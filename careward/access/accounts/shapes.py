"""What the feeds fill of this room: the accounts that exist on each system."""

from careward.access.accounts.models import Account
from careward.core.columns import ACCOUNTS
from careward.evidence.rows.shapes import FLAG, Shape, said, worked_out

ACCOUNT = Shape(
    Account,
    (
        *said(ACCOUNTS, "environment", "username", "display_name", "employee_number", "email", "smartcard_uuid", "status", "kind"),
        *said(ACCOUNTS, "created_on", "last_used_at", "roles", "teams"),
        worked_out("contradicted", FLAG, default=False),
    ),
    key=2,
    scope="system_id",
    identifiers=("employee_number", "email", "smartcard_uuid", "last_used_at"),
    passing="last_used_at",
    cased=True,
    fixed=("organisation_id", "system_id", "seen_on"),
    born=("person_id", "fits"),
)
