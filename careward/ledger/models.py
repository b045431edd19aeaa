"""What was done, and what follows from it. Entries hold no foreign keys, so they outlive what they describe."""

from django.db import models


class Entry(models.Model):
    """One thing that was done. Never updated, never deleted."""

    organisation = models.TextField()  # ODS code; empty for the installation itself
    at = models.DateTimeField()
    actor = models.TextField()  # "user/7", "job/reconcile": never a name
    verb = models.TextField()  # past tense: "account.locked"
    subject = models.TextField()  # "account/123"
    body = models.JSONField()

    personal = ("body",)
    plain = ("id", "organisation", "at", "actor", "verb", "subject")

    class Meta:
        indexes = [models.Index(fields=["subject", "id"]), models.Index(fields=["organisation", "verb", "id"])]


class Leaf(models.Model):
    """The place of an entry in the Merkle tree, given later by the sealer."""

    number = models.BigIntegerField(primary_key=True)
    entry_id = models.BigIntegerField(unique=True)
    hash = models.BinaryField(max_length=32)

    personal = ()
    plain = ("number", "entry_id", "hash")


class Checkpoint(models.Model):
    """A signed statement of the tree's size and root (C2SP tlog-checkpoint)."""

    size = models.BigIntegerField(primary_key=True)
    root = models.BinaryField(max_length=32)
    frontier = models.JSONField()  # hex hashes of the compact range, so that sealing goes on where it stopped
    note = models.TextField()
    sealed_at = models.DateTimeField()

    personal = ()
    plain = ("size", "root", "frontier", "note", "sealed_at")


class Errand(models.Model):
    """Work to be done after the transaction commits. A row is the queue."""

    entry = models.ForeignKey(Entry, models.PROTECT)
    name = models.TextField()  # "feeds.examine"
    body = models.JSONField(default=dict)
    not_before = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True)
    claimed_by = models.TextField(default="")
    tries = models.PositiveIntegerField(default=0)
    done_at = models.DateTimeField(null=True)
    stuck_at = models.DateTimeField(null=True)
    fault = models.TextField(default="")

    personal = ()
    plain = ("id", "entry", "name", "body", "not_before", "claimed_at", "claimed_by", "tries", "done_at", "stuck_at", "fault")

    class Meta:
        indexes = [
            models.Index(fields=["not_before", "id"], name="errand_waiting", condition=models.Q(done_at=None, stuck_at=None)),
        ]
