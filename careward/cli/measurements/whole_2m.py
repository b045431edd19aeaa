"""The whole way at two million accounts: by hand only, `careward bench whole-2m`."""

from typing import Any

from careward.cli.measurements._whole_way import whole_way

BY_HAND = True


def measure(*, small: bool = False) -> list[dict[str, Any]]:
    """Seconds and peak memory of load and reconcile, each in a process of its own."""
    share = 20 if small else 1
    return whole_way(100_000 // share, 20, targets={} if small else {"whole": 90, "memory": 1_536})
