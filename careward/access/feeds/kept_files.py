"""What is kept of each file of a load that was looked at: its figures, its first rows, its problems, and how it was read."""

from collections.abc import Iterable, Sequence
from typing import Any

from careward.access.feeds.models import Load, LoadFile
from careward.access.feeds.plan import MOST_PROBLEMS, Planned
from careward.access.feeds.versions import never_used, reader_of, versions_of

FIRST = "This is the first load read by version {} of the profile “{}”. Look closely at the first rows before they go in."


def file_rows(load: Load, planned: Sequence[Planned], doubted: frozenset[str]) -> list[LoadFile]:
    """What is kept of each file: by which version of an own profile it was read, and whether that was ever loaded by."""
    versions = versions_of(load)
    fresh = never_used(versions, organisation_id=load.organisation_id) if versions else []
    rows = [_file_row(load, each, doubted=each.file.name in doubted) for each in planned]
    for row in rows:
        row.version = reader_of(row.feed, row.system_code, versions)
        if row.version in fresh:
            row.notices = [FIRST.format(row.version.number, row.version.profile.title), *row.notices]
    return rows


def _file_row(load: Load, each: Planned, *, doubted: bool) -> LoadFile:
    figures = each.figures
    return LoadFile(
        load=load,
        feed=each.file.feed,
        name=each.file.name,
        system_code=each.file.system,
        digest=each.file.digest,
        rows=len(each.file.rows) + each.file.refused,
        added=figures.added,
        changed=figures.changed,
        gone=figures.gone,
        unchanged=figures.unchanged,
        refused=figures.refused,
        problems=as_lists(each.problems),
        notices=each.notices,
        samples={
            **each.samples,
            "problems": each.problems_in_all,
            "held_against": each.digest,
            "columns": each.file.given,
            "stood": figures.standing,
            "doubted": doubted,
        },
    )


def as_lists(problems: Iterable[Any]) -> list[list[Any]]:
    """Problems as plain data, no more than a page and a download show."""
    return [[p.file, p.line, p.column, p.what, p.remedy] for p, _ in zip(problems, range(MOST_PROBLEMS), strict=False)]


def counts(files: Iterable[LoadFile]) -> list[dict[str, Any]]:
    """Digests and counts, which name nobody."""
    names = ("feed", "system_code", "digest", "rows", "added", "changed", "gone", "unchanged", "refused")
    told = [({name: getattr(file, name) for name in names}, file.version_id) for file in files]
    return [{**figures, "version": version} if version else figures for figures, version in told]
