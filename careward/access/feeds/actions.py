"""What can be done with a load: begin, examine, allow, apply, undo. Each is written down as it is done; no names go into the ledger."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction

from careward.access.feeds import allowing, rules
from careward.access.feeds.feed_plans import plan_files
from careward.access.feeds.kept_files import as_lists, counts, file_rows
from careward.access.feeds.last_columns import figures_of
from careward.access.feeds.merge import as_day
from careward.access.feeds.models import MOVES, Load, LoadFile
from careward.access.feeds.plan import Planned
from careward.access.feeds.queries import UNDO, LoadReport, load_report, stood_before, stuck_at, waiting_since
from careward.access.feeds.undoing import later_listing, later_touching
from careward.access.feeds.uploads import Upload, folder_of, forget, forget_if_older, store, system_of, waiting_folders
from careward.access.feeds.world import World
from careward.access.feeds.writing import put_back, recall
from careward.core.days import london_day
from careward.core.decision import ALLOWED, Decision, Refused
from careward.core.ports import Reading
from careward.evidence.moves import actions as moves
from careward.evidence.moves.rows import locked
from careward.evidence.rows import bulk
from careward.people.signin.arrivals import rights_of
from careward.people.staff.models import Organisation
from careward.people.staff.packs import pack_on
from careward.work.approvals import actions as approvals
from careward.work.approvals.models import Approval
from careward.work.approvals.queries import who_of
from careward.work.approvals.rules import reason_given

EXAMINE, APPLY = "feeds.examine", "feeds.apply"


@transaction.atomic
def begin_load(*, organisation: Organisation, source: str, profile: str, versions: Sequence[int] = (), now: datetime, by: str) -> Load:
    """Opens a load of files that the caller reads itself, some of them by these versions of own profiles."""
    load = Load(organisation=organisation, source=source, profile=profile, versions=list(versions), begun_at=now, begun_by=by)
    moves.begin(kind=MOVES, row=load, now=now, by=by, entry={"profile": profile, **_read_by(load)})
    return load


def _read_by(load: Load) -> dict[str, Any]:
    """What an entry says of the versions of own profiles."""
    return {"versions": list(load.versions)} if load.versions else {}


@transaction.atomic
def begin_upload(
    *,
    organisation_id: int,
    uploads: Sequence[Upload],
    profile: str = "canonical",
    versions: Sequence[int] = (),
    now: datetime,
    by: str,
) -> Load:
    """Opens a load of files sent by the browser: they wait below CAREWARD_HOME, and an errand examines them.

    Refused to whoever may not load for every system whose accounts are sent, or for the whole organisation where more is.
    """
    rights = rights_of(actor=by, organisation_id=organisation_id, on=london_day(now))
    _must(rights.must(rules.RUN, "load files", *sorted({system_of(u.name) for u in uploads})))
    load = Load(organisation_id=organisation_id, source="browser", profile=profile, versions=list(versions), begun_at=now, begun_by=by)
    load.asked, load.asked_at = "examine", now
    load.save()
    load.folder = folder_of(load.pk)
    load.save(update_fields=["folder"])
    store(load.folder, uploads)
    told = {"profile": profile, "files": len(uploads), **_read_by(load)}
    moves.begin(kind=MOVES, row=load, now=now, by=by, entry=told, errands=_errand(EXAMINE, load, by))
    return load


def _errand(name: str, load: Load, by: str) -> list[tuple[str, dict[str, Any]]]:
    return [(name, {"load": load.pk, "by": by})]


def examine_load(*, load_id: int, reading: Reading, now: datetime, by: str) -> LoadReport:
    """Counts what the files would do and changes nothing. The load is then examined, held or refused, with every reason."""
    with transaction.atomic(), bulk.collector_off():
        load = _locked(load_id)
        _must(_may("examine", load, by, now))
        _keep_examined(load, reading, _plan(load, reading, now, writing=False), now, by)
    return _report(load)


@transaction.atomic
def let_go(*, load_id: int, approval_id: int, now: datetime, by: str) -> None:
    """A load was approved: it may go in when somebody chooses to load it. Nothing where it has moved on since."""
    load = _locked(load_id)
    row = Approval.objects.get(pk=approval_id, organisation_id=load.organisation_id)
    if load.state == "held" and allowing.approved(load, row):
        _let_go(load, row, now, by)


@transaction.atomic
def allow_load(*, organisation_id: int, load_id: int, seen: str, reason: str, now: datetime, by: str) -> None:
    """A second person allows a held load at once: exactly what they saw, whose digest is `seen`. Raises Refused with every reason."""
    load, on = _locked(load_id, organisation_id), london_day(now)
    rights, row = rights_of(actor=by, organisation_id=organisation_id, on=on), allowing.pending(load)
    may = rights.must(rules.ALLOW, "allow this load", *allowing.systems(load))
    if row is None:
        raise Refused(may & rules.not_held(load.pk))
    row = approvals.answer(
        approval_id=row.pk, organisation_id=organisation_id, who=who_of(by=by, organisation_id=organisation_id, on=on),
        holds=_holds(load, by, now), may=may, approves=True, seen=seen, reason=reason, now=now, by=by,
    )  # fmt: skip
    _let_go(load, row, now, by)


def _let_go(load: Load, row: Approval, now: datetime, by: str) -> None:
    reason = row.answers.filter(approves=True).latest("id").reason
    codes = [r["code"] for r in load.reasons]
    change, entry = {"allowed_by": by, "allowed_reason": reason}, {"codes": codes, "approval": row.pk}
    _move("allow", load, now, by, gates={"approved": allowing.approved(load, row)}, change=change, entry=entry)


def apply_load(*, load_id: int, reading: Reading, now: datetime, by: str, allow_reason: str = "") -> LoadReport:
    """Puts an examined load in: all of it or nothing. One that only waits is examined first, and stays out where it is held.

    With `allow_reason` its loader vouches for a system's first list in the same act; whatever else is held needs a second person
    (FEEDS B2.11). Refused when the files, or the rows they were held against, have moved since: the load then shows the new figures.
    """
    try:
        with transaction.atomic(), bulk.collector_off():
            load = _locked(load_id)
            if load.state == "held" and allow_reason:
                _vouch(load, allow_reason, now, by)
            _apply(load, reading, now, by, allow_reason)
    except _Stays as stays:
        with transaction.atomic():
            load = _locked(load_id)
            _must(_may("examine", load, by, now))
            _keep_examined(load, reading, stays.planned, now, by)
        _must(stays.unmoved)
    return _report(load)


class _Stays(Exception):
    """What was written as it was planned is not to stay: the load is held or refused, or something moved since it was looked at."""

    def __init__(self, planned: list[Planned], unmoved: Decision = ALLOWED) -> None:
        self.planned, self.unmoved = planned, unmoved
        super().__init__("the load stays out")


@transaction.atomic
def ask_to_apply(*, organisation_id: int, load_id: int, now: datetime, by: str) -> None:
    """Someone said to load these: an errand does it. Refused for files that did not come by the browser."""
    load = _locked(load_id, organisation_id)
    _must(_may("apply", load, by, now, unmoved=ALLOWED) & rules.files_here(load.folder))
    _ask(load, "apply", "load.asked_for", now, by, errands=_errand(APPLY, load, by))


@transaction.atomic
def ask_to_undo(*, organisation_id: int, load_id: int, now: datetime, by: str) -> None:
    """Someone said to take this load back: an errand does it. Refused while a later load has changed the same rows."""
    load = _locked(load_id, organisation_id)
    _must(_may("undo", load, by, now, untouched=_untouched(load)))
    _ask(load, "undo", "load.undo_asked_for", now, by, errands=_errand(UNDO, load, by))


def _ask(load: Load, what: str, verb: str, now: datetime, by: str, *, errands: Iterable[Any]) -> None:
    load.asked, load.asked_at = what, now
    load.save(update_fields=["asked", "asked_at"])
    moves.remark(kind=MOVES, row=load, what=f"ask_to_{what}", verb=verb, now=now, by=by, errands=errands)


@transaction.atomic
def note_refusal(*, load_id: int, decision: Decision, now: datetime, by: str, state: str = "examined") -> None:
    """Keeps on a load's page why the errand that was to load it, or to take it back, did not; nothing where it has moved on since."""
    load = _locked(load_id)
    if load.state == state:
        load.reasons, load.asked = rules.as_reasons(decision), ""
        load.save(update_fields=["reasons", "asked"])
        what = "not_undone" if state == "applied" else "not_applied"
        codes = [r.code for r in decision.reasons]
        moves.remark(kind=MOVES, row=load, what=what, verb="load.refused", now=now, by=by, entry={"codes": codes})


