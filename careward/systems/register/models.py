"""The register of systems and their environments (EL-061, EL-065, PA-015)."""

from django.db import models


class System(models.Model):
    """One row of an organisation's register: what it is, who administers it, how access is asked for."""

    organisation = models.ForeignKey("people.Organisation", models.PROTECT)
    code = models.TextField()
    name = models.TextField()
    kind = models.TextField()  # clinical, corporate, infrastructure, shared_drive
    description = models.TextField(default="")
    administrator_title = models.TextField(default="")
    administrator_contact = models.TextField(default="")
    service_owner = models.TextField(default="")
    system_owner = models.TextField(default="")
    technical_owner = models.TextField(default="")
    request_channel = models.TextField(default="")
    connector = models.TextField(default="worklist")
    pack = models.TextField(default="base")
    version = models.TextField(default="")
    release_on = models.DateField(null=True)
    support_ends_on = models.DateField(null=True)

    personal = ("administrator_contact", "service_owner", "system_owner", "technical_owner")
    plain = (
        "id", "organisation", "code", "name", "kind", "description", "administrator_title", "request_channel", "connector", "pack",
        "version", "release_on", "support_ends_on",
    )  # fmt: skip

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "code"], name="one_system_per_code"),
            models.CheckConstraint(
                condition=models.Q(kind__in=["clinical", "corporate", "infrastructure", "shared_drive"]), name="system_kind_known"
            ),
        ]


class Environment(models.Model):
    """Live, or a copy for training, testing or reporting; rights are held per environment (PA-015)."""

    system = models.ForeignKey(System, models.PROTECT)
    code = models.TextField()
    title = models.TextField()
    live = models.BooleanField()

    personal = ()
    plain = ("id", "system", "code", "title", "live")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["system", "code"], name="one_environment_per_code")]
