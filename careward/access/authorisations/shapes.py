"""What the feeds fill of this room: who holds which role, approvals that predate Careward, and approved shared accounts."""

from careward.access.authorisations.models import Authorisation, GenericApproval, RoleHolder
from careward.core.columns import AUTHORISATIONS, GENERIC_ACCOUNTS, ROLE_HOLDERS
from careward.evidence.rows.shapes import Shape, filled, link, said
from careward.people.staff.models import Person
from careward.systems.register.models import System

AUTHORISATION = Shape(
    Authorisation,
    (
        link(AUTHORISATIONS.column("system"), "system_id", System),
        *said(AUTHORISATIONS, "environment"),
        link(AUTHORISATIONS.column("employee_number"), "person_id", Person),
        *said(AUTHORISATIONS, "kind", "approved_by_employee_number", "approver_role", "approved_on", "roles", "teams"),
        *said(AUTHORISATIONS, "expires_on", "exception_reason"),
    ),
    key=9,  # two approvals of one day may give different rights, and both count
)

ROLE_HOLDER = Shape(
    RoleHolder,
    (
        *said(ROLE_HOLDERS, "role"),
        link(ROLE_HOLDERS.column("employee_number"), "person_id", Person),
        filled(ROLE_HOLDERS.column("system"), "system_code"),
        *said(ROLE_HOLDERS, "from_on", "to_on"),
    ),
    key=4,
)

GENERIC = Shape(
    GenericApproval,
    (
        link(GENERIC_ACCOUNTS.column("system"), "system_id", System),
        *said(GENERIC_ACCOUNTS, "username", "ig_approved_on"),
        link(GENERIC_ACCOUNTS.column("owner_employee_number"), "owner_id", Person),
        *said(GENERIC_ACCOUNTS, "expires_on", "reason"),
    ),
    key=3,
    cased=True,
    fixed=("organisation_id", "source"),  # ours stand beside the list's
)
