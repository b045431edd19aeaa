"""Leaf hashes made again of entries as they stand now: many at once, for a call for each costs more than the work."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from django.db import connection

from careward.evidence.ledger import rows, rules
from careward.evidence.ledger.rules import Row

TOGETHER = 500  # entries whose bodies are read as one list


def leaf_as_kept(row: Row) -> bytes:
    """The leaf hash of an entry as it is kept now; b"" where somebody made of it what we never write, such as a key that comes twice."""
    return leaves_as_kept((row,))[0]


def leaves_as_kept(found: Iterable[Row]) -> list[bytes]:
    """The same of many."""
    return _leaves(found, str)


def placed_again(*, below: int) -> Iterator[tuple[int, int, bytes, bytes | None]]:
    """Every leaf under a size: its place, its entry, the hash that is kept, and the hash as it is derived from the entry now."""
    for page in rows.pages_of_placed(below):
        numbers, ids, hashes, firsts, *_ = zip(*page, strict=True)
        again: Iterable[bytes | None] = _leaves((found[3:] for found in page if found[3] is not None), rows.sealed_at)
        if None in firsts:
            left = iter(again)
            again = [None if first is None else next(left) for first in firsts]
        whole = set(map(type, (*numbers, *ids))) == {int}
        places = (numbers, ids) if whole else (map(rows.as_number, numbers), map(rows.as_number, ids))
        yield from zip(*places, hashes if set(map(type, hashes)) == {bytes} else map(rows.as_bytes, hashes), again, strict=True)


def _leaves(found: Iterable[tuple[Any, ...]], moment: rules.Moment) -> list[bytes]:
    left, leaves, letter = iter(found), list[bytes](), connection.vendor == "sqlite"
    while some := list(islice(left, TOGETHER)):
        leaves += rules.leaves_together(some, to_the_letter=letter, moment=moment) or [_alone(row, moment, letter) for row in some]
    return leaves


def _alone(found: tuple[Any, ...], moment: rules.Moment, letter: bool) -> bytes:
    number, organisation, at, *rest = found
    try:
        return (rules.leaf_to_the_letter if letter else rules.leaf)(Row(number, organisation, moment(at), *rest))
    except (ValueError, TypeError, RecursionError):
        return b""
