"""The courses without which nobody may hold an account."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Course:
    code: str
    title: str
    clause: str
    valid_months: int  # 0: passed once, good for ever
    declaration: bool
    declaration_clause: str = ""
    aliases: tuple[str, ...] = ()
