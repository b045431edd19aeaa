"""Reads of kettles."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from careward.systems.kettles.models import Kettle

from careward.core.ports import Measured


@dataclass(frozen=True, slots=True)
class Tea:
    hot: int


def measures(*, organisation_id: int, on: date) -> dict[str, Measured]:
    """How many kettles are hot."""
    here = Kettle.objects.filter(organisation_id=organisation_id)
    return {"IN-044": Measured(here.count(), here.filter(state="hot").count())}


def tea_of(*, viewer: Any, key: Any, asked: Any) -> Tea:
    """What somebody may drink."""
    return Tea(Kettle.objects.filter(organisation_id=viewer.organisation_id, state="hot").count())
