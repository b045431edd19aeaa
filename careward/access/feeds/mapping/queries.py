"""Reads of mapping profiles and of what somebody has begun, always of one organisation."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from careward.access.feeds.mapping import rules
from careward.access.feeds.models import LoadFile, MappingDraft, MappingProfile
from careward.access.feeds.queries import who
from careward.access.feeds.reading import FILE_MAPPER
from careward.access.feeds.uploads import path_of
from careward.core.columns import FEEDS
from careward.core.mapping import FileLook, MappingFacts, MappingTrial, facts_from, look_from, trial_from
from careward.core.rights import EVERYWHERE, Systems
from careward.evidence.errands.models import Errand
from careward.systems.register.queries import known_systems, within_systems

FEED_WORDS = {
    "accounts": "User list of a system",
    "staff": "Staff list",
    "courses": "Courses that can be booked",
    "training": "Training held",
    "absences": "Absences",
    "leavers": "Leavers of the month",
    "deputies": "Deputies",
    "role_holders": "Who holds which role",
    "authorisations": "Approvals given before Careward",
    "generic_accounts": "Shared accounts that were approved",
    "systems": "Register of systems",
}
LOADS_SHOWN = 10


@dataclass(frozen=True, slots=True)
class MappingRow:
    """One profile as the list of them shows it."""

    id: int
    code: str
    title: str
    feed: str
    feed_words: str
    system: str
    system_words: str
    ended_at: datetime | None
    version: int
    made_at: datetime


def profiles(*, organisation_id: int, within: Systems) -> tuple[MappingRow, ...]:
    """The profiles of the systems that somebody may load for, those in use first: two queries."""
    rows = MappingProfile.objects.filter(_reaches(within), organisation_id=organisation_id).prefetch_related("versions")
    systems = known_systems(organisation_id=organisation_id)
    return tuple(_row(row, systems) for row in sorted(rows, key=lambda r: (r.ended_at is not None, r.title.casefold(), r.pk)))


def _reaches(within: Systems) -> Q:
    return within_systems(within, "system_code")


def _row(row: MappingProfile, systems: Mapping[str, str]) -> MappingRow:
    last = max(row.versions.all(), key=lambda v: v.number)
    return MappingRow(
        row.pk, row.code, row.title, row.feed, FEED_WORDS[row.feed], row.system_code,
        system_words(row.feed, row.system_code, systems), row.ended_at, last.number, last.made_at,
    )  # fmt: skip


def system_words(feed: str, system: str, systems: Mapping[str, str]) -> str:
    """For which system, in words; "" for a list of the whole organisation."""
    if feed != "accounts":
        return ""
    return systems.get(system, system) if system else "Every system that has none of its own"


@dataclass(frozen=True, slots=True)
class VersionSeen:
    number: int
    made_at: datetime
    made_by: str
    why: str
    text: str


@dataclass(frozen=True, slots=True)
class MappingSeen:
    """One profile with what it says, every version of it and the files it read."""

    row: MappingRow
    facts: MappingFacts
    versions: tuple[VersionSeen, ...]  # newest first
    ended_by: str
    ended_why: str
    loads: tuple[tuple[int, datetime, int, str], ...]  # the load, its day, the version, the file


def profile_seen(*, organisation_id: int, profile_id: int, within: Systems) -> MappingSeen | None:
    """One profile of the organisation that somebody may load by; None where there is none."""
    row = (
        MappingProfile.objects.filter(_reaches(within), organisation_id=organisation_id, pk=profile_id).prefetch_related("versions").first()
    )
    if row is None:
        return None
    versions = sorted(row.versions.all(), key=lambda v: -v.number)
    names = {actor: who(actor) for actor in {v.made_by for v in versions} | ({row.ended_by} if row.ended_by else set())}
    files = LoadFile.objects.filter(version__profile=row, load__organisation_id=organisation_id).order_by("-load_id", "id")
    read = files.values_list("load_id", "load__begun_at", "version__number", "name")[:LOADS_SHOWN]
    return MappingSeen(
        _row(row, known_systems(organisation_id=organisation_id)),
        FILE_MAPPER().facts_of(versions[0].text)[1],
        tuple(VersionSeen(v.number, v.made_at, names[v.made_by], v.why, v.text) for v in versions),
        names.get(row.ended_by, ""),
        row.ended_why,
        tuple(read),
    )


@dataclass(frozen=True, slots=True)
class MappingTold:
    """What a profile says, in words: each of our columns with theirs and how its days look, each of their words with ours."""

    columns: tuple[tuple[str, str, str], ...]
    words: tuple[tuple[str, str, str], ...]
    sheet: str


def told(facts: MappingFacts) -> MappingTold:
    """What is said of the files of a feed, in words."""
    example = FILE_MAPPER().example
    columns = [(rules.said(o), t, example(facts.formats[o]) if o in facts.formats else "") for o, t in facts.columns.items()]
    columns += [(rules.said(o), f"Every row says {rules.said(w)}", "") for o, w in facts.constants.items()]
    words = [(rules.said(o), theirs, rules.said(mean)) for o, said in facts.values.items() for theirs, mean in said.items()]
    return MappingTold(tuple(columns), tuple(words), facts.sheet)


@dataclass(frozen=True, slots=True)
class DraftSeen:
    """A file on its way to a profile, as its owner sees it."""

    id: int
    feed: str
    feed_words: str
    system: str
    system_words: str
    name: str
    until: datetime
    working: bool
    stuck: bool
    changes: int | None
    title: str  # of the profile it changes
    heading_line: int
    look: FileLook
    facts: MappingFacts
    trial: MappingTrial | None


def draft_seen(*, organisation_id: int, user_id: int, draft_id: int, now: datetime) -> DraftSeen | None:
    """What somebody has begun; None where it is another's, or over."""
    rows = MappingDraft.objects.filter(pk=draft_id, organisation_id=organisation_id, user_id=user_id)
    row = rows.select_related("changes", "organisation").first()
    if row is None or rules.is_over(row.begun_at, now):
        return None
    systems = known_systems(organisation_id=row.organisation_id) if row.feed == "accounts" else {}
    stuck = bool(row.asked) and _stuck(row)
    return DraftSeen(
        row.pk, row.feed, FEED_WORDS[row.feed], row.system_code, system_words(row.feed, row.system_code, systems), row.name,
        row.begun_at + rules.KEPT, bool(row.asked) and not stuck, stuck, row.changes_id, row.changes.title if row.changes else "",
        row.heading_line, look_from(row.look) if row.look else FileLook(), _facts(row), trial_from(row.trial) if row.trial else None,
    )  # fmt: skip


