"""A held load before a named person: exactly what they decide about, and what follows from their word."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from careward.access.feeds import rules
from careward.access.feeds.models import Load, LoadFile
from careward.core.days import london_day
from careward.core.decision import ALLOWED, Decision, refuse
from careward.work.approvals import actions as approvals
from careward.work.approvals.actions import ApprovalWanted
from careward.work.approvals.models import Approval
from careward.work.approvals.queries import who_of
from careward.work.approvals.rules import Content, stands_for

KIND, LET_GO = "feeds.load", "feeds.let_go"
FIRST = 20  # rows shown
WHAT = {"gone": "Gone", "changed": "Changed", "added": "Added"}  # what is most often wrong comes first


def content_of(load: Load) -> Content:
    """What a named person sees of a held load; bound to the bytes of its files and to the rows they were held against."""
    files = list(load.files.defer("before").order_by("id"))
    rows = [row for what in WHAT for file in files for row in _rows(file, what)]
    return Content(
        facts=tuple((f.name, _figures(f)) for f in files),
        reasons=tuple(load.reasons),
        heads=("Row", "File", "What happens"),
        rows=tuple(rows[:FIRST]),
        of=sum(f.added + f.changed + f.gone for f in files),
        bound={f.name: f"{f.digest} {f.samples['held_against']}" for f in files},
    )


def _figures(file: LoadFile) -> str:
    told = (("added", file.added), ("changed", file.changed), ("gone", file.gone), ("as before", file.unchanged), ("refused", file.refused))
    return ", ".join(f"{number:,} {words}" for words, number in told if number) or "no rows"


def _rows(file: LoadFile, what: str) -> Iterable[tuple[str, ...]]:
    return ((str(name), file.name, WHAT[what]) for name, _ in file.samples.get(what, ()))


def ask(load: Load, *, now: datetime, by: str) -> Approval:
    """Puts a held load to those who may let one go; never to whoever brought it."""
    who = who_of(by=load.begun_by, organisation_id=load.organisation_id, on=london_day(now))
    of = systems(load)
    asked = ApprovalWanted(
        kind=KIND, subject=_subject(load), title=f"Decide whether load {load.pk} may go in", content=content_of(load),
        system_code=of[0] if len(of) == 1 else "", permission=rules.ALLOW, follows=((LET_GO, {"load": load.pk}),),
    )  # fmt: skip
    return approvals.ask(organisation=load.organisation, asked=asked, who=who, now=now, by=by)


def drop(load: Load, *, now: datetime, by: str) -> None:
    """A load that is held no more needs nobody's word."""
    approvals.drop(organisation=load.organisation, kind=KIND, subject=_subject(load), now=now, by=by)


def systems(load: Load) -> list[str]:
    """The systems whose accounts a load holds, and "" for what is the whole organisation's."""
    return list(load.files.order_by("system_code").values_list("system_code", flat=True).distinct())


def _subject(load: Load) -> tuple[str, str]:
    return ("load", str(load.pk))


def pending(load: Load) -> Approval | None:
    """The question that waits about a load."""
    rows = Approval.objects.filter(organisation_id=load.organisation_id, kind=KIND, subject_kind="load", subject_key=str(load.pk))
    return rows.filter(state="waiting").first()


def approved(load: Load, row: Approval) -> Decision:
    """Whether an approval stands for what this load is now."""
    content: dict[str, Any] = content_of(load).as_data()
    if stands_for(state=row.state, digest=row.digest, content=content):
        return ALLOWED
    return refuse("approval.missing", "house", "Nobody has approved exactly this", "Ask a trust administrator to look at it")
