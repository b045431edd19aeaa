"""The worklist: a system without an interface is changed by a person, who is told the step, does it, and says so.

The first connector, and the pattern of the others (DESIGN principle 4): what the person said counts once the next export shows it.
"""

from collections.abc import Iterator, Mapping, Sequence

from careward.core.changes import STEPS, Came, Change, ChangePlan, Observed, Outcome, Proof, plan_of, proof_of

WORDS = {
    "create": "Make the account {username}",
    "amend": "Put the rights of {username} right",
    "lock": "Lock {username}",
    "close": "Close {username}",
    "reopen": "Open {username} again",
}


class Worklist:
    """Asks a person for every step; proof comes with the next export."""

    name = "worklist"
    can = frozenset(STEPS)

    def plan(self, system: str, wanted: Sequence[Change], *, open_accounts: int) -> ChangePlan:
        return plan_of(system, wanted, can=self.can, open_accounts=open_accounts)

    def apply(self, plan: ChangePlan) -> Iterator[Outcome]:
        """Nothing is changed here: each change becomes the words of a task."""
        return (Outcome(c, Came.ASKED, WORDS[c.step].format(username=c.username)) for c in plan.changes)

    def read_back(
        self, changes: Sequence[Change], seen: Mapping[tuple[str, str], Observed], *, whole_list: bool
    ) -> Iterator[tuple[Change, Proof]]:
        return ((c, proof_of(c, seen, whole_list=whole_list)) for c in changes)
