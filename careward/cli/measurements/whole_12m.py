"""The whole way at twelve million accounts: by hand only, `careward bench whole-12m`.

On the PostgreSQL that CAREWARD_DATABASE_URL names, to whose rows it adds: use an empty one. Without that, on SQLite.
"""

import os
from typing import Any

from careward.cli.measurements._whole_way import whole_way

BY_HAND = True
TARGETS = {"whole": 600.0, "memory": 4_096.0}


def measure(*, small: bool = False) -> list[dict[str, Any]]:
    """Seconds and peak memory of load and reconcile, each in a process of its own."""
    share = 20 if small else 1
    return whole_way(200_000 // share, 60, database=os.environ.get("CAREWARD_DATABASE_URL", ""), targets={} if small else TARGETS, times=2)
