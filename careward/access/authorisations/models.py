"""What was authorised, by whom, until when."""

from datetime import date

from django.db import models

from careward.access.authorisations.rules import DECIDED, LISTED
from careward.people.staff.models import Person


class Authorisation(models.Model):
    """An approval of one person's access to one environment of a system (PA-008, PA-018, EL-017)."""

    organisation = models.ForeignKey("people.Organisation", models.PROTECT)
    system = models.ForeignKey("systems.System", models.PROTECT, db_index=False)  # the indexes below serve
    environment = models.TextField(default="live")
    person = models.ForeignKey("people.Person", models.PROTECT, db_index=False)
    kind = models.TextField(default="normal")
    roles = models.TextField(null=True)  # "a;b", trimmed and sorted; null: the feed does not say
    teams = models.TextField(null=True)
    approved_by_employee_number = models.TextField()
    approver_role = models.TextField()
    approved_on = models.DateField()
    expires_on = models.DateField(null=True)
    exception_reason = models.TextField(default="")
    gone_on = models.DateField(null=True)

    personal = (
        "person", "roles", "teams", "approved_by_employee_number", "approver_role", "approved_on", "expires_on",
        "exception_reason", "gone_on",
    )  # fmt: skip
    plain = ("id", "organisation", "system", "environment", "kind")

    class Meta:
        indexes = [
            models.Index(fields=["person", "system"]),
            models.Index(fields=["system", "environment"]),
            models.Index(  # the few given against the rule, which a clause counts
                fields=["system", "approved_on"],
                name="authorisation_exceptions",
                condition=models.Q(gone_on=None) & ~models.Q(exception_reason=""),
            ),
        ]
        constraints = [models.CheckConstraint(condition=models.Q(kind__in=["normal", "admin"]), name="authorisation_kind_known")]


class RoleHolder(models.Model):
    """Who holds a role that the procedures name, on one system or on all, from which day to which; the last day is not in it."""

    organisation = models.ForeignKey("people.Organisation", models.PROTECT)
    person = models.ForeignKey("people.Person", models.PROTECT)
    role = models.TextField()
    system_code = models.TextField(default="")  # of the register; empty: every system
    from_on = models.DateField()
    to_on = models.DateField(null=True)
    gone_on = models.DateField(null=True)

    personal = ("person", "role", "system_code", "from_on", "to_on", "gone_on")
    plain = ("id", "organisation")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "role", "system_code", "from_on"], name="one_row_per_role_holder")]


class GenericApproval(models.Model):
    """An information governance approval of a shared or service account, with its owner and last day (EL-026, EL-027).

    Those of the list of approved accounts and those decided here stand beside each other: a list that does not name ours leaves it alone.
    Somebody named as the new owner stands in for the one of the row, until a list names another than that one.
    """

    organisation = models.ForeignKey("people.Organisation", models.PROTECT)
    system = models.ForeignKey("systems.System", models.PROTECT)
    username = models.TextField()
    owner = models.ForeignKey("people.Person", models.PROTECT)
    ig_approved_on = models.DateField()
    expires_on = models.DateField()
    reason = models.TextField()
    gone_on = models.DateField(null=True)
    source = models.TextField(default=LISTED)
    request = models.ForeignKey("approvals.Approval", models.PROTECT, null=True, related_name="+")  # the decision that ours came of
    new_owner = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+")  # as somebody answered
    instead_of = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+")  # the owner whom they stand in for

    personal = ("owner", "new_owner", "instead_of")
    plain = ("id", "organisation", "system", "username", "ig_approved_on", "expires_on", "reason", "gone_on", "source", "request")

    @property
    def answers(self) -> Person:
        """Who answers for the account by this approval; the set form is in careward.jobs.extract."""
        return self.new_owner if self.new_owner is not None and self.instead_of_id == self.owner_id else self.owner

    def stands(self, on: date) -> bool:
        """Whether it has not run out on a day."""
        return self.expires_on >= on

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["system", "username", "ig_approved_on"], condition=models.Q(source=LISTED), name="one_row_per_generic_approval"
            ),
            models.UniqueConstraint(fields=["request"], name="one_row_per_decided_request"),
            models.CheckConstraint(
                condition=models.Q(source=LISTED, request=None) | models.Q(source=DECIDED, request__isnull=False), name="approval_came_so"
            ),
            models.CheckConstraint(
                condition=models.Q(new_owner=None, instead_of=None) | models.Q(new_owner__isnull=False, instead_of__isnull=False),
                name="new_owner_instead_of_one",
            ),
        ]
