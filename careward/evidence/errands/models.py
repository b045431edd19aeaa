"""What is to follow later, where a row is the queue; and when each timed job last began."""

from datetime import datetime

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

    @property
    def began_at(self) -> datetime:
        """When whoever handles it now claimed it; RuntimeError for one that nobody has."""
        if self.claimed_at is None:
            raise RuntimeError(f"errand {self.pk} is handled and nobody has claimed it")
        return self.claimed_at


class JobClock(models.Model):
    """When one timed job last began and ended, for an organisation or for the whole installation."""

    name = models.TextField()  # "ledger.seal"
    organisation = models.TextField(default="")  # ODS code; empty for the installation itself
    last_began_at = models.DateTimeField(null=True)
    last_began_by = models.TextField(default="")  # the worker
    last_ended_at = models.DateTimeField(null=True)
    last_outcome = models.TextField(default="")  # "done", "failed"; empty while it runs
    fault = models.TextField(default="")  # the kind of error and its place, never its words
    next_due_at = models.DateTimeField(null=True)

    personal = ()
    plain = (
        "id", "name", "organisation", "last_began_at", "last_began_by", "last_ended_at", "last_outcome", "fault", "next_due_at",
    )  # fmt: skip

    class Meta:
        db_table = "errands_timedjob"
        constraints = [models.UniqueConstraint(fields=["name", "organisation"], name="one_clock_a_job")]


class Backup(models.Model):
    """A backup of the installation that was made, tried out or put back."""

    kind = models.TextField()  # "made", "tried", "restored"
    at = models.DateTimeField()  # when that was done
    of_at = models.DateTimeField(null=True)  # the moment of the backup; none where it could not be read
    name = models.TextField(default="")  # of its file, without the folder
    size = models.BigIntegerField(default=0)  # bytes
    digest = models.TextField(default="")  # SHA-256 of the file
    encrypted = models.BooleanField(default=False)
    ok = models.BooleanField(default=True)
    found = models.TextField(default="")  # what was wrong, in words

    personal = ()
    plain = ("id", "kind", "at", "of_at", "name", "size", "digest", "encrypted", "ok", "found")
