"""What can be done with mapping profiles: made from a file, changed by a new version, ended, loaded by.

What is done to a profile is written down as it is done; of a file on its way to one nothing is, until it is saved.
"""

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from pathlib import PurePath
from typing import Any

from django.core.files import File
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.text import get_valid_filename

from careward.access.feeds import actions as loads
from careward.access.feeds.mapping import drafts, rules
from careward.access.feeds.mapping.queries import folder_of
from careward.access.feeds.models import MappingDraft, MappingProfile, MappingVersion
from careward.access.feeds.reading import FEED_READER, FILE_MAPPER
from careward.access.feeds.rules import RUN
from careward.access.feeds.uploads import Upload, path_of, store
from careward.core.days import london_day
from careward.core.decision import ALLOWED, Decision, Refused, refuse
from careward.core.mapping import MappingError, MappingFacts, as_plain, facts_from, look_from
from careward.evidence.errands import actions as errands
from careward.evidence.ledger import actions as ledger
from careward.people.signin.arrivals import rights_of
from careward.people.staff.models import Organisation


@transaction.atomic
def begin_draft(
    *,
    organisation_id: int,
    user_id: int,
    feed: str,
    system: str,
    sent: "UploadedFile[bytes]",
    changes: int | None = None,
    now: datetime,
    by: str,
) -> int:
    """Takes in a file and has the worker look at it; returns the draft's number."""
    _must(_may_map(organisation_id, system, now, by))
    kind = rules.KINDS[PurePath(sent.name or "").suffix.lower()]
    name = get_valid_filename(PurePath(sent.name or "").name)[-80:]
    facts = {}
    if changes is not None:
        row = MappingProfile.objects.get(pk=changes, organisation_id=organisation_id)
        facts = as_plain(FILE_MAPPER().facts_of(row.versions.latest("number").text)[1])
    draft = MappingDraft.objects.create(
        organisation_id=organisation_id, user_id=user_id, begun_at=now, feed=feed, system_code=system, name=name, kind=kind,
        changes_id=changes, facts=facts,
    )  # fmt: skip
    store(folder_of(draft.pk), [Upload(f"list.{kind}", sent)])
    _ask(draft, "look", now)
    return draft.pk


def _ask(draft: MappingDraft, what: str, now: datetime) -> None:
    draft.asked = what
    draft.save()
    code = Organisation.objects.values_list("ods_code", flat=True).get(pk=draft.organisation_id)
    errands.ask(name=drafts.LOOK, organisation=code, subject=f"mapping/{draft.pk}", now=now, body={"draft": draft.pk})


@transaction.atomic
def look_again(*, draft_id: int, whose: Mapping[str, int], sheet: str, heading_line: int, now: datetime, by: str) -> None:
    """Another sheet, or another line for the heading: the file is looked at anew."""
    draft = _locked(draft_id, whose)
    draft.heading_line = heading_line
    draft.facts = as_plain(MappingFacts(draft.feed, draft.system_code, sheet=sheet))
    _ask(draft, "look", now)


@transaction.atomic
def choose(*, draft_id: int, whose: Mapping[str, int], facts: MappingFacts, words_told: bool, now: datetime, by: str) -> None:
    """Keeps what was said of the columns, or of the words, and has every row tried by it."""
    draft = _locked(draft_id, whose)
    seen = look_from(draft.look)
    draft.facts = as_plain(facts if words_told else FILE_MAPPER().with_words(facts, seen, drafts.lists_for(draft, now)))
    _ask(draft, "try", now)


@transaction.atomic
def throw_away(*, draft_id: int, whose: Mapping[str, int], now: datetime, by: str) -> None:
    """Lets go of a draft and its file."""
    drafts.let_go(_locked(draft_id, whose))


@transaction.atomic
def save_draft(*, draft_id: int, whose: Mapping[str, int], title: str, why: str, now: datetime, by: str) -> int:
    """Makes a profile of what was said of a file, or a new version of the one that it changes; returns the profile.

    The file stays with its draft, so that it can be loaded by it at once. Refused with every reason.
    """
    draft = MappingDraft.objects.select_for_update().get(pk=draft_id, **whose)
    said: dict[str, Any] = {"facts": facts_from(draft.facts), "tried": rules.was_tried(draft.trial.get("rows", 0))}
    said |= {"title": title, "why": why, "changes": draft.changes_id, "now": now, "by": by}
    draft.changes_id = save(organisation_id=draft.organisation_id, **said)
    draft.save(update_fields=["changes"])
    return draft.changes_id


@transaction.atomic
def save(
    *,
    organisation_id: int,
    facts: MappingFacts,
    title: str,
    why: str,
    changes: int | None = None,
    tried: Decision = ALLOWED,
    now: datetime,
    by: str,
) -> int:
    """Makes a profile, or a new version of the one it changes; returns the profile. Refused with every reason at once."""
    organisation = Organisation.objects.select_for_update().get(pk=organisation_id)
    may = _may_map(organisation_id, facts.system, now, by)
    fits = rules.columns_fit(facts.feed, {theirs: ours for ours, theirs in facts.columns.items()}, facts.constants)
    _must(may & rules.named(title, why) & fits & tried)
    if changes is not None:
        return _change(organisation, changes, facts, title, why, now, by)
    return _make(organisation, facts, title.strip(), why, now, by)


def _make(organisation: Organisation, facts: MappingFacts, title: str, why: str, now: datetime, by: str) -> int:
    rows = MappingProfile.objects.filter(organisation=organisation)
    other = rows.filter(feed=facts.feed, system_code=facts.system, ended_at=None).values_list("title", flat=True).first()
    _must(rules.is_free(other or ""))
    known, _ = FEED_READER().profiles()
    code = rules.code_of(title, {*rows.values_list("code", flat=True), *(p.id for p in known)})
    text = _text(code, title, facts)
    row = MappingProfile.objects.create(
        organisation=organisation, code=code, title=title, feed=facts.feed, system_code=facts.system, made_at=now, made_by=by
    )
    _version(row, 1, text, why, now, by)
    _record("mapping.made", row, 1, text, why, now, by)
    return row.pk


