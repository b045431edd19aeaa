"""When the review of a procedure document is near."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DocumentReview:
    """The day itself, and the clause that asks for it, stand with each document."""

    warn_days: int  # before its day
