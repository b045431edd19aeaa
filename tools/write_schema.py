"""Writes the tables that an empty SQLite house begins with: what every migration there is comes to. `python -m tools.write_schema`.

A house whose tables were written down before the newest migrations is brought up to them when it opens, so this is only ever a matter
of seconds saved; a test holds that both ways make the same house.
"""

import os
import re
import sqlite3
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[1]
PLACE = ROOT / "careward" / "cli" / "fresh.sql"
_APPLIED = re.compile(r"""(INSERT INTO "django_migrations" VALUES\(.*),'[^']*'\);""")


def text(database: Path) -> str:
    """The statements that make this house anew, each migration applied at whatever moment they run."""
    kept = sqlite3.connect(database)
    try:
        said = [_APPLIED.sub(r"\1,CURRENT_TIMESTAMP);", statement) for statement in kept.iterdump()][1:-1]  # without BEGIN and COMMIT
    finally:
        kept.close()
    tables_first = sorted(said, key=lambda statement: not statement.startswith("CREATE"))  # rows may name those of later tables
    return "\n".join(["BEGIN;", *tables_first, "COMMIT;"]) + "\n"


def main() -> None:
    with TemporaryDirectory() as home:
        env = {k: v for k, v in os.environ.items() if k != "CAREWARD_DATABASE_URL"}
        env |= {"CAREWARD_HOME": home, "DJANGO_SETTINGS_MODULE": "careward.config.settings"}
        subprocess.run([sys.executable, "-m", "django", "migrate", "--verbosity", "0"], check=True, cwd=ROOT, env=env)
        PLACE.write_text(text(Path(home) / "careward.sqlite3"), encoding="utf-8")
    print(PLACE.relative_to(ROOT))


if __name__ == "__main__":
    main()