@transaction.atomic
def undo_load(*, load_id: int, now: datetime, by: str) -> LoadReport:
    """Puts back what stood before a load. Refused while a later load has changed the same rows.

    A row the load added goes, unless something refers to it by now: then it stays, marked gone.
    """
    load = _locked(load_id)
    untouched = {"untouched": _untouched(load)}
    _must(_may("undo", load, by, now, **untouched))
    files = list(load.files.order_by("-id"))
    gone_on = as_day(london_day(now), bulk.storing())
    stayed = sum(put_back(recall(file.before), gone_on=gone_on) for file in files)
    undone = {"undone_at": now, "undone_by": by, "asked": ""}
    _move("undo", load, now, by, gates=untouched, change=undone, entry={"stayed": stayed, "files": counts(files)})
    _let_files_go(load)
    return _report(load)


def clear_uploads(*, now: datetime, by: str) -> int:
    """Takes away the files of every load that can no longer go in, and says of how many loads.

    A load that nobody chose to load for seven days is refused for good first, with the reason on its page. Each is a transaction.
    """
    return sum(_clear(number, now, by) for number in waiting_folders())


@transaction.atomic
def _clear(load_id: int, now: datetime, by: str) -> bool:
    if not Load.objects.filter(pk=load_id).exists():  # sent just now and not yet committed, or broken off then
        return forget_if_older(folder_of(load_id), now - rules.WAITS)
    load = _locked(load_id)
    asked_for = bool(load.asked) and not stuck_at(load.pk, load.asked)
    if rules.waited_too_long(load.state, since=waiting_since(load), now=now, asked_for=asked_for):
        change = {"reasons": rules.as_reasons(rules.too_late())}
        moves.make(kind=MOVES, row=load, move="expire", holds=rules.CLOCK, change=change, now=now, by=by)
        allowing.drop(load, now=now, by=by)
    elif load.state in rules.OPEN - {"refused"}:
        return False
    _let_files_go(load)
    return True


