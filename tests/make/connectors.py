"""Connectors for tests: a system that makes changes by itself, held in memory, and one that loses, repeats and breaks off at random."""

from collections.abc import Iterator, Mapping, Sequence
from random import Random

from careward.core.changes import STEPS, Came, Change, ChangePlan, Observed, Outcome, Proof, plan_of, proof_of

BECOMES = {"create": "active", "amend": "", "lock": "locked", "close": "closed", "reopen": "active"}


class InMemory:
    """A system with an interface: what is asked of it is so at once, and what it was asked before under one key is not done again."""

    name = "memory"
    can = frozenset({*STEPS, "read"})

    def __init__(self) -> None:
        self.accounts: dict[tuple[str, str], Observed] = {}
        self.done: list[str] = []

    def plan(self, system: str, wanted: Sequence[Change], *, open_accounts: int) -> ChangePlan:
        return plan_of(system, wanted, can=self.can, open_accounts=open_accounts)

    def apply(self, plan: ChangePlan) -> Iterator[Outcome]:
        return (self._make(c) for c in plan.changes)

    def _make(self, c: Change) -> Outcome:
        if c.key not in self.done:
            was = self.accounts.get(c.account, Observed("active"))
            roles = was.roles if c.roles is None else c.roles
            teams = was.teams if c.teams is None else c.teams
            self.accounts[c.account] = Observed(BECOMES[c.step] or was.status, roles, teams)
            self.done.append(c.key)
        return Outcome(c, Came.MADE)

    def read_back(
        self, changes: Sequence[Change], seen: Mapping[tuple[str, str], Observed], *, whole_list: bool
    ) -> Iterator[tuple[Change, Proof]]:
        return ((c, proof_of(c, seen, whole_list=whole_list)) for c in changes)


class Chaos(InMemory):
    """The same system behind a bad line: an answer may be lost after the change was made, or the change before it was."""

    name = "chaos"

    def __init__(self, seed: int) -> None:
        super().__init__()
        self.luck = Random(seed)

    def _make(self, c: Change) -> Outcome:
        match self.luck.choice(("well", "refused", "answer lost", "call lost")):
            case "refused":
                return Outcome(c, Came.FAILED, "The system refused it")
            case "call lost":
                return Outcome(c, Came.UNKNOWN, "No answer came")
            case "answer lost":
                super()._make(c)
                return Outcome(c, Came.UNKNOWN, "No answer came")
        return super()._make(c)
