"""Whose an account is and was said to be, as the page that says so shows it."""

from dataclasses import dataclass
from datetime import timedelta

from careward.access.accounts.facts import facts_digest, facts_of
from careward.access.accounts.models import Account
from careward.access.accounts.rules.candidates import Candidate
from careward.access.accounts.subject import candidates_of
from careward.core.rights import Systems
from careward.core.room import Happening
from careward.work.approvals.queries import name_of
from careward.work.tasks.questions import in_words


@dataclass(frozen=True, slots=True)
class HolderSeen:
    """One account, whose it is, whose it may be, and what was said of it, newest first."""

    id: int
    username: str
    system: str
    person_id: int | None
    person: str
    said: bool  # somebody said so; else its export does
    facts: tuple[tuple[str, str], ...]
    digest: str
    offered: tuple[Candidate, ...]
    history: tuple[Happening, ...]


def holder_seen(organisation_id: int, systems: Systems, account_id: int) -> HolderSeen | None:
    """One account on one of some systems, or None."""
    rows = Account.objects.filter(organisation_id=organisation_id, pk=account_id).select_related("system", "person", "bound")
    row = rows.first()
    if row is None or row.system.code not in systems:
        return None
    whose = row.bound or row.person
    offered = tuple(c for c in candidates_of(row) if c.person_id != row.bound_id)
    return HolderSeen(
        id=row.pk, username=row.username, system=row.system.name, person_id=whose.pk if whose else None, person=whose.name if whose else "",
        said=row.bound is not None, facts=facts_of(row), digest=facts_digest(row), offered=offered, history=_history(row),
    )  # fmt: skip


def _history(row: Account) -> tuple[Happening, ...]:
    """Every answer about it, who gave it and why, and how it ended."""
    told: list[Happening] = []
    for a in row.answers.select_related("person").order_by("-id")[:50]:
        last = a.from_on - timedelta(days=1) if a.answer == "gone" else a.until
        words = in_words(a.answer, until=last, whom=a.person.name if a.person else "", reason=a.reason)
        ended = f" Counted until {a.ended_at:%H:%M on} {a.ended_at.day} {a.ended_at:%B %Y}: {a.why_ended}." if a.ended_at else ""
        told.append(Happening(a.said_at, f"{words}, said {name_of(a.said_by)}.{ended}", a.reason))
    return tuple(told)
