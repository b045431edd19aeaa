"""The answer every rule gives: allowed, or refused with every reason at once."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reason:
    code: str  # stable, greppable: "training.missing"
    clause: str  # where the procedure says so: "PA-011"
    detail: str = ""  # the fact, with its name and date
    remedy: str = ""  # what to do about it, verb first


@dataclass(frozen=True, slots=True)
class Decision:
    """Truthy when allowed; joins with & so that no reason hides another."""

    reasons: tuple[Reason, ...] = ()

    def __bool__(self) -> bool:
        return not self.reasons

    def __and__(self, other: "Decision") -> "Decision":
        return Decision(self.reasons + other.reasons)


ALLOWED = Decision()


def refuse(code: str, clause: str, detail: str = "", remedy: str = "") -> Decision:
    """A decision with one reason against."""
    return Decision((Reason(code, clause, detail, remedy),))


class Refused(Exception):
    """A rule said no; carries the whole decision so that a page can show every reason."""

    def __init__(self, decision: Decision) -> None:
        self.decision = decision
        super().__init__("; ".join(f"{r.code} ({r.clause}) {r.detail}".strip() for r in decision.reasons))
