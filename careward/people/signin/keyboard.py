"""Who runs a command: the person of a token, else the account of the operating system by its number. No name that is only said counts."""

import os
import pwd
from dataclasses import dataclass
from datetime import datetime

from careward.core.days import london_day
from careward.core.decision import Decision, Refused, refuse
from careward.people.signin.api_keys import TooManyTries, look_up
from careward.people.signin.arrivals import rights_by

USE = "signin:commands:use"


@dataclass(frozen=True, slots=True)
class Acting:
    """Who runs a command, as the ledger names them; with a token, for its organisation alone."""

    actor: str
    organisation_id: int | None = None
    organisation: str = ""


def account() -> str:
    """The account that this process runs as: its name as the system knows it by its number, which nobody sets by a variable."""
    number = os.getuid()
    try:
        return f"cli/{pwd.getpwuid(number).pw_name}"
    except KeyError:
        return f"cli/{number}"


def who_acts(*, token: str = "", now: datetime) -> Acting:
    """The person of a token that may run commands; without one whoever is at the keyboard. Refused where the token opens nothing."""
    if not token:
        return Acting(account())
    try:
        row = look_up(token, source=account(), now=now)
    except TooManyTries as tries:
        raise Refused(_no("token.too_many", "Too many tokens that open nothing were tried", "Wait some minutes")) from tries
    if row is None:
        raise Refused(_no("token.unknown", "This token opens nothing: it is wrong, over or ended", "Make a new one: careward token"))
    if not rights_by(row, on=london_day(now)).may(USE):
        raise Refused(_no("token.no_commands", "This token may not run commands", "Make one with the scope commands: careward token"))
    return Acting(f"user/{row.user_id}", row.organisation_id, row.organisation.ods_code)


def _no(code: str, detail: str, remedy: str) -> Decision:
    return refuse(code, "house", detail, remedy)