def _change(organisation: Organisation, profile_id: int, facts: MappingFacts, title: str, why: str, now: datetime, by: str) -> int:
    row = MappingProfile.objects.select_for_update().get(pk=profile_id, organisation=organisation)
    last = row.versions.latest("number")
    text = _text(row.code, title.strip(), facts)
    _must(rules.in_use(row.ended_at) & rules.says_something_new(text, last.text))
    row.title = title.strip()
    row.save(update_fields=["title"])
    _version(row, last.number + 1, text, why, now, by)
    _record("mapping.changed", row, last.number + 1, text, why, now, by)
    return row.pk


@transaction.atomic
def take_in(*, organisation_id: int, text: str, why: str, now: datetime, by: str) -> int:
    """Keeps a profile that stands in a file, as a new one; returns it. Refused with every reason."""
    try:
        title, facts = FILE_MAPPER().facts_of(text)
    except MappingError as error:
        raise Refused(refuse("mapping.not_understood", "house", str(error), "Put it right in the file, and choose it again")) from error
    return save(organisation_id=organisation_id, facts=facts, title=title, why=why, now=now, by=by)


@transaction.atomic
def load_file(*, organisation_id: int, profile_id: int, system: str, sent: "UploadedFile[bytes]", now: datetime, by: str) -> int:
    """Begins a load of one file, whatever its name, read by a profile; returns the load. Refused with every reason."""
    row = MappingProfile.objects.get(pk=profile_id, organisation_id=organisation_id)
    kind = rules.KINDS[PurePath(sent.name or "").suffix.lower()]
    uploads = [Upload(_file_name(row.feed, row.system_code or system, kind), sent)]
    return begin_by(profile=row, uploads=uploads, now=now, by=by)


@transaction.atomic
def end_profile(*, organisation_id: int, profile_id: int, why: str, now: datetime, by: str) -> None:
    """From now on no load is read by it; what it said, and which files were read so, stays. Refused with every reason."""
    row = MappingProfile.objects.select_for_update().get(pk=profile_id, organisation_id=organisation_id)
    _must(_may_map(organisation_id, row.system_code, now, by) & rules.named(row.title, why) & rules.in_use(row.ended_at))
    row.ended_at, row.ended_by, row.ended_why = now, by, why.strip()
    row.save(update_fields=["ended_at", "ended_by", "ended_why"])
    last = row.versions.latest("number")
    _record("mapping.ended", row, last.number, last.text, why, now, by)


@transaction.atomic
def load_draft(*, draft_id: int, whose: Mapping[str, int], profile_id: int, now: datetime, by: str) -> int:
    """Begins a load of the very file that a profile was made from, read by it; the draft is let go of. Returns the load."""
    draft = MappingDraft.objects.select_for_update().get(pk=draft_id, **whose)
    row = MappingProfile.objects.get(pk=profile_id, organisation_id=draft.organisation_id)
    with (path_of(folder_of(draft.pk)) / f"list.{draft.kind}").open("rb") as file:
        sent = [Upload(_file_name(row.feed, row.system_code, draft.kind), File(file))]
        load = begin_by(profile=row, uploads=sent, now=now, by=by)
    drafts.let_go(draft)
    return load


@transaction.atomic
def begin_by(*, profile: MappingProfile, uploads: list[Upload], now: datetime, by: str) -> int:
    """Begins a load of files that one profile reads, by its newest version; returns the load."""
    _must(rules.in_use(profile.ended_at))
    version = profile.versions.latest("number")
    facts: dict[str, Any] = {"organisation_id": profile.organisation_id, "versions": [version.pk], "now": now, "by": by}
    return loads.begin_upload(uploads=uploads, **facts).pk


def _file_name(feed: str, system: str, kind: str) -> str:
    """The name under which a profile takes a file."""
    return f"accounts/{system}.{kind}" if feed == "accounts" else f"{feed}.{kind}"


def _text(code: str, title: str, facts: MappingFacts) -> str:
    try:
        return FILE_MAPPER().text_of(code, title, facts)
    except MappingError as error:
        raise Refused(refuse("mapping.not_understood", "house", str(error), "Change what is said there")) from error


def _version(row: MappingProfile, number: int, text: str, why: str, now: datetime, by: str) -> None:
    MappingVersion.objects.create(profile=row, number=number, text=text, made_at=now, made_by=by, why=why.strip())


def _record(verb: str, row: MappingProfile, number: int, text: str, why: str, now: datetime, by: str) -> None:
    digest = sha256(text.encode()).hexdigest()
    said = {"code": row.code, "feed": row.feed, "system": row.system_code, "version": number, "sha256": digest, "why": why.strip()}
    ledger.record(at=now, actor=by, verb=verb, subject=f"mapping/{row.pk}", organisation=row.organisation.ods_code, **said)


def _must(decision: Decision) -> None:
    if not decision:
        raise Refused(decision)


def _locked(draft_id: int, whose: Mapping[str, int]) -> MappingDraft:
    return MappingDraft.objects.select_for_update().get(pk=draft_id, **whose)


def _may_map(organisation_id: int, system: str, now: datetime, by: str) -> Decision:
    """Whether somebody may load for that system; for the whole organisation where it is none or any."""
    return rights_of(actor=by, organisation_id=organisation_id, on=london_day(now)).must(RUN, "say how files are read", system)
