"""What can be done with a kettle."""

from datetime import datetime
from typing import Any

from careward.systems.kettles.models import Kettle, KettleMove

LOOKED: list[datetime] = []


def boil_for(errand: Any) -> None:
    """Boils the kettle that the errand names."""
    kettle = Kettle.objects.get(pk=errand.body["kettle"])
    KettleMove.objects.create(kettle=kettle, at=errand.claimed_at, by="job/kettles", move="boil", was=kettle.state, became="hot")
    kettle.state = "hot"
    kettle.save()


def look(*, now: datetime, **more: object) -> None:
    """Notes that somebody looked."""
    LOOKED.append(now)
