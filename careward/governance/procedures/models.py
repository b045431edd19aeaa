"""The procedure documents an organisation has in force."""

from django.db import models


class Adoption(models.Model):
    """That an organisation runs a pack's document, since when, and who owns it; the document itself is data in the pack."""

    organisation = models.ForeignKey("people.Organisation", models.PROTECT)
    pack = models.TextField()
    document = models.TextField()
    owner = models.TextField(default="")
    reference = models.TextField(default="")  # the organisation's own, where it differs from the pack's
    from_on = models.DateField()
    to_on = models.DateField(null=True)

    personal = ("owner",)
    plain = ("id", "organisation", "pack", "document", "reference", "from_on", "to_on")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "pack", "document", "from_on"], name="one_adoption_per_document")]
