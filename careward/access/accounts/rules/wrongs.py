"""One thing wrong with an account, before it is known whose account it is."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Wrong:
    code: str
    step: str
    detail: str
    topic: str = ""  # a course, roles, teams
    clause: str = ""  # empty: the pack's clause for the code
    since: date | None = None  # the first day it was so; None: the rows do not say
