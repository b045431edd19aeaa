"""What was authorised, by whom, until when."""

from django.db import models


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


class GenericApproval(models.Model):
    """An information governance approval of a shared or service account, with its owner and last day (EL-026, EL-027)."""

    organisation = models.ForeignKey("people.Organisation", models.PROTECT)
    system = models.ForeignKey("systems.System", models.PROTECT)
    username = models.TextField()
    owner = models.ForeignKey("people.Person", models.PROTECT)
    ig_approved_on = models.DateField()
    expires_on = models.DateField()
    reason = models.TextField()
    gone_on = models.DateField(null=True)

    personal = ("owner",)
    plain = ("id", "organisation", "system", "username", "ig_approved_on", "expires_on", "reason", "gone_on")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["system", "username", "ig_approved_on"], name="one_row_per_generic_approval")]
