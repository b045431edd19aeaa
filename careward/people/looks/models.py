"""Who has looked at whose access, and on which day."""

from django.db import models


class Look(models.Model):
    """On one day somebody, or a program that calls the API, was shown what Careward holds of one other person's access: one row a day."""

    viewer = models.TextField()  # "user/7", "token/3"
    person = models.ForeignKey("people.Person", models.PROTECT)
    on = models.DateField()

    personal = ("viewer", "person", "on")
    plain = ("id",)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["viewer", "person", "on"], name="one_look_each_day")]
