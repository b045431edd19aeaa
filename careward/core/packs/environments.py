"""The live system and its copies, and who may authorise an account on each."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EnvironmentKind:
    code: str
    title: str
    live: bool
    approvers: tuple[str, ...]  # empty: the registration approvers
    clause: str
