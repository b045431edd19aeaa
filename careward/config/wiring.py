"""Which connectors and engines this installation uses: handed to the rooms that ask for them."""

from datetime import date
from pathlib import Path

from django.conf import settings

from careward.access.accounts.handing_over import CONNECTORS
from careward.access.feeds.reading import FEED_READER
from careward.core.ports import Connector, Reading
from careward.engines.connectors.csv import describing, profiles
from careward.engines.connectors.csv.batches import Batches
from careward.engines.connectors.csv.describing import FeedColumns
from careward.engines.connectors.csv.profiles import Profile
from careward.engines.connectors.csv.reader import GIB, read_folder
from careward.engines.connectors.worklist.connector import Worklist
from careward.evidence.ledger.errands import TABLES
from careward.evidence.rows.engines.last import WATCH
from careward.evidence.tables.checking import TablesToCheck
from careward.evidence.tables.watching import TableWatch


class CsvFeeds:
    """Files as CSV, Excel or Parquet, through the shipped mapping profiles and those the organisation keeps in CAREWARD_HOME/profiles."""

    def read(self, folder: Path, *, profile: str, on: date, keep: bool = False) -> Reading:
        own, apart, times = _own_profiles(), settings.READ_APART, settings.READING_TIMES
        limit = int(times * GIB)
        return read_folder(folder, profile=profile, profiles_folder=own, limit=limit, keep=keep, on=on, apart=apart, times=times)

    def profiles(self) -> tuple[tuple[Profile, ...], tuple[str, ...]]:
        return profiles.usable(profiles_folder=_own_profiles())

    def columns(self) -> FeedColumns:
        return describing.feed_columns(profiles_folder=_own_profiles())


def _own_profiles() -> Path | None:
    own: Path = settings.CAREWARD_HOME / "profiles"
    return own if own.is_dir() else None


def connectors_of(ods_code: str) -> dict[str, Connector]:
    """The ways to reach an organisation's systems; files for them wait in CAREWARD_HOME/changes."""
    known: tuple[Connector, ...] = (Worklist(), Batches(settings.CAREWARD_HOME / "changes" / ods_code))
    return {connector.name: connector for connector in known}


def fit() -> None:
    """Hands every room what it needs from beside the stair."""
    WATCH.fit(TableWatch())
    TABLES.fit(TablesToCheck())
    FEED_READER.fit(CsvFeeds())
    CONNECTORS.fit(connectors_of)
