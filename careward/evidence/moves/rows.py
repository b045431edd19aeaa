"""Locking what is about to move."""

from typing import Any

from careward.evidence.moves.kinds import Kind


def locked(kind: Kind, number: int, *, organisation_id: int | None = None) -> Any:
    """The row, locked until the transaction ends, with its organisation read and not locked with it.

    Were the organisation's row locked too, everybody would wait for a comparison that is being kept. DoesNotExist where there is no
    such row, or another organisation's.
    """
    rows = kind.model._default_manager.select_for_update(of=("self",)).select_related("organisation")
    return rows.get(pk=number) if organisation_id is None else rows.get(pk=number, organisation_id=organisation_id)
