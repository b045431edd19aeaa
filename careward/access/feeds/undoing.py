"""What stands against taking a load back: later loads that changed, or list, rows of its own."""

from careward.access.feeds.models import Load
from careward.access.feeds.rules import untouched
from careward.access.feeds.writing import Remembered, recall
from careward.core.decision import Decision, refuse
from careward.web.words import day


def _later(load: Load) -> list[Load]:
    """The loads that went in after this one and are in force."""
    if load.applied_at is None:
        return []
    applied = Load.objects.filter(organisation=load.organisation_id, state="applied", applied_at__gte=load.applied_at).exclude(pk=load.pk)
    applied = applied.only("organisation_id", "applied_at")
    return [other for other in applied if (other.applied_at, other.pk) > (load.applied_at, load.pk)]


def later_listing(load: Load) -> list[tuple[int, str, tuple[str, ...]]]:
    """Later loads whose lists name rows that this one added or changed, the newest first: (load, its day, names of those files).

    Every list is a full one, but for the report of leavers: what it no longer names, it ends, and so changes.
    """
    later = _later(load)
    files = load.files.exclude(feed="leavers").values_list("feed", "system_code", "added", "changed") if later else ()
    mine = {(feed, system) for feed, system, added, changed in files if added + changed}
    found = []
    for other in later if mine else ():
        theirs = other.files.order_by("name").values_list("name", "feed", "system_code")
        names = tuple(name for name, feed, system in theirs if (feed, system) in mine)
        found += [(other.pk, day(at), names)] if names and (at := other.applied_at) else []
    return sorted(found, reverse=True)


def later_touching(load: Load) -> list[tuple[int, str, int]]:
    """Later loads that changed rows this one added or changed, the newest first: (load, its day, rows in common)."""
    later = _later(load)
    mine: dict[str, list[Remembered]] = {}
    for table in (t for before in load.files.values_list("before", flat=True) for t in recall(before)) if later else ():
        mine.setdefault(table.table, []).append(table)
    found = []
    for other in later:
        theirs = [t for before in other.files.values_list("before", flat=True) for t in recall(before)]
        count = sum(own.touches(table) for table in theirs for own in mine.get(table.table, ()))
        found += [(other.pk, day(at), count)] if count and (at := other.applied_at) else []
    return sorted(found, reverse=True)


def against_undo(*, organisation_id: int, load_id: int) -> Decision:
    """Why a load cannot be taken back now, if so."""
    load = Load.objects.get(organisation_id=organisation_id, pk=load_id)
    if load.state != "applied":
        return refuse("state.wrong", "house", f"Load {load_id} is not loaded", "Go back to the load")
    return untouched(later_touching(load), later_listing(load))
