"""Where the installation keeps the ledger's keys."""

from pathlib import Path

from django.conf import settings

from careward.seal.keys import LogKeys


def ledger_keys(folder: Path | None = None) -> LogKeys:
    """The ledger's keys: those of the installation unless a folder is named."""
    return LogKeys(folder or Path(settings.CAREWARD_HOME) / "keys", "ledger")
