"""Which columns the last load of each file had, and this one has not (FEEDS B2.6)."""

from collections.abc import Sequence
from dataclasses import replace

from django.db.models import Max

from careward.access.feeds.models import LoadFile
from careward.access.feeds.plan import Planned
from careward.access.feeds.rules import FileFigures


def figures_of(planned: Sequence[Planned], organisation_id: int) -> list[FileFigures]:
    """The figures of each file, with the columns that its last load in force had and it has not: two queries."""
    last = _last(organisation_id)
    return [
        replace(each.figures, columns_gone=_gone(last.get((each.file.feed, each.file.system), ()), each.file.given)) for each in planned
    ]


def _gone(had: Sequence[str], given: Sequence[str]) -> tuple[str, ...]:
    return tuple(name for name in had if name not in given) if given else ()


def _last(organisation_id: int) -> dict[tuple[str, str], Sequence[str]]:
    """The columns of the newest file of each feed and system, of the loads in force; none where they were not kept."""
    rows = LoadFile.objects.filter(load__organisation_id=organisation_id, load__state="applied", samples__has_key="columns")
    newest = rows.values("feed", "system_code").annotate(last=Max("id")).values_list("last", flat=True)
    found = LoadFile.objects.filter(pk__in=list(newest)).values_list("feed", "system_code", "samples__columns")
    return {(feed, system): columns or () for feed, system, columns in found}
