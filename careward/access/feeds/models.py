"""Loads: files that went in, what they changed, and how to take it back."""

from django.db import models

from careward.access.feeds.rules import LOADS
from careward.evidence.moves.kinds import Kind, states_known


class Load(models.Model):
    """One folder of files brought in at once, from examining to applied and perhaps undone."""

    organisation = models.ForeignKey("people.Organisation", models.PROTECT)
    source = models.TextField()  # the folder's name, or "browser"
    folder = models.TextField(default="")  # where uploaded files wait, below CAREWARD_HOME
    profile = models.TextField(default="canonical")
    versions = models.JSONField(default=list)  # ids of the versions of own profiles that read some files; `profile` reads the rest
    state = models.TextField(default=LOADS.start)
    begun_at = models.DateTimeField()
    begun_by = models.TextField()
    asked = models.TextField(default="")  # what the worker is to do and has not done yet: examine, apply, undo
    asked_at = models.DateTimeField(null=True)
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
        "id", "organisation", "source", "folder", "profile", "state", "begun_at", "begun_by", "asked", "asked_at", "examined_at",
        "applied_at", "applied_by", "undone_at", "undone_by", "allowed_by", "allowed_reason", "versions",
    )  # fmt: skip

    class Meta:
        constraints = [states_known(LOADS, name="load_state_known")]


class LoadMove(models.Model):
    """One thing that happened to a load: who, when, from what state to what."""

    load = models.ForeignKey(Load, models.PROTECT, related_name="moves")
    at = models.DateTimeField()
    by = models.TextField()
    move = models.TextField()  # the name of the move, "begin", or what else happened: "ask_to_apply", "not_undone"
    was = models.TextField()
    became = models.TextField()
    note = models.TextField(default="")

    personal = ("note",)
    plain = ("id", "load", "at", "by", "move", "was", "became")


MOVES = Kind(
    machine=LOADS,
    model=Load,
    history=LoadMove,
    thing="load",
    begun="load.begun",
    verbs={
        "examine": "load.examined",
        "hold": "load.held",
        "refuse": "load.refused",
        "allow": "load.allowed",
        "vouch": "load.allowed",
        "apply": "load.applied",
        "undo": "load.undone",
        "expire": "load.expired",
    },
)


class MappingProfile(models.Model):
    """How the files of one feed, of one system or of all, are written: said in the browser, and kept with everything it said before."""

    organisation = models.ForeignKey("people.Organisation", models.PROTECT)
    code = models.TextField()  # as the command line names it
    title = models.TextField()
    feed = models.TextField()
    system_code = models.TextField(default="")  # of accounts; "" for the lists of all systems
    made_at = models.DateTimeField()
    made_by = models.TextField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.TextField(default="")
    ended_why = models.TextField(default="")

    personal = ()
    plain = (
        "id", "organisation", "code", "title", "feed", "system_code", "made_at", "made_by", "ended_at", "ended_by", "ended_why",
    )  # fmt: skip

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "code"], name="one_mapping_of_a_code"),
            models.UniqueConstraint(
                fields=["organisation", "feed", "system_code"], condition=models.Q(ended_at=None), name="one_mapping_in_use"
            ),
        ]


class MappingVersion(models.Model):
    """What a profile says from one moment on: its text, which a file may hold as well."""

    profile = models.ForeignKey(MappingProfile, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    text = models.TextField()
    made_at = models.DateTimeField()
    made_by = models.TextField()
    why = models.TextField()

    personal = ()
    plain = ("id", "profile", "number", "text", "made_at", "made_by", "why")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["profile", "number"], name="one_mapping_version")]


class MappingDraft(models.Model):
    """A file of unknown form that somebody is saying how to read: what was seen of it, what they said, what came of it. Kept for a day."""

    organisation = models.ForeignKey("people.Organisation", models.PROTECT)
    user = models.ForeignKey("people.User", models.CASCADE)
    begun_at = models.DateTimeField()
    feed = models.TextField()
    system_code = models.TextField(default="")
    name = models.TextField()  # of the file, as it was sent
    kind = models.TextField()  # csv, xlsx, parquet
    changes = models.ForeignKey(MappingProfile, models.CASCADE, null=True)  # the profile of which a new version is made
    asked = models.TextField(default="look")  # what the worker is to do and has not done yet: look, try
    heading_line = models.PositiveIntegerField(default=0)
    facts = models.JSONField(default=dict)
    look = models.JSONField(default=dict)
    trial = models.JSONField(default=dict)

    personal = ("user", "name", "facts", "look", "trial")
    plain = ("id", "organisation", "begun_at", "feed", "system_code", "kind", "changes", "asked", "heading_line")


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
    version = models.ForeignKey(MappingVersion, models.PROTECT, null=True, related_name="files")  # of an own profile, by which it was read
    before = models.BinaryField(null=True)  # zlib JSON lines: what each touched row was, so that the load can be undone

    personal = ("problems", "notices", "samples", "before")
    plain = ("id", "load", "feed", "name", "system_code", "digest", "rows", "added", "changed", "gone", "unchanged", "refused", "version")
