"""What follows a load begun in the browser: the worker reads the files, examines them, and later puts them in."""

from datetime import datetime

from careward.access.feeds import actions
from careward.access.feeds.models import Load
from careward.access.feeds.reading import FEED_READER
from careward.access.feeds.uploads import path_of
from careward.access.feeds.versions import versions_of
from careward.core.days import london_day
from careward.core.decision import Refused
from careward.core.ports import Reading
from careward.evidence.errands.models import Errand


def read(errand: Errand) -> Reading:
    """The long part, before the transaction: meanwhile everybody else can write."""
    load = Load.objects.get(pk=errand.body["load"])
    own = [version.text for version in versions_of(load)]
    on = london_day(errand.began_at)
    return FEED_READER().read(path_of(load.folder), profile=load.profile, on=on, keep=True, own=own)  # once, for both


def examine(errand: Errand, reading: Reading) -> None:
    """Counts what the uploaded files would do."""
    load = Load.objects.get(pk=errand.body["load"])
    if load.state == "waiting":
        actions.examine_load(load_id=load.pk, reading=reading, now=errand.began_at, by=errand.body["by"])


def apply(errand: Errand, reading: Reading) -> None:
    """Puts the uploaded files in, if they still do what the person saw; else the load's page shows why not."""
    number, by = errand.body["load"], errand.body["by"]
    try:
        actions.apply_load(load_id=number, reading=reading, now=errand.began_at, by=by)
    except Refused as refused:
        actions.note_refusal(load_id=number, decision=refused.decision, now=errand.began_at, by=by)


def undo(errand: Errand) -> None:
    """Takes a load back, unless a later one has changed the same rows since it was asked for; then its page shows why not."""
    number, by = errand.body["load"], errand.body["by"]
    try:
        actions.undo_load(load_id=number, now=errand.began_at, by=by)
    except Refused as refused:
        actions.note_refusal(load_id=number, decision=refused.decision, now=errand.began_at, by=by, state="applied")


def let_go(errand: Errand) -> None:
    """A held load was approved by whoever may."""
    facts = errand.body
    actions.let_go(load_id=facts["load"], approval_id=facts["approval"], now=errand.began_at, by=facts["by"])


def clear_uploads(*, now: datetime) -> int:
    """Takes away the files of loads that can no longer go in."""
    return actions.clear_uploads(now=now, by="job/clear_uploads")