def _facts(row: MappingDraft) -> MappingFacts:
    return facts_from(row.facts) if row.facts else MappingFacts(row.feed, row.system_code)


def _stuck(row: MappingDraft) -> bool:
    code = row.organisation.ods_code
    found = Errand.objects.filter(organisation=code, subject=f"mapping/{row.pk}", done_at=None)
    return found.exclude(stuck_at=None).exists()


def begun(*, organisation_id: int, user_id: int, now: datetime) -> tuple[tuple[int, str, str, datetime], ...]:
    """What somebody has begun and not let go of: number, file, list, and until when it is kept."""
    rows = MappingDraft.objects.filter(organisation_id=organisation_id, user_id=user_id, begun_at__gt=now - rules.KEPT).order_by("-pk")
    return tuple((r.pk, r.name, FEED_WORDS[r.feed], r.begun_at + rules.KEPT) for r in rows)


def folder_of(draft_id: int) -> str:
    """Where a draft's file waits, below CAREWARD_HOME; a home that was restored has the row and not the file."""
    return f"mapping/{draft_id}"


def draft_for(*, organisation_id: int, user_id: int, profile_id: int, now: datetime) -> int | None:
    """The newest file of somebody's that a profile was made or changed from, while it is kept."""
    rows = MappingDraft.objects.filter(organisation_id=organisation_id, user_id=user_id, changes_id=profile_id)
    row = rows.filter(begun_at__gt=now - rules.KEPT).order_by("-pk").first()
    return row.pk if row and path_of(folder_of(row.pk)).is_dir() else None


def choices(*, organisation_id: int, within: Systems) -> dict[str, Any]:
    """What can be chosen for a new file: the lists, and the systems, that somebody may load."""
    systems = [
        (code, name) for code, name in known_systems(organisation_id=organisation_id).items() if within is EVERYWHERE or code in within
    ]
    whole = within is EVERYWHERE or "" in within
    feeds = [(name, words) for name, words in FEED_WORDS.items() if name in FEEDS and (whole or name == "accounts")]
    return {"feeds": feeds, "systems": [*systems, *([("", "Every system that has none of its own")] if whole else [])]}
