"""The house as config hands it in when Careward starts: pages ask it for menu, homes and words, and know no room themselves."""

from collections.abc import Callable
from functools import cache
from typing import Any

from careward.core.room import KINDS, House
from careward.web.addresses import address_of

_makers: list[Callable[[], House]] = []


def furnish(make: Callable[[], House]) -> None:
    """Says where the house comes from: config does it once, when every table is known. It is made when first asked for."""
    _makers[:] = [make]
    house.cache_clear()


@cache
def house() -> House:
    """The house of this installation; RuntimeError where nobody furnished it."""
    if not _makers:
        raise RuntimeError("no house is furnished; careward.config must be among the installed apps")
    return _makers[0]()


def home_of(kind: str, *key: Any) -> str:
    """The address where a thing of a kind is shown, for links; "" where no room of this house shows such things."""
    if kind not in KINDS:
        raise KeyError(f"{kind} is no word of core.room.KINDS")
    home = house().homes.get(kind)
    return address_of(home.url, key) if home else ""


def home_for(viewer: Any, kind: str, *key: Any, system: str | None = None) -> str:
    """The same, for somebody: "" also where they may not follow the link, for the system it is of where one is named."""
    home = house().homes.get(kind)
    system = str(key[0]) if kind == "system" and key else system
    if home is not None and home.needs and not viewer.may(home.needs, system=system):
        return ""
    return home_of(kind, *key)


def we_look_again() -> str:
    """When everything is looked at again, as pages say it: 'We look again every night at 04:10.'"""
    at = house().looks_at
    return f"We look again every night at {at:%H:%M}." if at else ""
