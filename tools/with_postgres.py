"""Runs a command with a PostgreSQL of its own: started in a fresh folder on a Unix socket, stopped and removed afterwards.

    python tools/with_postgres.py pytest tests/actions

Without PostgreSQL's programs: with CI=true that is a failure, elsewhere one line says what to install and nothing is run.
"""

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

PLACES = ["", *sorted((str(p) for p in Path("/usr/lib/postgresql").glob("*/bin")), reverse=True)]


def program(name: str) -> str | None:
    return next((found for place in PLACES if (found := shutil.which(name, path=place or None))), None)


def as_postgres(command: list[str]) -> list[str]:
    """initdb refuses root, so the server then runs as the user postgres."""
    if os.geteuid() != 0:
        return command
    return ["runuser", "-u", "postgres", "--", *command]


def main(command: list[str]) -> int:
    initdb, pg_ctl = program("initdb"), program("pg_ctl")
    if not initdb or not pg_ctl:
        print("PostgreSQL is not here: install it (Debian: apt-get install postgresql) to run these tests on it too.")
        return 1 if os.environ.get("CI") == "true" else 0
    folder = Path(tempfile.mkdtemp(prefix="careward-pg-"))
    try:
        if os.geteuid() == 0:
            os.chown(folder, pwd.getpwnam("postgres").pw_uid, -1)
        data = folder / "data"
        quiet: dict[str, Any] = {"check": True, "stdout": subprocess.DEVNULL}
        subprocess.run(as_postgres([initdb, "-D", str(data), "-A", "trust", "-U", "careward", "--no-sync", "-E", "UTF8"]), **quiet)
        options = f"-c listen_addresses= -c unix_socket_directories={folder} -c fsync=off -c max_connections=60"
        subprocess.run(as_postgres([pg_ctl, "-D", str(data), "-w", "-o", options, "-l", str(folder / "log"), "start"]), **quiet)
        try:
            host = str(folder).replace("/", "%2F")
            env = {**os.environ, "CAREWARD_DATABASE_URL": f"postgresql://careward@{host}/postgres"}
            return subprocess.run(command, env=env, check=False).returncode
        finally:
            subprocess.run(as_postgres([pg_ctl, "-D", str(data), "-m", "immediate", "stop"]), check=False, stdout=subprocess.DEVNULL)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
