"""What a transaction does last: work that takes a lock which others wait for, so that nobody waits longer than a commit takes."""

from collections.abc import Callable, Iterable
from typing import Any

from django.db import DatabaseError


class LastOfAll:
    """Mixed into Django's connection: what was asked for is done in the transaction itself, right before it is committed."""

    asked: dict[Callable[[list[Any]], None], list[Any]]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked = {}

    def at_last(self, work: Callable[[list[Any]], None], given: Iterable[Any]) -> None:
        """Asks for work at the end of this transaction, once for all that was given to it."""
        self.asked.setdefault(work, []).extend(given)

    def do_last(self) -> None:
        """Does what was asked for."""
        asked, self.asked = self.asked, {}
        for work, given in asked.items():
            work(given)

    def _commit(self) -> None:
        try:
            self.do_last()
        except DatabaseError:
            raise
        except Exception as error:  # Django takes a transaction back for an error of the database alone
            raise DatabaseError(f"what a transaction does last went wrong: {error}") from error
        super()._commit()  # type: ignore[misc]

    def _rollback(self) -> None:
        self.asked = {}
        super()._rollback()  # type: ignore[misc]

    def close(self) -> None:
        self.asked = {}
        super().close()  # type: ignore[misc]
