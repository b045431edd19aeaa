"""The terms of use, accepted before the first page."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Terms:
    version: str
    clause: str
    text: str
