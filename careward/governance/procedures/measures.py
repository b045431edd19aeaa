"""Live counts of the clauses about the documents themselves, and every room's counts together."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Set
from datetime import date

from django.urls import reverse

from careward.core.packs.duties import DUTIES
from careward.core.packs.pack import Pack
from careward.core.ports import Measured
from careward.core.room import Room
from careward.evidence.tables import figures
from careward.governance.procedures import rules
from careward.governance.procedures.carried import clauses
from careward.governance.procedures.models import Adoption
from careward.people.staff.models import Organisation
from careward.people.staff.packs import document_of, pack_on
from careward.systems.register.models import System
from careward.web.house import house


def measures(*, organisation_id: int, on: date) -> dict[str, Measured]:
    """Whether each document in force is within its review date (PA-096, LR-054), and what its register lists is here (EL-066 to EL-085)."""
    in_force = running(organisation_id, on)
    counts = _listed(organisation_id, in_force, on)
    for key in in_force:
        document = document_of(*key)
        if clause := document.review_clause:
            overdue = int(rules.review_late(document.next_review_on, today=on))  # due from its day on, so late as soon as it is wrong
            counted = Measured(1, 1 - overdue, reverse("procedures:about", args=[document.code]), overdue)
            counts[clause] = counts[clause] + counted if clause in counts else counted
    return counts


def _listed(organisation_id: int, in_force: Iterable[tuple[str, str]], on: date) -> dict[str, Measured]:
    """Of the entries that a document in force lists under each clause, those that stand in the organisation's own register: two queries."""
    own = Organisation.objects.values_list("pack", flat=True).get(pk=organisation_id)
    here = set(System.objects.filter(organisation_id=organisation_id).order_by().values_list("code", flat=True))
    entries: defaultdict[str, dict[str, bool]] = defaultdict(dict)
    for name in sorted({own} | {pack for pack, _ in in_force}):
        register = pack_on(name, on).register
        for entry in register if len(register) > 1 else ():  # a document about one system is no register
            entries[entry.clause][entry.code] = entry.code in here
    link = reverse("register:systems")
    return {clause: Measured(len(codes), sum(codes.values()), link) for clause, codes in entries.items()}


def running(organisation_id: int, on: date) -> list[tuple[str, str]]:
    """The documents an organisation has in force on a day, by pack and code."""
    rows = Adoption.objects.filter(organisation_id=organisation_id, from_on__lte=on).order_by("from_on", "id")
    return [(pack, document) for pack, document, to_on in rows.values_list("pack", "document", "to_on") if to_on is None or on < to_on]


def collected(*, organisation_id: int, on: date, rooms: Iterable[Room] | None = None) -> dict[str, Measured]:
    """Every room's counts by clause, those of rooms beside this one too; of a document that does not run here, none.

    Two rooms that count one duty are a mistake: ValueError.
    """
    found: dict[str, Measured] = {}
    duties: set[str] = set()
    packs = packs_of(organisation_id, on)
    runs = {each for pack in packs for each in (pack.id, *pack.extends)}
    for room in house().rooms if rooms is None else rooms:
        counts = _of(room, organisation_id, on)
        if twice := duties & counts.keys():
            raise ValueError(f"{', '.join(sorted(twice))} is counted by two rooms; leave it to one")
        duties |= DUTIES.keys() & counts.keys()
        for name, counted in counts.items():
            for clause in _clauses(name, packs, runs):
                found[clause] = found[clause] + counted if clause in found else counted
    return found


def _of(room: Room, organisation_id: int, on: date) -> Mapping[str, Measured]:
    """One room's counts, counted again when a row of a table that it counts has changed, and on another day."""
    count = room.measures
    if count is None:
        return {}
    return figures.figure(("measures", room.name, organisation_id, on), lambda: count(organisation_id=organisation_id, on=on))


def _clauses(name: str, packs: Iterable[Pack], runs: Set[str]) -> set[str]:
    """Where a count is shown: under the clause that each pack gives its duty, or the one that it names, of documents that run here.

    A house rule is no clause.
    """
    named = {pack.clause_of(name) for pack in packs} if name in DUTIES else {name}  # HOUSE stands in no document
    return {clause for clause in named & clauses().keys() if clauses()[clause].pack in runs}


def packs_of(organisation_id: int, on: date) -> list[Pack]:
    """The packs an organisation runs on a day: its own, those of its systems, and those of the documents it has in force."""
    rows = Organisation.objects.filter(pk=organisation_id).order_by().values_list("pack", "system__pack").distinct()
    named = {name for row in rows for name in row if name} | {pack for pack, _ in running(organisation_id, on)}
    return [pack_on(name, on) for name in sorted(named)]
