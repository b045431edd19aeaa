"""Writes the generated pages of the reference: `make docs`. A house test fails when one is stale."""

import os
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
ANY_DAY = date(2026, 1, 1)  # states and tests do not depend on the day; live counts are not printed
NOTE = "<!-- Written by `make docs`; change what it is made from, not this page. -->\n\n"


def feeds() -> str:
    """Every file and column that Careward reads."""
    from careward.engines.connectors.csv.describing import describe

    return describe()


def states() -> str:
    """Every fixed state machine, drawn."""
    from careward.config.rooms import house

    drawn = [f"## {m.name.capitalize()}\n\n```mermaid\n{m.mermaid()}\n```\n" for m in house().machines]
    return "# States\n\n" + NOTE + "\n".join(drawn)


def packs() -> str:
    """What each shipped pack says, in figures."""
    from careward.core.packs.pack import load
    from careward.core.packs.reader import names

    out = [
        "# Packs\n\n",
        NOTE,
        "| pack | title | lock | close | notice | approvers | exceptions | courses | environments | systems |\n",
        "|" + "---|" * 10 + "\n",
    ]
    for name in names():
        pack = load(name)
        rule = pack.inactivity
        own = sorted({e.lock_after_days for e in pack.register if e.lock_after_days})
        lock = f"{rule.lock_after_days} days" + (f" (by system {own[0]} to {own[-1]})" if own else "")
        cells = (
            name, pack.title, lock, f"{rule.close_after_days} days", f"{rule.notice_days} days", ", ".join(pack.registration.approvers),
            ", ".join(pack.registration.exception_approvers), ", ".join(c.title for c in pack.training), len(pack.environments),
            len(pack.register),
        )  # fmt: skip
        out.append("| " + " | ".join(str(c) for c in cells) + " |\n")
    return "".join(out)


def clauses() -> str:
    """Each clause with its state in Careward."""
    from careward.core.packs.documents import load_document
    from careward.core.packs.pack import load
    from careward.core.packs.reader import names
    from careward.governance.procedures.queries import clauses_report

    states = {row["id"]: row for row in clauses_report(None, on=ANY_DAY)}
    out = ["# Clauses\n\n", NOTE]
    for name in names():
        for code in load(name).documents:
            document = load_document(name, code)
            out.append(
                f"## {document.title}\n\n| clause | duty | who acts | state | level | tests | breaks |\n|---|---|---|---|---|---|---|\n"
            )
            for clause in document.clauses:
                row = states[clause.id]
                out.append(
                    f"| {clause.id} | {clause.duty} | {clause.actor} | {row['state']} | {row['level'] or ''} | {len(row['tests'])} | "
                    f"{len(row['breaks'])} |\n"
                )
            out.append("\n")
    return "".join(out).rstrip("\n") + "\n"


def commands() -> str:
    """What `careward --help` says, command by command."""
    import typer.main

    from careward.cli.main import app

    root = typer.main.get_command(app)
    out = [
        "# Commands\n\n",
        NOTE,
        "Exit statuses: 0 done, 1 failed, 2 usage, 3 not found, 4 forbidden, 5 refused by a rule or a gate, 6 partly done.\n",
    ]

    def tell(command: Any, path: str) -> None:
        if hasattr(command, "commands"):
            for each in sorted(command.commands):
                tell(command.commands[each], f"{path} {each}")
            return
        out.append(f"\n## {path}\n\n{(command.help or '').strip()}\n\n")
        for parameter in command.params:
            names = ", ".join(f"`{n}`" for n in parameter.opts) if parameter.param_type_name == "option" else f"`{parameter.name.upper()}`"
            out.append(f"- {names}: {(getattr(parameter, 'help', '') or '').strip()}\n")

    tell(root, "careward")
    return "".join(out)


PAGES: dict[str, Callable[[], str]] = {"feeds": feeds, "states": states, "packs": packs, "clauses": clauses, "commands": commands}


def kept() -> Iterator[tuple[Path, str]]:
    """Each generated file that is no page, and what it should hold."""
    from careward.engines.analysis.reconciliation.plan import to_keep
    from careward.engines.analysis.reconciliation.queries import DIALECTS, FOLDER

    for dialect in DIALECTS:
        yield FOLDER / f"{dialect}.json", to_keep(dialect)


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "careward.config.settings")
    import django

    django.setup()
    from tools.write_clause_index import main as index

    index()
    for name, write in PAGES.items():
        (ROOT / "docs" / "reference" / f"{name}.md").write_text(write(), encoding="utf-8")
        print(f"docs/reference/{name}.md")
    for path, text in kept():
        path.write_text(text, encoding="utf-8")
        print(path.relative_to(ROOT))


if __name__ == "__main__":
    main()
