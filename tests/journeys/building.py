"""Files and people that a journey needs: exports bent on purpose, and somebody who signs in with a password."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.journeys.visiting import House

PASSWORD = "narrow-lantern-moss-42"
MAKE = """
import json, sys
import django
django.setup()
from datetime import UTC, datetime
from careward.core.days import london_day
from careward.people.signin.actions import accept_terms, give_role, make_user
from careward.people.staff.models import Organisation
from careward.people.signin.terms import terms_in_force
asked, now = json.loads(sys.stdin.read()), datetime.now(UTC)
trust = Organisation.objects.get(ods_code="RZZ9N")
user = make_user(organisation_id=trust.pk, email=asked["email"], name=asked["name"], password=asked["password"], now=now, by="cli/journeys")
if asked["role"]:
    give_role(organisation_id=trust.pk, user_id=user, role=asked["role"], from_on=london_day(now), now=now, by="cli/journeys")
if asked["terms"]:
    text = terms_in_force(trust.pack, london_day(now)).text_hash
    accept_terms(organisation_id=trust.pk, user_id=user, text_hash=text, now=now, by="cli/journeys")
"""


def lines_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def bent(path: Path, lines: Sequence[str], encoding: str = "utf-8") -> Path:
    """A file with other lines, or in another encoding."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(("\n".join(lines) + "\n").encode(encoding))
    return path


def somebody(house: House, email: str, *, role: str = "", terms: bool = True) -> str:
    """Makes a user with a password where the product runs: a process of its own, so that the journeys never ask a database."""
    asked = {"email": email, "name": "Robin Vale", "password": PASSWORD, "role": role, "terms": terms}
    environment = {**house.environment, "PATH": os.environ["PATH"]}
    done = subprocess.run(
        [sys.executable, "-c", MAKE], input=json.dumps(asked), env=environment, text=True, capture_output=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return email
