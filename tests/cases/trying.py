"""One case of the reading rules tried: files loaded as its steps say, in this process and at a day of its own, then what must come of it."""

import csv
import io
import json
import re
import shlex
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from careward.evidence.ledger.models import Entry

TODAY = date(2026, 11, 28)  # what has been is before it, and what is to come after
FLAGS = re.IGNORECASE | re.DOTALL
# What a row that is made says where its line does not; # stands for the row's number.
COLUMNS = {
    "staff": "employee_number=E# first_name=F# last_name=L# team=North_Ward start_on=2020-01-06 assignment_status=active end_on=",
    "accounts": "username=u# employee_number=E# status=active kind=normal created_on=2024-01-05 last_used_at=2026-11-20T09:00:00",
    "training": "employee_number=E# course_code=data-security completed_on=2026-06-01 result=passed",
    "authorisations": "system=paris environment=live employee_number=E# kind=normal approved_by_employee_number=M001 "
    "approver_role=line_manager approved_on=2024-01-05",
    "generic_accounts": "system=paris username=g# owner_employee_number=M001 ig_approved_on=2025-12-01 expires_on=2099-12-01 "
    "reason=ward_screen",
    "systems": "code=paris name=PARIS kind=clinical administrator_title=Administrator pack=base",
}

Command = Callable[..., tuple[int, str]]  # words of the command line: its exit status, and all that it said


class Trial:
    """One case on its way: the numbers of its loads, what was said, and what of it does not hold."""

    def __init__(self, folder: Path, home: Path, work: Path, command: Command) -> None:
        self.folder, self.home, self.work, self.command = folder, home, work, command
        self.loads: dict[int, str] = {}
        self.entries = 0
        self.heard = ""
        self.faults: list[str] = []

    def step(self, number: int, step: Mapping[str, Any]) -> None:
        words = [self.fill(word) for word in step["run"]] if "run" in step else self._load(number, step)
        status, said = self.command(*words)
        self.heard += said
        if found := re.search(r'\bload"?:? (\d+)', said, FLAGS):
            self.loads[number] = found.group(1)
        if status not in step.get("exit", [status]):
            self.faults.append(f"step {number}: exit {status}, not {step['exit']}: {said[-400:]}")
        self.faults += [f"step {number}: does not say {w!r}: {said}" for w in step.get("says", ()) if not self._said(w, said)]
        self.faults += [f"step {number}: says {w!r}" for w in step.get("not_says", ()) if self._said(w, said)]
        self._entered(step.get("ledger"))

    def fill(self, text: str) -> str:
        """{today}, {today-3}; {load2}, the number that the second step's load was given."""

        def put(found: re.Match[str]) -> str:
            word = found.group(1)
            if word.startswith("today"):
                return (TODAY + timedelta(days=int(word[5:] or 0))).isoformat()
            return self.loads[int(word[4:])]

        return re.sub(r"\{(today(?:[+-]\d+)?|load\d+)\}", put, text)

    def compare(self, on: str, wanted: Sequence[str], barred: Sequence[str]) -> None:
        """Holds what the comparison of a day gives against what it must and must not."""
        status, said = self.command("reconcile", "--on", self.fill(on), "--json")
        self.heard += said
        lines = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
        seen = [f"{x['username']} {x['code']} {x['step']} ({x['detail']})" for x in lines]
        self.faults += [f"the comparison ends with {status}: {said[-400:]}"] if status else []
        self.faults += [f"does not give {w!r}, but {seen}" for w in wanted if not any(_fits(w, line) for line in lines)]
        self.faults += [f"gives {b!r}, in {seen}" for b in barred if any(_fits(b, line) for line in lines)]

    def said_somewhere(self, patterns: Sequence[str]) -> None:
        self.faults += [f"nowhere says {w!r}" for w in patterns if not self._said(w, self.heard)]

    def _said(self, pattern: str, said: str) -> bool:
        return re.search(self.fill(pattern), said, FLAGS) is not None

    def _entered(self, wanted: str | None) -> None:
        """Whether the ledger has gained entries since the last mark."""
        count = Entry.objects.count()
        if (wanted == "same" and count != self.entries) or (wanted == "more" and count <= self.entries):
            self.faults.append(f"the ledger has {count} entries, and had {self.entries}")
        self.entries = count if wanted else self.entries

    def _load(self, number: int, step: Mapping[str, Any]) -> list[str]:
        words = ["load", str(self._gather(number, step)), "--yes", *step.get("args", [])]
        if "profile" in step:
            own = self.home / "profiles"
            own.mkdir(exist_ok=True)
            shutil.copy(self.folder / step["profile"], own)
            words += ["--profile", Path(step["profile"]).stem]
        return words

    def _gather(self, number: int, step: Mapping[str, Any]) -> Path:
        """The files of a step, with the rows that its `rows` lines stand for."""
        to = self.work / f"step{number}"
        if "folder" in step:
            shutil.copytree(self.folder / step["folder"], to)
        to.mkdir(exist_ok=True)
        files: dict[str, list[dict[str, str]]] = {}
        for line in step.get("rows", ()):
            name, span, *cells = shlex.split(line)
            files.setdefault(name, []).extend(_rows(name, span, cells))
        for name, rows in files.items():
            text = io.StringIO()
            sheet = csv.DictWriter(text, list(dict.fromkeys(c for row in rows for c in row)), restval="", lineterminator="\n")
            sheet.writeheader()
            sheet.writerows(rows)
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            (to / name).write_text(text.getvalue(), encoding="utf-8")
        return to


def _rows(name: str, span: str, cells: Sequence[str]) -> list[dict[str, str]]:
    first, _, last = span.partition("-")
    said = [*shlex.split(COLUMNS["accounts" if name.startswith("accounts/") else Path(name).stem]), *cells]
    spaced = [c.replace("_", " ") if c.startswith(("team=", "reason=")) else c for c in said]
    return [dict(c.replace("#", str(n)).split("=", 1) for c in spaced) for n in range(int(first), int(last or first) + 1)]


def _fits(pattern: str, line: Mapping[str, str]) -> bool:
    """Whether a line is `username code step ~detail`; `*` for any, and what is left out does not matter."""
    told, _, detail = pattern.partition(" ~")
    pairs = zip(shlex.split(told), (line["username"], line["code"], line["step"]), strict=False)
    same = all(wanted in ("*", given) or wanted.casefold() == given.casefold() for wanted, given in pairs)
    return same and (not detail or re.search(detail, line["detail"], FLAGS) is not None)


def in_this_process(run: Callable[[], int], read: Callable[[], Any], monkeypatch: Any) -> Command:
    """The command line without a process of its own: `run` runs what stands in sys.argv, `read` gives what was said since."""

    def command(*words: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["careward", *words])
        status = run()
        said = read()
        return status, f"{said.out}\n{said.err}"

    return command