def _let_files_go(load: Load) -> None:
    """The files of a load that is in, undone or refused for good hold personal data, and nobody needs them any more."""
    if load.folder:
        transaction.on_commit(partial(forget, load.folder))


def _locked(load_id: int, organisation_id: int | None = None) -> Load:
    """The load, with its organisation locked first: two loads of one organisation never run at once."""
    found = Load.objects.filter(pk=load_id)
    load = found.get() if organisation_id is None else found.get(organisation_id=organisation_id)
    Organisation.objects.select_for_update().get(pk=load.organisation_id)
    found_load: Load = locked(MOVES, load.pk)
    return found_load


def _holds(load: Load, by: str, now: datetime) -> frozenset[str]:
    """What somebody may do to a load: to every system whose accounts it holds, and to the whole organisation where it holds more."""
    return rights_of(actor=by, organisation_id=load.organisation_id, on=london_day(now)).on(*allowing.systems(load))


def _may(name: str, load: Load, by: str, now: datetime, **gates: Decision) -> Decision:
    return rules.LOADS.may(name, state=load.state, holds=_holds(load, by, now), gates=gates)


def _move(
    name: str,
    load: Load,
    now: datetime,
    by: str,
    *,
    change: dict[str, Any],
    entry: dict[str, Any],
    gates: dict[str, Decision] | None = None,
) -> None:
    holds = _holds(load, by, now)
    moves.make(kind=MOVES, row=load, move=name, holds=holds, gates=gates or {}, change=change, entry=entry, now=now, by=by)


def _must(decision: Decision) -> None:
    if not decision:
        raise Refused(decision)


def _plan(load: Load, reading: Reading, now: datetime, *, writing: bool) -> list[Planned]:
    on = london_day(now)
    pack = pack_on(load.organisation.pack, on)
    ids = bulk.Ids() if writing else bulk.Provisional()
    return plan_files(reading.files, World(organisation_id=load.organisation_id, pack=pack, on=on, ids=ids), writing=writing)


def _keep_examined(load: Load, reading: Reading, planned: Sequence[Planned], now: datetime, by: str) -> None:
    """Stores the counts, samples and problems, and what was decided; an earlier allowance was for other figures and goes."""
    load.files.all().delete()
    refused, held, doubted = _against(load, reading, planned, now)
    LoadFile.objects.bulk_create(file_rows(load, planned, doubted))
    against = refused if not refused else held
    _look(load, against, "refuse" if not refused else "hold" if not held else "examine", {
        "reasons": rules.as_reasons(against), "problems": as_lists(reading.problems), "notices": list(reading.notices),
        "examined_at": now, "allowed_by": "", "allowed_reason": "", "asked": "",
    }, now, by)  # fmt: skip
    if load.state == "held":
        allowing.ask(load, now=now, by=by)
    else:
        allowing.drop(load, now=now, by=by)
    if load.state == "refused":
        _let_files_go(load)


