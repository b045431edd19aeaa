"""Who may authorise an account, and how soon it is opened."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Registration:
    approvers: tuple[str, ...]
    exception_approvers: tuple[str, ...]
    working_days: int
    interim_working_days: int
    clause: str
    exception_clause: str  # that asks for a graver approver of exceptions
