"""What things are called that are known elsewhere by a number alone: what rooms give so that others can name them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ThingNames:
    """What a room calls its things that are known elsewhere by a number alone: `find(organisation_id=, keys=)` gives names by key.

    `called(organisation_id=, words=)` gives the keys of those whose name holds all the words, where somebody may look for them so.
    """

    of: str  # as the ledger says it: "user" in user/7
    find: Callable[..., Mapping[str, str]]
    permission: str = ""  # empty: whoever sees the page may be told the name
    called: Callable[..., Sequence[str]] | None = None
