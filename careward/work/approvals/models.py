"""What waits for somebody's word, what they saw, and what they said."""

from django.db import models

from careward.evidence.moves.kinds import Kind, states_known
from careward.work.approvals.rules import APPROVAL


class Approval(models.Model):
    """One question put to whoever may decide it: exactly what, asked by whom, and how it ended."""

    organisation = models.ForeignKey("people.Organisation", models.PROTECT)
    kind = models.TextField()  # the asking room's word: "feeds.load"
    subject_kind = models.TextField()  # what it is about, as links name it: "load"
    subject_key = models.TextField()
    system_code = models.TextField(default="")
    title = models.TextField()  # begins with a verb
    content = models.JSONField()  # what is decided, as it is shown
    digest = models.TextField()
    permission = models.TextField()  # who may decide
    approver = models.ForeignKey(
        "people.Person", models.PROTECT, null=True, related_name="+"
    )  # the one person who decides, if one is named
    about = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+")  # the person it is for
    quorum = models.PositiveSmallIntegerField(default=1)
    reason_needed = models.BooleanField(default=True)
    asker_may_decide = models.BooleanField(default=False)
    asked_at = models.DateTimeField()
    asked_by = models.TextField()
    asker = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+")
    follows = models.JSONField(default=list)  # errands of the asking room, raised when it is approved: [[name, body]]
    state = models.TextField(default=APPROVAL.start)
    ended_at = models.DateTimeField(null=True)

    personal = ("title", "content", "approver", "about", "asker")
    plain = (
        "id", "organisation", "kind", "subject_kind", "subject_key", "system_code", "digest", "permission", "quorum", "reason_needed",
        "asker_may_decide", "asked_at", "asked_by", "follows", "state", "ended_at",
    )  # fmt: skip

    class Meta:
        constraints = [
            states_known(APPROVAL, name="approval_state_known"),
            models.CheckConstraint(condition=models.Q(quorum__gte=1), name="approval_needs_somebody"),
            models.UniqueConstraint(
                fields=["organisation", "kind", "subject_kind", "subject_key"],
                condition=models.Q(state__in=["waiting", "approved"]),
                name="one_approval_in_force",
            ),
        ]
        indexes = [models.Index(fields=["organisation", "kind", "id"], name="approval_waiting", condition=models.Q(state="waiting"))]


class ApprovalAnswer(models.Model):
    """One person's yes or no, bound to the digest of what they saw."""

    approval = models.ForeignKey(Approval, models.PROTECT, related_name="answers")
    at = models.DateTimeField()
    by = models.TextField()
    person = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+")
    approves = models.BooleanField()
    digest = models.TextField()
    reason = models.TextField(default="")

    personal = ("person", "reason")
    plain = ("id", "approval", "at", "by", "approves", "digest")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["approval", "by"], name="one_answer_each")]


class ApprovalMove(models.Model):
    """One change of an approval's state."""

    approval = models.ForeignKey(Approval, models.PROTECT, related_name="moves")
    at = models.DateTimeField()
    by = models.TextField()
    move = models.TextField()
    was = models.TextField()
    became = models.TextField()
    note = models.TextField(default="")

    personal = ("note",)
    plain = ("id", "approval", "at", "by", "move", "was", "became")


APPROVALS = Kind(
    machine=APPROVAL,
    model=Approval,
    history=ApprovalMove,
    thing="approval",
    begun="approval.asked",
    verbs={
        "approve": "approval.given", "refuse": "approval.refused", "withdraw": "approval.withdrawn", "go_stale": "approval.went_stale",
    },
)  # fmt: skip
