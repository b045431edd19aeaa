"""What a transaction does last: work that takes a lock which others wait for, so that nobody waits longer than a commit takes.

And what it writes to: each statement that writes to a table of evidence is seen before it runs, and is part of a transaction.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any, Protocol

from django.db import DatabaseError, transaction

from careward.core.ports import Port


class Watch(Protocol):
    """Who is told of what is written."""

    def written(self, sql: str) -> Sequence[tuple[str, str]]:
        """The tables of evidence that a statement writes to, each with how: insert, update or delete."""
        ...

    def holds(self, table: str) -> bool:
        """Whether a table is one of evidence."""
        ...

    def begin(self, connection: Any, table: str, how: str) -> None:
        """Has the database tell, from now on, what the rows of a table were before they are written to."""
        ...

    def adds(self, connection: Any, table: str, runs: Sequence[tuple[int, int]]) -> None:
        """Takes in rows that are about to be added, by their ids."""
        ...

    def changes(self, connection: Any, table: str, ids: Sequence[int]) -> None:
        """Takes in what rows are that are about to be changed, by their ids."""
        ...

    def end(self, connection: Any) -> None:
        """Writes down what has become of them, at the end of the transaction."""
        ...

    def mac(self, table: str, text: bytes) -> bytes | None:
        """What stands for one row's content."""
        ...


WATCH: Port[Watch] = Port("the watch over the tables of evidence")


class Fetched:
    """A cursor all of whose rows were read: SQLite commits no statement that is still answering."""

    def __init__(self, cursor: Any) -> None:
        self._cursor: Any = cursor
        self._rows: Iterator[Any] = iter(cursor.fetchall())

    def fetchone(self) -> Any:
        return next(self._rows, None)

    def fetchmany(self, size: int = 1) -> list[Any]:
        return list(islice(self._rows, size))

    def fetchall(self) -> list[Any]:
        return list(self._rows)

    def __iter__(self) -> Iterator[Any]:
        return self._rows

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cursor, name)


class LastOfAll:
    """Mixed into Django's connection: what was asked for is done in the transaction itself, right before it is committed."""

    asked: dict[Callable[[list[Any]], None], list[Any]]
    told: set[Any]  # what the database was asked to tell of; asked anew after whatever may have taken that back
    touched: bool
    watching: bool
    in_atomic_block: bool

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked, self.told, self.touched, self.watching = {}, set(), False, True
        self.execute_wrappers.append(self._execute_watched)  # type: ignore[attr-defined]

    def at_last(self, work: Callable[[list[Any]], None], given: Iterable[Any]) -> None:
        """Asks for work at the end of this transaction, once for all that was given to it."""
        self.asked.setdefault(work, []).extend(given)

    def do_last(self) -> None:
        """Does what was asked for, after what was written to has been told."""
        if self.touched:
            self.touched = False
            WATCH().end(self)
        asked, self.asked = self.asked, {}
        for work, given in asked.items():
            work(given)

    def adds(self, table: str, runs: Sequence[tuple[int, int]]) -> None:
        """Whoever adds many rows past the cursors says which, inside a transaction."""
        if runs and self.watching and WATCH().holds(table):
            self.touched = True
            WATCH().adds(self, table, runs)

    @contextmanager
    def changes(self, table: str, ids: Sequence[int]) -> Iterator[None]:
        """Whoever changes many rows by one statement says which, inside a transaction: the database then tells nothing of each."""
        if not (ids and self.watching and WATCH().holds(table)):
            yield
            return
        self.touched = True
        WATCH().changes(self, table, ids)
        with self.unwatched():
            yield

    @contextmanager
    def unwatched(self) -> Iterator[None]:
        """While the tables themselves are made, changed or emptied: what they hold is held against the ledger before and after."""
        before, self.watching = self.watching, False
        try:
            yield
        finally:
            self.watching = before

    def _execute_watched(self, execute: Any, sql: Any, params: Sequence[Any] | None, many: bool, context: dict[str, Any]) -> Any:
        written = WATCH().written(sql) if self.watching and isinstance(sql, str) and not sql.startswith("SELECT") else ()
        if not written:
            return execute(sql, params, many, context)
        if self.in_atomic_block:
            self._see(written)
            return execute(sql, params, many, context)
        with transaction.atomic(using=self.alias):  # type: ignore[attr-defined]
            self._see(written)
            done = execute(sql, params, many, context)
            if context["cursor"].description:
                context["cursor"].cursor = Fetched(context["cursor"].cursor)
        return done

    def _see(self, written: Iterable[tuple[str, str]]) -> None:
        self.touched = True
        for table, how in written:
            WATCH().begin(self, table, how)

    def _commit(self) -> None:
        outside, self.in_atomic_block = self.in_atomic_block, True  # Django has left the block by now, and is still in the transaction
        try:
            self.do_last()
        except DatabaseError:
            raise
        except Exception as error:  # Django takes a transaction back for an error of the database alone
            raise DatabaseError(f"what a transaction does last went wrong: {error}") from error
        finally:
            self.in_atomic_block = outside
        super()._commit()  # type: ignore[misc]

    def _forget(self) -> None:
        self.asked, self.touched = {}, False
        self.told.clear()

    def _rollback(self) -> None:
        self._forget()
        super()._rollback()  # type: ignore[misc]

    def _savepoint_rollback(self, sid: str) -> None:
        self.told.clear()
        super()._savepoint_rollback(sid)  # type: ignore[misc]

    def close(self) -> None:
        self._forget()
        super().close()  # type: ignore[misc]
