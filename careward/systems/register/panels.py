"""What the register gives the page of one system, and the search."""

from collections.abc import Mapping, Sequence
from typing import Any

from careward.core.room import Hit
from careward.systems.register import queries
from careward.systems.register.queries import SystemSeen
from careward.web.permission import Viewer


def about(*, viewer: Viewer, key: str, asked: Mapping[str, Any]) -> SystemSeen | None:
    """What the register says of one system."""
    return queries.system_seen(organisation_id=viewer.organisation_id, code=key, on=viewer.today)


def found(*, viewer: Viewer, words: str, most: int) -> Sequence[Hit]:
    """Systems by a part of their name, or by their code."""
    within = viewer.systems_for("register:systems:see")
    rows = queries.systems_called(organisation_id=viewer.organisation_id, words=words, most=most, within=within)
    return [Hit("system", code, name) for code, name in rows]
