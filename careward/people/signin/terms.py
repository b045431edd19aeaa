"""The terms of use of an organisation's pack (PA-003): which text is in force on a day, and its fingerprint."""

import hashlib
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from careward.people.staff.packs import pack_of, pack_on


@dataclass(frozen=True, slots=True)
class TermsText:
    version: str
    clause: str
    paragraphs: tuple[str, ...]
    text_hash: str  # SHA-256 of the text: a changed word is a changed text, whatever its version says


@lru_cache(maxsize=64)
def terms_in_force(pack: str, on: date) -> TermsText:
    """The terms a pack lays down on a day; read once a day and process, since every request asks."""
    terms = pack_on(pack, on).terms
    paragraphs = tuple(line.strip() for line in terms.text.splitlines() if line.strip())
    return TermsText(terms.version, terms.clause, paragraphs, hashlib.sha256(terms.text.encode()).hexdigest())


def terms_of(*, organisation_id: int, on: date) -> TermsText:
    """The terms in force at an organisation on a day."""
    return terms_in_force(pack_of(organisation_id, on).id, on)
