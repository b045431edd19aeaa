"""State machines as plain tables: states, and the moves between them."""

from collections.abc import Mapping
from dataclasses import dataclass

from careward.core.decision import ALLOWED, Decision, refuse


@dataclass(frozen=True, slots=True)
class Move:
    """One way from any of its sources to its target."""

    name: str
    sources: frozenset[str]
    target: str
    role: str  # who may make it
    gates: tuple[str, ...] = ()  # named conditions that must hold


@dataclass(frozen=True, slots=True)
class Machine:
    """The life of one kind of thing. `name` is what refusals cite; two moves of one name are a ValueError."""

    name: str
    start: str
    moves: tuple[Move, ...]

    def __post_init__(self) -> None:
        if len({m.name for m in self.moves}) != len(self.moves):
            raise ValueError(f"{self.name} has two moves of one name; give each its own")

    def move(self, name: str) -> Move:
        """The move of a name; KeyError when there is none."""
        found = next((m for m in self.moves if m.name == name), None)
        if found is None:
            raise KeyError(f"{self.name} has no move {name!r}; it has {', '.join(m.name for m in self.moves)}")
        return found

    @property
    def states(self) -> frozenset[str]:
        """Every state that is named anywhere."""
        return frozenset({self.start, *(m.target for m in self.moves), *(s for m in self.moves for s in m.sources)})

    @property
    def ends(self) -> frozenset[str]:
        """The states that no move leaves."""
        return self.states - {s for m in self.moves for s in m.sources}

    def reachable(self) -> frozenset[str]:
        """Every state that moves lead to from the start; a state outside it is a mistake in the table."""
        seen: set[str] = set()
        todo = [self.start]
        while todo:
            state = todo.pop()
            if state not in seen:
                seen.add(state)
                todo += [m.target for m in self.moves if state in m.sources]
        return frozenset(seen)

    def may(self, name: str, *, state: str, roles: frozenset[str], gates: Mapping[str, Decision]) -> Decision:
        """Whether a move may be made now, with every reason against: the state, the role and each gate.

        `gates` holds a decision for each gate the move names; KeyError when one was not looked at or the move is unknown.
        """
        move = self.move(name)
        decision = ALLOWED
        if state not in move.sources:
            decision &= refuse("state.wrong", self.name, f"{name} is not possible from {state}")
        if move.role not in roles:
            decision &= refuse("role.missing", self.name, f"{name} needs {move.role}")
        for gate in move.gates:
            decision &= gates[gate]
        return decision

    def mermaid(self) -> str:
        """The table as a Mermaid state diagram for the generated reference."""
        lines = [f"    [*] --> {self.start}"]
        lines += [f"    {s} --> {m.target}: {m.name} ({m.role})" for m in self.moves for s in sorted(m.sources)]
        return "\n".join(["stateDiagram-v2", *lines])
