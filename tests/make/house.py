"""A house for tests: the real one with rooms added, or one of a test's own rooms alone."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from careward.config import rooms
from careward.core.room import ErrandKind, House, Room
from careward.web import house as kit


@contextmanager
def furnished(*own: Room, alone: bool = False) -> Iterator[House]:
    """Furnishes the kit with these rooms above the real ones, or alone; afterwards the real house stands again."""
    made = House((*(() if alone else rooms.house().rooms), *own))
    kit.furnish(lambda: made)
    try:
        yield made
    finally:
        kit.furnish(rooms.house)


def errand_room(**handlers: Callable[..., object]) -> Room:
    """A room that knows errands test.NAME."""
    return Room(name="test", errands=tuple(ErrandKind(f"test.{name}", handle) for name, handle in handlers.items()))
