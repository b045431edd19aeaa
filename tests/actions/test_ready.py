"""A house that begins with its tables written down is the house that the migrations make."""

import os
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

KNOWN = "SELECT app_label, model FROM django_content_type ORDER BY 1, 2"
MAY = "SELECT codename FROM auth_permission ORDER BY 1"
APPLIED = "SELECT app, name FROM django_migrations ORDER BY 1, 2"
MADE = "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_stat%' ORDER BY 1, 2"
OPEN = "from careward.cli import ready; ready.open_house()"


def opened(home: Path, before: str = "") -> sqlite3.Connection:
    env = {**os.environ, "CAREWARD_HOME": str(home), "DJANGO_SETTINGS_MODULE": "careward.config.settings"}
    env.pop("CAREWARD_DATABASE_URL", None)
    subprocess.run([sys.executable, "-c", f"{before}; {OPEN}" if before else OPEN], check=True, env=env)
    return sqlite3.connect(home / "careward.sqlite3")


def alike(rows: list[tuple[object, ...]]) -> list[tuple[object, ...]]:
    return [tuple(re.sub(r"\s+", " ", v) if isinstance(v, str) else v for v in row) for row in rows]


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "sqlite", reason="the tables written down are those of SQLite")
def test_a_fresh_house_is_what_the_migrations_make(tmp_path: Path) -> None:
    house = opened(tmp_path)
    with connection.cursor() as cursor:
        for asked in (MADE, KNOWN, MAY, APPLIED):
            cursor.execute(asked)
            assert alike(house.execute(asked).fetchall()) == alike(cursor.fetchall())
    house.close()


def test_a_house_that_is_up_to_date_migrates_nothing(tmp_path: Path) -> None:
    opened(tmp_path).close()
    refused = "from django.core import management; management.call_command = None"
    opened(tmp_path, refused).close()
