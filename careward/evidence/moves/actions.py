"""The one way to act on a thing that has states: ask, change, write its history, the ledger entry and what follows, all or nothing.

Lock the row first (`rows.locked`), in the transaction in which it moves. A row that was not locked and has moved meanwhile is a
RuntimeError here, never a lost move.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from careward.core.decision import ALLOWED, Decision, Refused
from careward.core.machine import Machine
from careward.evidence.errands import actions as queue
from careward.evidence.errands.rules import ErrandWanted
from careward.evidence.ledger import actions as ledger
from careward.evidence.moves.kinds import Kind
from careward.evidence.rows import bulk

BEGUN = "begin"  # what history calls the beginning
NOTHING: Mapping[str, Any] = {}
AT_ONCE = 2_000  # rows of one statement
Errands = Iterable[tuple[str, Mapping[str, object]]]  # names with their bodies


def begin(
    *, kind: Kind, row: Any, now: datetime, by: str, note: str = "", entry: Mapping[str, Any] = NOTHING, errands: Errands = ()
) -> None:
    """Saves a new row in the machine's first state, with the first row of its history and its ledger entry.

    A row whose number something else had to know first may be saved already, in this transaction.
    """
    _in_transaction()
    if row._state.adding:
        setattr(row, kind.state, kind.machine.start)
        row.save(force_insert=True)
    _remember(kind, row, BEGUN, now, by, was="", note=note)
    _record(kind, row, kind.begun, now, by, entry, errands)


def begin_many(
    *,
    kind: Kind,
    columns: Sequence[str],
    rows: Sequence[bulk.Row],
    organisation: Any,
    now: datetime,
    by: str,
    counted: str,
    at_once: Sequence[tuple[str, str]] = (),
    holds: Collection[str] = (),
) -> int:
    """Adds many new rows in the machine's first state with their history, and one ledger entry that counts them under `counted`.

    Each row is (id, *columns) as the database keeps them; every other column begins as the model says. Without `counted`, here and
    below, there is no entry: it is told in that of a larger whole, which the caller records. `at_once` gives, for each row, the move by
    which it leaves the first state at once ("" where it stays) and the note: raises Refused with every reason where the machine lets one
    not.
    """
    _in_transaction()
    start, moved = kind.machine.start, at_once or [("", "")] * len(rows)
    targets = _targets(kind.machine, {(start, move) for move, _ in moved if move}, holds)
    rest = bulk.defaults(kind.model, but=(*columns, kind.state))
    now_in = [(*row, targets.get((start, move), start)) for row, (move, _) in zip(rows, moved, strict=True)]
    bulk.insert(kind.model._meta.db_table, (*columns, kind.state, *rest), now_in, tuple(rest.values()))
    _remember_many(kind, BEGUN, [(row[0], "", start, "") for row in rows], now, by)
    for name in sorted({move for move, _ in moved if move}):
        told = [(row[0], start, targets[start, name], note) for row, (move, note) in zip(rows, moved, strict=True) if move == name]
        _remember_many(kind, name, told, now, by)
    return _record_many(kind.begun, len(rows), organisation, now, by, counted)


def make(
    *,
    kind: Kind,
    row: Any,
    move: str,
    holds: Collection[str],
    now: datetime,
    by: str,
    decision: Decision = ALLOWED,
    gates: Mapping[str, Decision] = NOTHING,
    change: Mapping[str, Any] = NOTHING,
    note: str = "",
    entry: Mapping[str, Any] = NOTHING,
    errands: Errands = (),
) -> None:
    """Makes one move of a locked row. Raises Refused with every reason of the machine, its gates and the room's own `decision`.

    `holds` is what whoever acts holds (core.machine); `change` are the other fields that change with the state, `entry` the body of
    the ledger entry.
    """
    _in_transaction()
    was = kind.state_of(row)
    may = kind.machine.may(move, state=was, holds=holds, gates=gates) & decision
    if not may:
        raise Refused(may)
    fields = {**change, kind.state: kind.machine.move(move).target}
    hit = kind.model._default_manager.filter(pk=row.pk, **{kind.state: was}).update(**fields)
    if hit != 1:
        raise RuntimeError(f"{kind.thing} {row.pk} is no longer {was}: it was not locked")
    for name, value in fields.items():
        setattr(row, name, value)
    _remember(kind, row, move, now, by, was=was, note=note)
    _record(kind, row, kind.verbs[move], now, by, entry, errands)


def make_many(
    *,
    kind: Kind,
    ids: Iterable[int],
    move: str,
    holds: Collection[str],
    organisation: Any,
    now: datetime,
    by: str,
    counted: str,
    change: Mapping[str, Any] = NOTHING,
    note: str = "",
) -> int:
    """Makes one move of many rows alike, passing over those in a state it does not lead from; returns how many moved.

    Three statements for each 2,000 rows, and one ledger entry that counts them under `counted`.
    """
    _in_transaction()
    way = kind.machine.move(move)
    may = kind.machine.may(move, state=min(way.sources), holds=holds, gates=NOTHING)
    if not may:
        raise Refused(may)
    moved: list[tuple[int, str, str, str]] = []
    for batch in _batches(sorted(set(ids))):
        rows = kind.model._default_manager.select_for_update().filter(pk__in=batch, **{f"{kind.state}__in": sorted(way.sources)})
        found = list(rows.order_by("pk").values_list("pk", kind.state))
        kind.model._default_manager.filter(pk__in=[pk for pk, _ in found]).update(**{**change, kind.state: way.target})
        moved += [(pk, was, way.target, note) for pk, was in found]
    _remember_many(kind, move, moved, now, by)
    return _record_many(kind.verbs[move], len(moved), organisation, now, by, counted)


def make_each(*, kind: Kind, wanted: Iterable[tuple[int, str, str]], holds: Collection[str], now: datetime, by: str) -> None:
    """Makes of each row a move of its own, given as (row, move, note); the machine is asked once about each state with each move.

    Raises Refused with every reason where it lets one not. No ledger entry: it is told in that of a larger whole.
    """
    _in_transaction()
    asked = sorted(wanted)
    state = _states(kind, [pk for pk, _, _ in asked])
    targets = _targets(kind.machine, {(state[pk], move) for pk, move, _ in asked}, holds)
    bulk.update(kind.model._meta.db_table, (kind.state,), [(pk, targets[state[pk], move]) for pk, move, _ in asked])
    for name in sorted({move for _, move, _ in asked}):
        moved = [(pk, state[pk], targets[state[pk], name], note) for pk, move, note in asked if move == name]
        _remember_many(kind, name, moved, now, by)


def remark(
    *,
    kind: Kind,
    row: Any,
    what: str,
    verb: str,
    now: datetime,
    by: str,
    note: str = "",
    entry: Mapping[str, Any] = NOTHING,
    errands: Errands = (),
) -> None:
    """Writes down something that happened to a thing, named in one word, and left its state as it was."""
    _in_transaction()
    _remember(kind, row, what, now, by, was=kind.state_of(row), note=note)
    _record(kind, row, verb, now, by, entry, errands)


def remark_many(
    *, kind: Kind, notes: Mapping[Any, str], what: str, verb: str, organisation: Any, now: datetime, by: str, counted: str
) -> int:
    """Writes down a note on each of many rows that stay in their states, and one ledger entry that counts them."""
    _in_transaction()
    _remember_many(kind, what, [(row.pk, kind.state_of(row), kind.state_of(row), note) for row, note in notes.items()], now, by)
    return _record_many(verb, len(notes), organisation, now, by, counted)


def _batches(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[i : i + AT_ONCE] for i in range(0, len(ids), AT_ONCE))


def _states(kind: Kind, ids: Sequence[int]) -> dict[int, str]:
    """The state of each of these rows, all locked."""
    rows = kind.model._default_manager.select_for_update().order_by("pk")
    return {pk: state for some in _batches(ids) for pk, state in rows.filter(pk__in=some).values_list("pk", kind.state)}


def _targets(machine: Machine, asked: Iterable[tuple[str, str]], holds: Collection[str]) -> dict[tuple[str, str], str]:
    """Where each move leads from each state. Raises Refused with every reason against any of them."""
    decision, targets = ALLOWED, {}
    for state, name in sorted(asked):
        decision &= machine.may(name, state=state, holds=holds, gates=NOTHING)
        targets[state, name] = machine.move(name).target
    if not decision:
        raise Refused(decision)
    return targets


def _in_transaction() -> None:
    if not connection.in_atomic_block:
        raise RuntimeError("a move and what is written of it are one transaction; open it around the lock")


def _remember(kind: Kind, row: Any, move: str, now: datetime, by: str, *, was: str, note: str) -> None:
    kind.history._default_manager.create(**{kind.thing: row}, at=now, by=by, move=move, was=was, became=kind.state_of(row), note=note)


def _remember_many(kind: Kind, move: str, moved: Iterable[tuple[int, str, str, str]], now: datetime, by: str) -> None:
    table, rows = kind.history._meta.db_table, list(moved)
    at = bulk.storing().get("moment", lambda value: value)(now)
    columns = (f"{kind.thing}_id", "was", "became", "note", "at", "by", "move")
    numbered = [(number, *row) for number, row in zip(bulk.Ids().take(table, len(rows)), rows, strict=True)]
    bulk.insert(table, columns, numbered, (at, by, move))


def _record(kind: Kind, row: Any, verb: str, now: datetime, by: str, entry: Mapping[str, Any], errands: Errands) -> None:
    organisation, subject = row.organisation.ods_code, f"{kind.thing}/{row.pk}"
    ledger.record(at=now, actor=by, verb=verb, subject=subject, organisation=organisation, **entry)
    if follow := [ErrandWanted(name, subject, body) for name, body in errands]:
        queue.ask_many(asked=follow, organisation=organisation, now=now)


def _record_many(verb: str, count: int, organisation: Any, now: datetime, by: str, counted: str) -> int:
    if count and counted:
        subject = f"organisation/{organisation.pk}"
        told: dict[str, Any] = {counted: count}
        ledger.record(at=now, actor=by, verb=verb, subject=subject, organisation=organisation.ods_code, **told)
    return count
