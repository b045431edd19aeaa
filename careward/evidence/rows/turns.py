"""Waiting for one's turn to write: whoever waits for a page waits no half a minute for another's."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

A_MOMENT = 250  # milliseconds that a page waits for whoever writes to SQLite


@contextmanager
def for_a_moment() -> Iterator[None]:
    """Around a short write for a page: on SQLite OperationalError after a moment, where somebody else writes for long."""
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        yield
        return
    _busy_timeout(A_MOMENT)
    try:
        yield
    finally:
        _busy_timeout(int(connection.settings_dict["OPTIONS"].get("timeout", 5) * 1_000))


def _busy_timeout(milliseconds: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA busy_timeout = {milliseconds}")
