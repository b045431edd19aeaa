"""Loads: files that went in, what they changed, and how to take it back."""

from django.db import models


class Load(models.Model):
    """One folder of files brought in at once, from examining to applied and perhaps undone."""

    organisation = models.ForeignKey("people.Organisation", models.PROTECT)
    source = models.TextField()  # the folder's name, or "browser"
    folder = models.TextField(default="")  # where uploaded files wait, below CAREWARD_HOME
    profile = models.TextField(default="canonical")
    state = models.TextField(default="waiting")  # waiting, examined, held, refused, applied, undone
    begun_at = models.DateTimeField()
    begun_by = models.TextField()
    examined_at = models.DateTimeField(null=True)
    applied_at = models.DateTimeField(null=True)
    applied_by = models.TextField(default="")
    undone_at = models.DateTimeField(null=True)
    undone_by = models.TextField(default="")
    reasons = models.JSONField(default=list)  # why it is held or refused: [{code, clause, detail, remedy}]
    allowed_by = models.TextField(default="")
    allowed_reason = models.TextField(default="")
    problems = models.JSONField(default=list)  # of whole files
    notices = models.JSONField(default=list)

    personal = ("problems", "notices", "reasons")
    plain = (
        "id", "organisation", "source", "folder", "profile", "state", "begun_at", "begun_by", "examined_at", "applied_at", "applied_by",
        "undone_at", "undone_by", "allowed_by", "allowed_reason",
    )  # fmt: skip

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=["waiting", "examined", "held", "refused", "applied", "undone"]), name="load_state_known"
            )
        ]


class LoadFile(models.Model):
    """One file of a load: how many rows it adds, changes, leaves and refuses, and what stood there before."""

    load = models.ForeignKey(Load, models.PROTECT, related_name="files")
    feed = models.TextField()
    name = models.TextField()
    system_code = models.TextField(default="")
    digest = models.TextField()
    rows = models.BigIntegerField()
    added = models.BigIntegerField(default=0)
    changed = models.BigIntegerField(default=0)
    gone = models.BigIntegerField(default=0)
    unchanged = models.BigIntegerField(default=0)
    refused = models.BigIntegerField(default=0)
    problems = models.JSONField(default=list)
    notices = models.JSONField(default=list)
    samples = models.JSONField(default=list)  # the first rows added, changed and gone, for the preview
    before = models.BinaryField(null=True)  # zlib JSON lines: what each touched row was, so that the load can be undone

    personal = ("problems", "notices", "samples", "before")
    plain = ("id", "load", "feed", "name", "system_code", "digest", "rows", "added", "changed", "gone", "unchanged", "refused")
