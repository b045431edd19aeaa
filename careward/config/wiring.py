"""Which connectors and engines this installation uses: handed to the rooms that ask for them."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings

from careward.access.accounts.handing_over import CONNECTORS
from careward.access.feeds.reading import FEED_READER, FILE_MAPPER
from careward.core.mapping import FileLook, Lists, MappingFacts, MappingTrial
from careward.core.ports import Connector, Reading
from careward.engines.connectors.csv import dating, describing, profile_text, profiles, trying
from careward.engines.connectors.csv.batches import Batches
from careward.engines.connectors.csv.describing import FeedColumns
from careward.engines.connectors.csv.looking import LookAsked
from careward.engines.connectors.csv.profiles import Profile
from careward.engines.connectors.csv.reader import GIB, read_folder
from careward.engines.connectors.worklist.connector import Worklist
from careward.evidence.ledger.errands import TABLES
from careward.evidence.rows.engines.last import WATCH
from careward.evidence.tables.checking import TablesToCheck
from careward.evidence.tables.watching import TableWatch


class CsvFeeds:
    """Files as CSV, Excel or Parquet, through the shipped mapping profiles and those the organisation keeps in CAREWARD_HOME/profiles."""

    def read(self, folder: Path, *, profile: str, on: date, keep: bool = False, own: Sequence[str] = ()) -> Reading:
        kept, times = _own_profiles(), settings.READING_TIMES
        how: dict[str, Any] = {"limit": int(times * GIB), "keep": keep, "apart": settings.READ_APART, "times": times}
        return read_folder(folder, profile=profile, profiles_folder=kept, on=on, own=own, **how)

    def profiles(self) -> tuple[tuple[Profile, ...], tuple[str, ...]]:
        return profiles.usable(profiles_folder=_own_profiles())

    def columns(self) -> FeedColumns:
        return describing.feed_columns(profiles_folder=_own_profiles())


class CsvMapper:
    """Files of unknown form, looked at and tried by processes of their own."""

    def look(self, path: Path, *, name: str, feed: str, sheet: str, heading_line: int) -> FileLook:
        return trying.look(LookAsked(path, name, feed, sheet, heading_line), _apart())

    def try_out(self, path: Path, *, name: str, facts: MappingFacts, seen: FileLook, on: date, lists: Lists) -> MappingTrial:
        return trying.try_out(path, name, facts, seen, on, _apart(), lists)

    def first_facts(self, seen: FileLook, *, feed: str, system: str, lists: Lists) -> MappingFacts:
        return trying.first_facts(seen, feed, system, lists)

    def with_words(self, facts: MappingFacts, seen: FileLook, lists: Lists) -> MappingFacts:
        return trying.with_words(facts, seen, lists)

    def example(self, form: str) -> str:
        return dating.like((form,))

    def text_of(self, name: str, title: str, facts: MappingFacts) -> str:
        return profile_text.as_toml(profile_text.profile_of(name, title, facts))

    def facts_of(self, text: str) -> tuple[str, MappingFacts]:
        profile = profiles.parsed(text)
        return profile.title, profile_text.facts_of(profile)


def _apart() -> trying.HowRead:
    return trying.HowRead(settings.READ_APART, settings.READING_TIMES)


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
    FILE_MAPPER.fit(CsvMapper())
    CONNECTORS.fit(connectors_of)
