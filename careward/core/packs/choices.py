"""What an organisation may choose among: ways in, categories of role."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PackChoice:
    code: str
    title: str
    clause: str
