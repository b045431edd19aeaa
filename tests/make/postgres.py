"""A PostgreSQL that a test starts for itself on a Unix socket, and roles in it."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest

BIN = Path("/usr/lib/postgresql")


def missing(what: str) -> None:
    """Skips, saying what to install; fails where the build says that everything must be there."""
    if os.environ.get("CI") == "true":
        pytest.fail(what)
    pytest.skip(what)


@contextmanager
def postgres_server() -> Iterator[str]:
    """The address of an empty PostgreSQL, gone afterwards."""
    programs = sorted(BIN.glob("*/bin/initdb")) or [Path(p) for p in [shutil.which("initdb")] if p]
    if not programs:
        missing("PostgreSQL is not here: apt-get install postgresql")
    as_user = {"user": "postgres", "group": "postgres"} if os.geteuid() == 0 else {}  # its programs refuse root
    folder = Path(tempfile.mkdtemp(prefix="careward-pg-"))
    if as_user:
        os.chown(folder, pwd.getpwnam("postgres").pw_uid, -1)
    folder.chmod(0o755)

    def run(program: str, *arguments: object) -> None:
        command = [str(programs[-1].with_name(program)), *map(str, arguments)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder, timeout=60, **as_user)

    run("initdb", "-D", folder / "data", "-A", "trust", "-U", "careward", "--no-sync", "-E", "UTF8")
    options = f"-k {folder} -c listen_addresses='' -c fsync=off -c max_connections=40"
    run("pg_ctl", "-D", folder / "data", "-o", options, "-l", folder / "log", "-w", "start")
    try:
        yield f"postgresql://careward@{quote(str(folder), safe='')}/postgres"
    finally:
        run("pg_ctl", "-D", folder / "data", "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


def run_sql(url: str, *statements: str) -> None:
    """As its owner."""
    with psycopg.connect(url, autocommit=True) as opened:
        for statement in statements:
            opened.execute(statement)  # type: ignore[arg-type]


def as_reader(url: str, role: str) -> str:
    """The address for a new role that may read every table there is now, and do nothing else."""
    run_sql(url, f"CREATE ROLE {role} LOGIN", f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}")
    return url.replace("//careward@", f"//{role}@")
