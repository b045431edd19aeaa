"""What is to follow later. A row is the queue."""

from django.db import models

from careward.evidence.ledger.models import Entry


class Errand(models.Model):
    """Work to be done after the transaction commits."""

    organisation = models.TextField(default="")  # ODS code; empty for the installation itself
    subject = models.TextField(default="")  # what it is about: "load/3"
    name = models.TextField()  # "feeds.examine"
    body = models.JSONField(default=dict)
    asked_at = models.DateTimeField()
    entry = models.ForeignKey(Entry, models.PROTECT, null=True)  # of those asked for before they had a subject of their own
    not_before = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True)
    claimed_by = models.TextField(default="")
    tries = models.PositiveIntegerField(default=0)
    done_at = models.DateTimeField(null=True)
    stuck_at = models.DateTimeField(null=True)
    fault = models.TextField(default="")  # the kind of error and its place, never its words

    personal = ()
    plain = (
        "id", "organisation", "subject", "name", "body", "asked_at", "entry", "not_before", "claimed_at", "claimed_by", "tries", "done_at",
        "stuck_at", "fault",
    )  # fmt: skip

    class Meta:
        db_table = "ledger_errand"  # where the queue began
        indexes = [
            models.Index(fields=["not_before", "id"], name="errand_waiting", condition=models.Q(done_at=None, stuck_at=None)),
            models.Index(fields=["organisation", "name"], name="errand_open", condition=models.Q(done_at=None)),
        ]
