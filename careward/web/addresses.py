"""Addresses of pages, each worked out once: a list draws the same hundreds of them every time it is opened."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.urls import get_script_prefix, get_urlconf, reverse

KEPT = 8192  # addresses, about a hundred bytes each


def address_of(name: str, args: Sequence[Any] = ()) -> str:
    """The address of a page by its name, as Django's `reverse` gives it."""
    return _worked_out(name, tuple(args), get_script_prefix(), get_urlconf() or settings.ROOT_URLCONF)


@lru_cache(maxsize=KEPT, typed=True)
def _worked_out(name: str, args: tuple[Any, ...], prefix: str, urls: str) -> str:
    """`prefix` and `urls` are what `reverse` looks at besides; they are here so that an address kept for others is never given."""
    return reverse(name, args=args)
