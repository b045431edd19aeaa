"""The register of systems as the document lists it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RegisterEntry:
    """One row of the register of systems as the document lists it."""

    code: str
    name: str
    kind: str
    description: str
    administrator_title: str
    administrator_contact: str
    request_channel: str
    clause: str
    lock_after_days: int = 0  # 0: the pack's own figure
    services: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    hosted_elsewhere: bool = False
    second_factor: bool = False
