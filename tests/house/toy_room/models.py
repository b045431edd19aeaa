"""Kettles."""

from careward.systems.kettles.rules import KETTLE
from django.db import models

from careward.evidence.moves.kinds import Kind, states_known


class Kettle(models.Model):
    organisation = models.ForeignKey("people.Organisation", models.PROTECT)
    name = models.TextField()
    state = models.TextField(default=KETTLE.start)

    personal = ()
    plain = ("id", "organisation", "name", "state")

    class Meta:
        constraints = [states_known(KETTLE, name="kettle_state_known")]


class KettleMove(models.Model):
    kettle = models.ForeignKey(Kettle, models.PROTECT)
    at = models.DateTimeField()
    by = models.TextField()
    move = models.TextField()
    was = models.TextField()
    became = models.TextField()
    note = models.TextField(default="")

    personal = ("note",)
    plain = ("id", "kettle", "at", "by", "move", "was", "became")


KETTLES = Kind(KETTLE, Kettle, KettleMove, "kettle", "kettle.added", {"boil": "kettle.boiled", "cool": "kettle.boiled"})
