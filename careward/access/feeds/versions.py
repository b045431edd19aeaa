"""Which versions of an organisation's own mapping profiles read the files of a load."""

from collections.abc import Sequence

from careward.access.feeds.models import Load, LoadFile, MappingProfile, MappingVersion


def versions_in_use(*, organisation_id: int) -> list[int]:
    """The newest version of every profile in use, those of one system before those of all."""
    rows = MappingProfile.objects.filter(organisation_id=organisation_id, ended_at=None).prefetch_related("versions")
    ordered = sorted(rows, key=lambda row: (row.system_code == "", row.pk))
    return [max(row.versions.all(), key=lambda v: v.number).pk for row in ordered]


def asked_for(*, organisation_id: int, profile: str, usual: str) -> tuple[str, list[tuple[int, str]]]:
    """How the command line reads: the profile in a file, and the versions of own ones, with their texts, that come before it.

    Nothing named: every own one in use. One of them named: that one alone. Another named: that one, and none of ours.
    """
    found = versions_in_use(organisation_id=organisation_id)
    rows = MappingVersion.objects.filter(profile__organisation_id=organisation_id).select_related("profile").in_bulk(found)
    ours = [rows[pk] for pk in found if profile in ("", rows[pk].profile.code)]
    return usual if ours or not profile else profile, [(v.pk, v.text) for v in ours]


def versions_of(load: Load) -> list[MappingVersion]:
    """The versions by which some files of a load are read, in the order in which they are asked: one query, none where there are none."""
    if not load.versions:
        return []
    rows = MappingVersion.objects.filter(profile__organisation_id=load.organisation_id).select_related("profile").in_bulk(load.versions)
    return [rows[pk] for pk in load.versions]


def reader_of(feed: str, system: str, versions: Sequence[MappingVersion]) -> MappingVersion | None:
    """The version by which a file was read; None where it was none of these."""
    return next((v for v in versions if v.profile.feed == feed and v.profile.system_code in ("", system)), None)


def never_used(versions: Sequence[MappingVersion], *, organisation_id: int) -> list[MappingVersion]:
    """Those of some versions by which no load has gone in yet."""
    loaded = LoadFile.objects.filter(load__organisation_id=organisation_id, load__state="applied")
    used = set(loaded.filter(version__in=[v.pk for v in versions]).values_list("version", flat=True))
    return [v for v in versions if v.pk not in used]