def _against(load: Load, reading: Reading, planned: Sequence[Planned], now: datetime) -> tuple[Decision, Decision, frozenset[str]]:
    """Whether there is anything to load, whether it may go in without a named person's word, and which files say that it may not."""
    figures, safety = figures_of(planned, load.organisation_id), pack_on(load.organisation.pack, london_day(now)).safety
    doubted = frozenset(f.name for f in figures if not rules.judge([f], safety))
    return rules.usable(figures, whole_problems=len(reading.problems)), rules.judge(figures, safety), doubted


def _look(load: Load, against: Decision, name: str, change: dict[str, Any], now: datetime, by: str) -> None:
    """What a look at the files came to: the house holds or refuses a load, and who may load it has examined it else."""
    told: dict[str, Any] = {"files": counts(load.files.order_by("id"))}
    if name == "examine":
        _move("examine", load, now, by, change=change, entry=told)
        return
    told["codes"] = [r.code for r in against.reasons]
    name = "hold" if name == "hold" else "refuse"
    moves.make(kind=MOVES, row=load, move=name, holds=rules.GUARD, change=change, entry=told, now=now, by=by)


def _vouch(load: Load, reason: str, now: datetime, by: str) -> None:
    """Whoever loads the first list of a system allows it themselves, and is told so; any other load that is held they may not."""
    change = {"allowed_by": by, "allowed_reason": reason.strip()}
    entry = {"codes": [r["code"] for r in load.reasons], "by_loader": True}
    gates = {"reason": reason_given(reason), "first": rules.first_lists(stood_before(load))}
    _move("vouch", load, now, by, gates=gates, change=change, entry=entry)
    allowing.drop(load, now=now, by=by)


def _apply(load: Load, reading: Reading, now: datetime, by: str, allow_reason: str) -> None:
    """Plans again with the ids the rows will have and writes as it goes, so that no file is ever held whole.

    Raises _Stays, which takes everything back, if that is not what was examined, or may not go in.
    """
    _must(_may("apply", load, by, now, unmoved=ALLOWED))
    planned = _plan(load, reading, now, writing=True)
    if load.state == "waiting":
        _examine_and_go(load, reading, planned, now, by, allow_reason)
    files = {row.name: row for row in load.files.all()}
    if not (unmoved := _unmoved(files, planned)):
        raise _Stays(planned, unmoved)
    for each in planned:
        files[each.file.name].before = each.before
    LoadFile.objects.bulk_update(files.values(), ["before"], batch_size=20)
    bulk.count_rows_anew(sum(row.added + row.changed + row.gone for row in files.values()))
    applied = {"applied_at": now, "applied_by": by, "asked": ""}
    told = {"profile": load.profile, "files": counts(files.values())}
    _move("apply", load, now, by, gates={"unmoved": unmoved}, change=applied, entry=told)
    _let_files_go(load)


def _examine_and_go(load: Load, reading: Reading, planned: list[Planned], now: datetime, by: str, allow_reason: str) -> None:
    """A load that goes in without having been looked at first: held and refused all the same, or let go in the same act."""
    refused, held, _ = _against(load, reading, planned, now)
    if not refused or not (held or allow_reason):
        raise _Stays(planned)
    _keep_examined(load, reading, planned, now, by)
    if load.state == "held":
        if not (vouched := reason_given(allow_reason) & rules.first_lists(stood_before(load))):
            raise _Stays(planned, vouched)
        _vouch(load, allow_reason, now, by)


def _untouched(load: Load) -> Decision:
    return rules.untouched(later_touching(load), later_listing(load))


def _unmoved(files: dict[str, LoadFile], planned: Sequence[Planned]) -> Decision:
    now = {each.file.name: each for each in planned}
    same_files = {n: f.digest for n, f in files.items()} == {n: each.file.digest for n, each in now.items()}
    same_rows = same_files and all(f.samples["held_against"] == now[n].digest for n, f in files.items())
    return rules.unmoved(same_files=same_files, same_rows=same_rows or not same_files)


def _report(load: Load) -> LoadReport:
    report = load_report(organisation_id=load.organisation_id, load_id=load.pk)
    if report is None:
        raise LookupError(f"load {load.pk} has gone")
    return report
