"""Changes by file: a system that takes a batch of changes gets one file a plan, which a person loads into it; the next export proves it."""

import csv
import hashlib
import io
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from careward.core.changes import STEPS, Came, Change, ChangePlan, Observed, Outcome, Proof, plan_of, proof_of

STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")  # and their full-width forms
HEADS = ("key", "environment", "username", "step", "roles", "teams", "clause")


class Batches:
    """Writes what is to change as CSV into a folder of the organisation, each plan in a file named by what it holds."""

    name = "csv"
    can = frozenset({*STEPS, "read"})

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def plan(self, system: str, wanted: Sequence[Change], *, open_accounts: int) -> ChangePlan:
        """A change whose cells a spreadsheet would run as a formula cannot go by file: a person makes it."""
        plan = plan_of(system, wanted, can=self.can, open_accounts=open_accounts)
        odd = tuple(c for c in plan.changes if any(cell.lstrip().startswith(STARTS_A_FORMULA) for cell in _cells(c)))
        return replace(plan, changes=tuple(c for c in plan.changes if c not in odd), cannot=(*plan.cannot, *odd))

    def apply(self, plan: ChangePlan) -> Iterator[Outcome]:
        """One file, whole or not at all; the same plan again finds its file there and writes none."""
        if not plan.changes:
            return iter(())
        name = _write(self.folder, plan)
        words = f"Load {name} into the system"
        return (Outcome(c, Came.ASKED, words) for c in plan.changes)

    def read_back(
        self, changes: Sequence[Change], seen: Mapping[tuple[str, str], Observed], *, whole_list: bool
    ) -> Iterator[tuple[Change, Proof]]:
        return ((c, proof_of(c, seen, whole_list=whole_list)) for c in changes)


def _write(folder: Path, plan: ChangePlan) -> str:
    text = _text(plan.changes)
    name = f"changes-{plan.system}-{hashlib.sha256(text.encode()).hexdigest()[:12]}.csv"
    path = folder / name
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = path.with_suffix(f".{os.getpid()}")
        draft.write_text(text, encoding="utf-8", newline="")
        draft.chmod(0o600)  # it names people
        draft.replace(path)
    return name


def _text(changes: Sequence[Change]) -> str:
    out = io.StringIO(newline="")
    sheet = csv.writer(out)
    sheet.writerow(HEADS)
    for c in changes:
        sheet.writerow(_cells(c))
    return out.getvalue()


def _cells(c: Change) -> tuple[str, ...]:
    return c.key, c.environment, c.username, c.step, _listed(c.roles), _listed(c.teams), c.clause


def _listed(words: tuple[str, ...] | None) -> str:
    return "" if words is None else ";".join(words)
