"""What entries say of tables: the newest that binds each, and what they tell was found."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from careward.evidence.ledger import links, rows
from careward.evidence.ledger.leaves import leaf_as_kept

TAKEN_OVER, EXPLAINED = "rows.taken_over", "rows.explained"

# Entries whose bodies somebody bent are told by `ledger verify`; here they only must not stop us.
_SAID = {
    "sqlite": "ledger_entry e, json_each(e.body, '$.tables') t WHERE instr(e.body, '\"tables\": {') AND json_valid(e.body) "
    "AND json_type(e.body, '$.tables') = 'object' AND json_type(t.value, '$[0]') = 'integer'",
    "postgresql": "ledger_entry e, jsonb_each(CASE jsonb_typeof(e.body -> 'tables') WHEN 'object' THEN e.body -> 'tables' ELSE '{}' END) t "
    "WHERE e.body ? 'tables' AND jsonb_typeof(t.value) = 'array' AND jsonb_typeof(t.value -> 0) = 'number'",
}
_NUMBER = {"sqlite": "json_extract(t.value, '$[0]')", "postgresql": "(t.value ->> 0)::numeric"}
_FOUND = {
    "sqlite": "SELECT e.id, e.body FROM ledger_entry e WHERE instr(e.body, '\"tables_found\": {') AND json_valid(e.body) ORDER BY e.id",
    "postgresql": "SELECT e.id, e.body::text FROM ledger_entry e WHERE e.body ? 'tables_found' ORDER BY e.id",
}


@dataclass(frozen=True, slots=True)
class Bound:
    """What the newest entry that names a table says of it."""

    entry_id: int
    number: int
    rows: int
    tag: str
    twice: tuple[int, ...] = ()  # numbers of changes that came twice, or are missing, and stand unexplained


def newest(names: Sequence[str] = ()) -> dict[str, Bound]:
    """For each table the entry with its highest number. Ids do not tell: of two acts the one that began first may have ended last."""
    found = {name: (highest, count, different) for name, highest, count, different in _ask(_counted(names), list(names))}
    ends = {name: _entry_of(name, highest) for name, (highest, _, _) in found.items()}
    told: dict[str, Bound] = {}
    for name, (highest, count, different) in found.items():
        entry_id, rows_then, tag = ends[name]
        strange = () if count == different == highest else _strange(name, int(highest))
        told[name] = Bound(entry_id, int(highest), rows_then, tag, strange)
    return told


def _counted(names: Sequence[str]) -> str:
    vendor = connection.vendor
    number = _NUMBER[vendor]
    only = f" AND t.key IN ({', '.join(['%s'] * len(names))})" if names else ""
    return f"SELECT t.key, max({number}), count(*), count(DISTINCT {number}) FROM {_SAID[vendor]}{only} GROUP BY t.key"


def _entry_of(name: str, number: Any) -> tuple[int, int, str]:
    vendor = connection.vendor
    sql = f"SELECT e.id, CAST(t.value AS text) FROM {_SAID[vendor]} AND t.key = %s AND {_NUMBER[vendor]} = %s ORDER BY e.id DESC LIMIT 1"
    entry_id, value = _ask(sql, [name, number])[0]
    try:
        _, count, tag = json.loads(value)
        return int(entry_id), int(count), str(tag)
    except (ValueError, TypeError):
        return int(entry_id), -1, ""


def _strange(name: str, highest: int) -> tuple[int, ...]:
    """Numbers that came twice or never, since a named person last explained what was wrong with the table."""
    vendor = connection.vendor
    numbers = [int(n) for (n,) in _ask(f"SELECT {_NUMBER[vendor]} FROM {_SAID[vendor]} AND t.key = %s", [name])]
    since = explained().get(name, (0, 0))[0]
    counts: dict[int, int] = {}
    for number in numbers:
        counts[number] = counts.get(number, 0) + 1
    missing = [n for n in range(max(since, 1), highest + 1) if n not in counts]
    return tuple(sorted([*missing, *(n for n, times in counts.items() if times > 1 and n >= since)])[:10])


def explained() -> dict[str, tuple[int, int]]:
    """For each table that a named person explained: the number of its change then, and the entry."""
    found: dict[str, tuple[int, int]] = {}
    for entry_id, body in _bodies(
        "SELECT e.id, e.body FROM ledger_entry e WHERE e.organisation = '' AND e.verb = %s ORDER BY e.id", [EXPLAINED]
    ):
        for name, said in _members(body, "tables").items():
            if isinstance(said, list) and said and isinstance(said[0], int):
                found[name] = (said[0], entry_id)
    return found


def told_of() -> list[tuple[int, str, int, list[str]]]:
    """What acts found not to be as it had been left: the entry, the table, the number of the change, and words."""
    told: list[tuple[int, str, int, list[str]]] = []
    for entry_id, body in _bodies(_FOUND[connection.vendor], []):
        numbers = _members(body, "tables")
        for name, words in _members(body, "tables_found").items():
            said = numbers.get(name)
            number = said[0] if isinstance(said, list) and said and isinstance(said[0], int) else 0
            told.append((entry_id, name, number, [str(w) for w in words] if isinstance(words, list) else [str(words)]))
    return told


def unproved(entry_ids: Sequence[int]) -> set[int]:
    """Those of these entries that are neither in the tree as they are now, nor bound by a good link."""
    wanted = set(entry_ids)
    found = {row.id: leaf_as_kept(row) for number in wanted for row in rows.by_ranges([(number, number)])}
    proved = {number for number, leaf in found.items() if leaf and leaf in {h for _, h in _leaves(number)}}
    if wanted - proved:
        proved |= {row.id for one in links.waiting() if one.good for row in one.rows}
    return wanted - proved


def _leaves(entry_id: int) -> list[tuple[int, bytes]]:
    return [(number, rows.as_bytes(h)) for number, h in _ask("SELECT number, hash FROM ledger_leaf WHERE entry_id = %s", [entry_id])]


def _bodies(sql: str, values: Sequence[Any]) -> list[tuple[int, Mapping[str, Any]]]:
    sql = sql.replace("SELECT e.id, e.body FROM", "SELECT e.id, e.body::text FROM") if connection.vendor == "postgresql" else sql
    found: list[tuple[int, Mapping[str, Any]]] = []
    for entry_id, text in _ask(sql, values):
        try:
            body = json.loads(text)
        except (ValueError, TypeError, RecursionError):
            continue
        if isinstance(body, dict):
            found.append((int(entry_id), body))
    return found


def _members(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = body.get(name)
    return found if isinstance(found, dict) else {}


def _ask(sql: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, list(values))
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found
