"""Letters to users: written with the change they follow from, sent later, kept as the log of what was sent."""

from django.db import models

from careward.work.notices.rules import KIND_WORDS


class Notice(models.Model):
    """One letter to one user; of one kind and key they get it once."""

    organisation = models.ForeignKey("people.Organisation", models.PROTECT)
    user = models.ForeignKey("people.User", models.PROTECT)
    kind = models.TextField()
    key = models.TextField()
    words = models.TextField()
    written_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    personal = ("user", "words")
    plain = ("id", "organisation", "kind", "key", "written_at", "sent_at")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "organisation", "kind", "key"], name="one_notice_each"),
            models.CheckConstraint(condition=models.Q(kind__in=sorted(KIND_WORDS)), name="notice_kind_known"),
        ]
        indexes = [models.Index(fields=["organisation", "id"], name="notice_by_organisation")]
