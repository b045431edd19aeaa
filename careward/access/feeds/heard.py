"""When each system was last heard from, what came, and when the next file is due: for the register and the page of one system."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Max, Min

from careward.access.feeds.models import LoadFile
from careward.access.feeds.rhythm import Rhythm
from careward.core.days import london_day
from careward.web.permission import Viewer


@dataclass(frozen=True, slots=True)
class Heard:
    """The newest list of accounts of one system, as it was loaded."""

    at: datetime
    rows: int
    added: int
    changed: int
    gone: int
    load_id: int
    expected_on: date | None  # by how often they come
    stale: bool


def by_system(*, viewer: Viewer, key: object, asked: Mapping[str, Any]) -> Mapping[str, Heard]:
    """Each system that was ever heard from: two queries."""
    return _heard(viewer, "")


def of_system(*, viewer: Viewer, key: str, asked: Mapping[str, Any]) -> Mapping[str, Heard]:
    """The same of one system; empty where it never was."""
    return _heard(viewer, key)


def _heard(viewer: Viewer, code: str) -> Mapping[str, Heard]:
    rows = LoadFile.objects.filter(load__organisation=viewer.organisation_id, load__state="applied", feed="accounts")
    rows = rows.filter(system_code=code) if code else rows.exclude(system_code="")
    counted = rows.order_by().values("system_code")
    told = counted.annotate(newest=Max("pk"), first=Min("load__applied_at"), last=Max("load__applied_at"), files=Count("pk"))
    rhythms = {r["newest"]: Rhythm(london_day(r["first"]), london_day(r["last"]), r["files"]) for r in told}
    newest = rows.filter(pk__in=rhythms).select_related("load").defer("before", "problems", "notices", "samples")
    return {f.system_code: _of(f, rhythms[f.pk], viewer.today) for f in newest}


def _of(file: LoadFile, rhythm: Rhythm, today: date) -> Heard:
    at = file.load.applied_at or file.load.begun_at
    return Heard(at, file.rows, file.added, file.changed, file.gone, file.load_id, rhythm.expected_on, rhythm.stale(today))
