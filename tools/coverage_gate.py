"""The gate on what decides: of each group's branches, how many the tests tried, and no fewer than its least.

Reads what a run of the tests measured (tools/run_tests.py); what runs in a process of its own is not in it. Lines are not asked about:
what a module says once is read before the measuring begins. Where a group falls short, the lines whose branches were not all tried
are named.
"""

import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from coverage import Coverage

ROOT = Path(__file__).resolve().parents[1]
LEAST = {"core": 95, "seal": 95, "analysis": 95, "rules": 95, "actions": 95}  # in 100 of their branches
GROUPS = {  # what pyproject.toml has measured
    "core": ("careward/core/**/*.py",),
    "seal": ("careward/seal/**/*.py",),
    "analysis": ("careward/engines/analysis/**/*.py",),
    "rules": ("careward/**/rules.py", "careward/**/rules/*.py"),
    "actions": ("careward/**/actions.py",),
}
Branches = Mapping[int, tuple[int, int]]  # line -> how many ways lead on from it, and how many were taken


def short(branches_of: Callable[[str], Branches], groups: Mapping[str, list[str]]) -> Iterator[str]:
    """Says of each group how much was tried, and of one that falls short what was not."""
    for group, files in groups.items():
        found = {file: branches_of(file) for file in files}
        ways = [way for branches in found.values() for way in branches.values()]
        share = 100 * sum(taken for _, taken in ways) / (sum(there for there, _ in ways) or 1)
        print(f"{group:9}{share:6.1f} % of {sum(there for there, _ in ways)} branches")
        if share < (least := LEAST.get(group, 0)):
            yield f"{group}: {share:.1f} % is less than {least}. Not tried:"
            yield from _untried(found)


def _untried(found: Mapping[str, Branches]) -> Iterator[str]:
    for file, branches in found.items():
        if lines := [str(line) for line, (there, taken) in sorted(branches.items()) if taken < there]:
            yield f"  {file}: {', '.join(lines)}"


def files_of_groups() -> dict[str, list[str]]:
    """Every file that is measured, by its group."""
    return {g: sorted({str(p.relative_to(ROOT)) for pattern in patterns for p in ROOT.glob(pattern)}) for g, patterns in GROUPS.items()}


def main() -> int:
    coverage = Coverage()
    coverage.load()
    wrong = list(short(lambda file: coverage.branch_stats(str(ROOT / file)), files_of_groups()))
    print("\n".join(wrong), file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
