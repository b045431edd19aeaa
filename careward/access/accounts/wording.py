"""How findings, steps and roles are named to people. Pure."""

from functools import cache

from careward.core.packs.pack import HOUSE_PACK
from careward.core.packs.pack import load as load_pack

STEP_WORDS = {
    "lock": "Lock it",
    "close": "Close it",
    "warn": "Ask whether it is still needed",
    "amend": "Change its rights",
    "ask": "Find out",
    "reopen": "Reopen it",
    "nothing": "Nothing",
}
SETTLED_WORDS = {"lock": "Already locked"}
UNSTATED = "Its list does not say"
STATUS_WORDS = {"active": "open", "locked": "locked", "closed": "closed"}
KIND_WORDS = {"normal": "Normal", "admin": "Administrator", "generic": "Shared", "service": "Service"}


@cache
def titles() -> dict[str, str]:
    """What each finding code is called; the two for teams belong to the codes of rights."""
    return {code: rule.title for code, rule in load_pack(HOUSE_PACK).findings.items() if not code.endswith("_team")}


@cache
def title(code: str, topic: str = "") -> str:
    """The finding's name: 'Left the organisation', 'Too many teams'."""
    rules = load_pack(HOUSE_PACK).findings if topic == "teams" else None
    return rules[f"{code}_team"].title if rules and f"{code}_team" in rules else titles()[code]


def several(text: str | None, none: str) -> str:
    """Roles or teams for reading: 'Nurse, View'; `none` where there are none; UNSTATED where the export does not say."""
    if text is None:
        return UNSTATED
    between = "; " if "," in text else ", "
    return between.join(text.split(";")) if text else none
