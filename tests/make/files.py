"""Reads one file as its feed, apart from the folder it would come in."""

from datetime import date
from pathlib import Path

from careward.core.ports import FeedFile
from careward.engines.connectors.csv import profiles, reader
from careward.engines.connectors.csv.headings import Readers


def read_file(path: Path, *, feed: str, name: str, system: str = "", profile: str = "canonical", own: Path | None = None,
              limit: int = reader.GIB, on: date = date.max, readers: Readers | None = None) -> FeedFile:  # fmt: skip
    """One file; one that cannot be used at all has its whole-file problems alone."""
    fit = [f for f in profiles.load(profile, profiles_folder=own).feeds if f.feed == feed]
    chosen = next((f for f in fit if f.reads(name)), fit[0])
    return reader.read_file(path, name, system or chosen.system_of(name), chosen, limit, on, readers=readers)
