"""How findings, steps and roles are named to people. Pure."""

import re
from datetime import date
from functools import cache

from careward.core import packs

ISO_DAY = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")

STEP_WORDS = {
    "lock": "Lock it",
    "close": "Close it",
    "warn": "Ask whether it is still needed",
    "amend": "Put its rights right",
    "ask": "Find out",
    "reopen": "Reopen it",
    "nothing": "Nothing",
}
SETTLED_WORDS = {"lock": "Already locked"}
STATUS_WORDS = {"active": "open", "locked": "locked", "closed": "closed"}
KIND_WORDS = {"normal": "Normal", "admin": "Administrator", "generic": "Shared", "service": "Service"}


@cache
def titles() -> dict[str, str]:
    """What each finding code is called; the two for teams belong to the codes of rights."""
    return {code: rule.title for code, rule in packs.load("base").findings.items() if not code.endswith("_team")}


@cache
def title(code: str, topic: str = "") -> str:
    """The finding's name: 'Left the organisation', 'Too many teams'."""
    rules = packs.load("base").findings if topic == "teams" else None
    return rules[f"{code}_team"].title if rules and f"{code}_team" in rules else titles()[code]


def written_out(detail: str) -> str:
    """The fact with its dates written for people: 2026-11-13 becomes 13 November 2026."""

    def spelled(found: re.Match[str]) -> str:
        day = date(int(found[1]), int(found[2]), int(found[3]))
        return f"{day.day} {day:%B} {day.year}"

    return ISO_DAY.sub(spelled, detail)


def several(text: str | None, none: str) -> str:
    """Roles or teams for reading: 'Nurse, View'; `none` where there are none; 'Not told' where the export does not say."""
    if text is None:
        return "Not told"
    return ", ".join(text.split(";")) if text else none
