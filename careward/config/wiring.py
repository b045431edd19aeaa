"""Which connectors and engines this installation uses; rooms ask for them by name through careward.web.plugs."""

from pathlib import Path

from django.conf import settings

from careward.core.ports import Reading
from careward.engines.connectors.csv import describing, profiles
from careward.engines.connectors.csv.describing import FeedColumns
from careward.engines.connectors.csv.profiles import Profile
from careward.engines.connectors.csv.reader import read_folder
from careward.people.signin.roles import who_may as who_may


def read_feeds(folder: Path, *, profile: str = "canonical") -> Reading:
    """Reads a folder of files through a shipped profile or one the organisation keeps in CAREWARD_HOME/profiles."""
    return read_folder(folder, profile=profile, profiles_folder=_own_profiles())


def feed_columns() -> FeedColumns:
    """What each file of the feeds holds, for the page beside the form that takes them."""
    return describing.feed_columns(profiles_folder=_own_profiles())


def feed_profiles() -> tuple[tuple[Profile, ...], tuple[str, ...]]:
    """The mapping profiles that can be chosen, canonical first, and why each other one cannot be used."""
    return profiles.usable(profiles_folder=_own_profiles())


def _own_profiles() -> Path | None:
    own: Path = settings.CAREWARD_HOME / "profiles"
    return own if own.is_dir() else None
