"""Counts tokens that open nothing, by where they come from and by how they begin, so that nobody tries many; on either database.

A stretch of five minutes is one row for each; what is over is let go of. Neither an address nor a token is kept, only a hash of it.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F

from careward.evidence.rows.turns import for_a_moment
from careward.people.signin import rules
from careward.people.signin.models import WrongTokens

STRETCH = timedelta(minutes=5)


def too_many(*, sources: Iterable[str], now: datetime) -> bool:
    """Whether so many wrong ones came from one of some sources lately that not even a right one is looked at."""
    keys = [_key(source, now) for source in sources]
    return WrongTokens.objects.filter(key__in=keys, tries__gte=settings.WRONG_TOKENS).exists()


def count_wrong(*, sources: Iterable[str], now: datetime) -> None:
    """Counts one more of each source. OperationalError where somebody else writes to SQLite for long: then nothing is answered."""
    with for_a_moment(), transaction.atomic():
        for key in sorted(_key(source, now) for source in sources):
            _count(key, now)


def _count(key: str, now: datetime) -> None:
    rows = WrongTokens.objects.filter(key=key)
    if rows.update(tries=F("tries") + 1):
        return
    try:
        with transaction.atomic():
            WrongTokens.objects.create(key=key, tries=1, at=now)
    except IntegrityError:  # another began the stretch in the same moment
        rows.update(tries=F("tries") + 1)


def _key(source: str, now: datetime) -> str:
    return rules.hash_of(f"{settings.SECRET_KEY}/{source}/{int(now.timestamp()) // int(STRETCH.total_seconds())}")


def clear_old(*, now: datetime) -> int:
    """Lets go of stretches that are over; returns how many."""
    return WrongTokens.objects.filter(at__lt=now - STRETCH * 2).delete()[0]
