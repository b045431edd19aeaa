"""What moves: a machine with the model that holds its state, the model that holds its history, and the words of the ledger."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import CheckConstraint, Model, Q

from careward.core.machine import Machine

HISTORY = ("at", "by", "move", "was", "became", "note")  # what every history row tells, beside the thing it is about


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of thing that moves. A room declares it once, beside its models.

    The history model has the fields of HISTORY and a key named `thing` to the model; `thing` also begins the ledger's subject,
    "task/12". `verbs` gives each move its ledger verb, and `begun` is the verb of the beginning.
    """

    machine: Machine
    model: type[Model]
    history: type[Model]
    thing: str
    begun: str
    verbs: Mapping[str, str]
    state: str = "state"

    def __post_init__(self) -> None:
        names = {m.name for m in self.machine.moves}
        if names != set(self.verbs):
            raise ValueError(f"{self.machine.name}: {', '.join(sorted(names ^ set(self.verbs)))} has no move or no verb")

    def state_of(self, row: Any) -> str:
        """The state a row says it is in."""
        return str(getattr(row, self.state))


def states_known(machine: Machine, *, name: str, state: str = "state") -> CheckConstraint:
    """The database's word that a row is in one of the machine's states: one list, written once."""
    return CheckConstraint(condition=Q(**{f"{state}__in": list(machine.states)}), name=name)
