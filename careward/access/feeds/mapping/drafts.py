"""A file of unknown form, on its way to a profile: taken in, looked at by the worker, told about, and let go of within a day.

Nothing of it is written in the ledger: until a profile is saved, nothing was done. It is its owner's alone.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction

from careward.access.feeds.mapping import rules
from careward.access.feeds.mapping.known_words import lists_of
from careward.access.feeds.mapping.queries import folder_of
from careward.access.feeds.models import MappingDraft
from careward.access.feeds.reading import FILE_MAPPER
from careward.access.feeds.uploads import forget, path_of
from careward.core.days import london_day
from careward.core.mapping import FileLook, MappingFacts, MappingTrial, as_plain, facts_from, look_from
from careward.evidence.errands.models import Errand

LOOK = "feeds.look"


@dataclass(frozen=True, slots=True)
class Seen:
    """What the worker found: of a first look, and of trying what was said or suggested."""

    look: FileLook
    facts: MappingFacts
    trial: MappingTrial | None  # None where the file cannot be read, or too little was said
    was: dict[str, Any]  # what had been said when the worker began


def let_go(draft: MappingDraft) -> None:
    """Takes a draft away, and its file once that is sure."""
    transaction.on_commit(partial(forget, folder_of(draft.pk)))
    draft.delete()


def clear_old(*, now: datetime) -> int:
    """Lets go of every draft that has been kept as long as it may, and of files that belong to none; returns how many."""
    over = list(MappingDraft.objects.filter(begun_at__lte=now - rules.KEPT))
    for draft in over:
        with transaction.atomic():
            let_go(draft)
    return len(over) + _clear_strays(now)


def _clear_strays(now: datetime) -> int:
    place = path_of("mapping")
    known = set(MappingDraft.objects.values_list("pk", flat=True))
    found = [p for p in place.iterdir() if p.is_dir() and p.name.isdecimal() and int(p.name) not in known] if place.is_dir() else []
    old = [p for p in found if p.stat().st_mtime < (now - rules.KEPT).timestamp()]
    for path in old:
        forget(f"mapping/{path.name}")
    return len(old)


def read(errand: Errand) -> Seen | None:
    """The long part, before the transaction; None where the draft has gone."""
    draft = MappingDraft.objects.filter(pk=errand.body["draft"]).first()
    if draft is None:
        return None
    lists, mapper, path = lists_for(draft, errand.began_at), FILE_MAPPER(), path_of(folder_of(draft.pk)) / f"list.{draft.kind}"
    facts = facts_from(draft.facts) if draft.facts else MappingFacts(draft.feed, draft.system_code)
    look = look_from(draft.look) if draft.look and draft.asked == "try" else None
    if look is None:
        look = mapper.look(path, name=draft.name, feed=draft.feed, sheet=facts.sheet, heading_line=draft.heading_line)
        if look.problem:
            return Seen(look, facts, None, draft.facts)
        facts = (
            facts_again(facts, look) if facts.columns else mapper.first_facts(look, feed=draft.feed, system=draft.system_code, lists=lists)
        )
    fits = rules.columns_fit(draft.feed, {t: o for o, t in facts.columns.items()}, facts.constants)
    said: dict[str, Any] = {"name": draft.name, "facts": facts, "seen": look, "on": london_day(errand.began_at), "lists": lists}
    trial = mapper.try_out(path, **said) if fits else None
    return Seen(look, facts, trial, draft.facts)


def lists_for(draft: MappingDraft, now: datetime) -> dict[str, list[str]]:
    """The words that columns of this file may hold where their list is no part of the feed."""
    facts: dict[str, Any] = {"feed": draft.feed, "system": draft.system_code, "on": london_day(now)}
    return lists_of(organisation_id=draft.organisation_id, **facts)


def facts_again(facts: MappingFacts, look: FileLook) -> MappingFacts:
    """What was said of an earlier file, as far as this one has the columns; how it is cut is the new file's."""
    there = {c.heading.casefold(): c.heading for c in look.columns}
    columns = {ours: there[theirs.casefold()] for ours, theirs in facts.columns.items() if theirs.casefold() in there}
    return replace(facts, encoding=look.encoding, delimiter=look.delimiter, columns=columns)


def keep(errand: Errand, seen: Seen | None) -> None:
    """Keeps what was found with the draft, unless it has gone meanwhile, or its owner has said something else since."""
    draft = MappingDraft.objects.select_for_update().filter(pk=errand.body["draft"]).first()
    if draft is None or seen is None or draft.facts != seen.was:
        return
    draft.look, draft.facts = as_plain(seen.look), as_plain(seen.facts)
    draft.trial = as_plain(seen.trial) if seen.trial else {}
    draft.asked = ""
    draft.save()
