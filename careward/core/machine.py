"""State machines as plain tables: states, and the moves between them.

What a move needs means one thing everywhere: what whoever makes it must hold. It is written in one of two forms.
A *permission*, "room:thing:verb", is held by a person through a grant, by a client of the API through its scope, and by someone at
the machine's own keyboard through their account there. A *mark*, one word, is held by the house alone and names which of its own
acts makes the move: "read_back" (the next export showed it), "comparison", "clock". No grant ever carries a mark, so no person makes
such a move. Whose the thing is, and everything else that must be so, stands in the gates or in the room's rule, never here.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from careward.core.decision import ALLOWED, Decision, refuse
from careward.core.packs.duties import HOUSE

PERMISSION = re.compile(r"[a-z_]+(:[a-z_]+){2}")
MARK = re.compile(r"[a-z_]+")


@dataclass(frozen=True, slots=True)
class Move:
    """One way from any of its sources to its target. `needs` is a permission or a mark; anything else is a ValueError."""

    name: str
    sources: frozenset[str]
    target: str
    needs: str
    gates: tuple[str, ...] = ()  # named conditions that must hold

    def __post_init__(self) -> None:
        if not PERMISSION.fullmatch(self.needs) and not MARK.fullmatch(self.needs):
            raise ValueError(f"{self.name} needs {self.needs!r}, which is neither a permission nor a mark of the house")


@dataclass(frozen=True, slots=True)
class Machine:
    """The life of one kind of thing. `name` is what refusals cite; two moves of one name are a ValueError.

    `ends` are the states in which a thing may rest for good; some may still be left again.
    """

    name: str
    start: str
    moves: tuple[Move, ...]
    ends: frozenset[str] = frozenset()

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
    def states(self) -> tuple[str, ...]:
        """Every state that is named anywhere: the start, then the targets in the order of the moves. The database holds these alone."""
        named = (self.start, *(m.target for m in self.moves), *(s for m in self.moves for s in sorted(m.sources)))
        return tuple(dict.fromkeys(named))

    @property
    def dead_ends(self) -> frozenset[str]:
        """The states that no move leaves."""
        return frozenset(self.states) - {s for m in self.moves for s in m.sources if s != m.target}

    def reachable(self, start: str = "") -> frozenset[str]:
        """Every state that moves lead to, from the start where no other is named; a state outside it is a mistake in the table."""
        seen: set[str] = set()
        todo = [start or self.start]
        while todo:
            state = todo.pop()
            if state not in seen:
                seen.add(state)
                todo += [m.target for m in self.moves if state in m.sources]
        return frozenset(seen)

    def may(self, name: str, *, state: str, holds: Collection[str], gates: Mapping[str, Decision]) -> Decision:
        """Whether a move may be made now, with every reason against: the state, what it needs and each gate.

        `holds` are the permissions of whoever asks, or the one mark of the house's act. `gates` holds a decision for each gate the
        move names; KeyError when one was not looked at or the move is unknown.
        """
        move = self.move(name)
        decision = ALLOWED
        if state not in move.sources:
            decision &= refuse("state.wrong", HOUSE, f"{name} is not possible from {state}")
        if move.needs not in holds:
            decision &= refuse("permission.missing", HOUSE, f"{name} needs {move.needs}")
        for gate in move.gates:
            decision &= gates[gate]
        return decision

    def mermaid(self) -> str:
        """The table as a Mermaid state diagram for the generated reference."""
        lines = [f"    [*] --> {self.start}"]
        lines += [f"    {s} --> {m.target}: {m.name} ({m.needs})" for m in self.moves for s in sorted(m.sources)]
        lines += [f"    {s} --> [*]" for s in self.states if s in self.ends]
        return "\n".join(["stateDiagram-v2", *lines])
