"""The sums of the tables of evidence, and what helps to find which row of one is another.

Neither is believed: a sum is held against the entry that binds it.
"""

from typing import Any

from django.db import models


class TableSum(models.Model):
    """Where one table has got to: its sum under a mask, with what binds it. Its row is taken nearly last in each act."""

    name = models.TextField(primary_key=True)
    number = models.BigIntegerField()  # of the change; 0: nothing was ever in it
    rows = models.BigIntegerField()
    total = models.BinaryField(max_length=32)
    tag = models.TextField()
    columns = models.TextField()  # those that are summed

    objects: Any = models.Manager()

    personal = ()
    plain = ("name", "number", "rows", "total", "tag", "columns")


class Stretch(models.Model):
    """64 ids of a table, each with a mark of its row's content."""

    name = models.TextField()  # of the table
    number = models.BigIntegerField()
    marks = models.BinaryField(max_length=256)

    objects: Any = models.Manager()

    personal = ()
    plain = ("id", "name", "number", "marks")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "number"], name="one_row_per_stretch")]
