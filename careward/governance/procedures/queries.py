"""Reading procedures: what is in force, how each clause stands for an organisation, and what proves it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.urls import reverse

from careward.access.accounts.finding_lines import Reach, UnderClause, to_put_right_under
from careward.access.accounts.models import Run
from careward.core.packs.documents import Clause, Document
from careward.core.ports import Measured
from careward.governance.procedures import rules
from careward.governance.procedures.carried import Carried, CarriedPlace, PlacedClause, breaks, carried, clauses, proofs
from careward.governance.procedures.measures import collected
from careward.governance.procedures.models import Adoption
from careward.governance.procedures.rules import DutyFigures, Review
from careward.people.staff.models import Organisation
from careward.people.staff.packs import document_of, pack_on
from careward.web.words import plural

BREACHES = 20
NOTHING = Carried((), "")


@dataclass(frozen=True, slots=True)
class InForce:
    """A document an organisation runs, with its own owner and reference where it gave them."""

    adoption_id: int
    pack: str
    document: Document
    owner: str
    reference: str
    from_on: date
    to_on: date | None
    review: Review


@dataclass(frozen=True, slots=True)
class Counts:
    """What was counted for an organisation, and when its accounts were last compared."""

    measures: Mapping[str, Measured]
    compared_at: datetime | None


@dataclass(frozen=True, slots=True)
class Duty:
    """One clause as it stands: in this product, and with this organisation."""

    clause: Clause
    state: str  # done, partly, missing: in this product
    level: str  # see rules.LEVELS; empty where it is missing
    mark: str  # see rules.mark_of
    places: tuple[CarriedPlace, ...]
    partly: str
    counts: str
    noun: str
    nouns: str
    measured: Measured | None
    late: int
    tests: tuple[str, ...]
    breaks: tuple[str, ...]

    @property
    def carried_words(self) -> str:
        """What Careward does about it and what a person still must; nothing where it is not carried."""
        return rules.CARRIED_WORDS.get(self.level, "")

    @property
    def to_put_right(self) -> int:
        return self.measured.to_put_right if self.measured else 0

    @property
    def need_words(self) -> str:
        """How many cases need putting right: '3 accounts need putting right'."""
        return f"{self.cases_words} {'needs' if self.to_put_right == 1 else 'need'} putting right"

    @property
    def cases_words(self) -> str:
        """'3 accounts', '1 person': what is to put right."""
        return plural(self.to_put_right, self.noun, self.nouns)

    @property
    def link(self) -> str:
        return self.measured.link if self.measured else ""

    @property
    def link_names_people(self) -> bool:
        """Whether the link opens findings, which not everyone who sees figures may see."""
        return self.link.startswith(reverse("accounts:findings"))


@dataclass(frozen=True, slots=True)
class SectionView:
    number: str
    title: str
    duties: tuple[Duty, ...]
    figures: DutyFigures

    @property
    def heading(self) -> str:
        return f"{self.number} {self.title}" if self.number[:1].isdigit() else self.title


@dataclass(frozen=True, slots=True)
class Procedure:
    """One document in force, clause by clause; `worst` is the duty to look at next."""

    in_force: InForce
    figures: DutyFigures
    sections: tuple[SectionView, ...]
    worst: Duty | None
    compared_at: datetime | None

    @property
    def duties(self) -> tuple[Duty, ...]:
        return tuple(d for s in self.sections for d in s.duties)


@dataclass(frozen=True, slots=True)
class DutyView:
    """One clause with all there is to show of it. `in_force` is None where the organisation has not adopted its document."""

    duty: Duty
    document: Document
    in_force: InForce | None
    beside: tuple[Clause, ...]  # the other clauses of its section
    wrong: UnderClause
    compared_at: datetime | None


def in_force(*, organisation_id: int, on: date) -> tuple[InForce, ...]:
    """The documents an organisation runs on a day, in the order they were adopted: one query."""
    rows = Adoption.objects.filter(organisation_id=organisation_id, from_on__lte=on).order_by("from_on", "id")
    return tuple(_in_force(row, on) for row in rows if row.to_on is None or on < row.to_on)


def _in_force(row: Adoption, on: date) -> InForce:
    document = document_of(row.pack, row.document)
    return InForce(
        adoption_id=row.pk,
        pack=row.pack,
        document=document,
        owner=row.owner or document.owner,
        reference=row.reference or document.reference,
        from_on=row.from_on,
        to_on=row.to_on,
        review=rules.review_state(document.next_review_on, today=on, warn_days=pack_on(row.pack, on).document_review.warn_days),
    )


def counts(*, organisation_id: int, on: date) -> Counts:
    """Every live count of an organisation; a fixed number of queries whatever its size."""
    finished = Run.objects.filter(organisation_id=organisation_id, finished_at__isnull=False)
    return Counts(
        collected(organisation_id=organisation_id, on=on),
        finished.order_by("-id").values_list("finished_at", flat=True).first(),
    )


def all_procedures(*, organisation_id: int, on: date) -> tuple[Procedure, ...]:
    """Every document in force with its figures; late reviews first, then those with most to put right."""
    running = in_force(organisation_id=organisation_id, on=on)
    if not running:
        return ()
    counted = counts(organisation_id=organisation_id, on=on)
    found = [_procedure(each, counted) for each in running]
    return tuple(sorted(found, key=lambda p: (not p.in_force.review.late, -p.figures.cases)))


def procedure(*, organisation_id: int, document: str, on: date) -> Procedure | None:
    """One document in force, clause by clause; None where the organisation does not run it on that day."""
    running = next((i for i in in_force(organisation_id=organisation_id, on=on) if i.document.code == document), None)
    return _procedure(running, counts(organisation_id=organisation_id, on=on)) if running else None


def document_in_force(*, organisation_id: int, document: str, on: date) -> InForce | None:
    """One document an organisation runs on a day, without its counts; None where it does not."""
    return next((i for i in in_force(organisation_id=organisation_id, on=on) if i.document.code == document), None)


def _procedure(running: InForce, counted: Counts) -> Procedure:
    document = running.document
    duties = [_duty(c, counted) for c in document.clauses]
    sections = []
    for section in document.sections:
        here = tuple(d for d in duties if d.clause.section == section.number)
        sections.append(SectionView(section.number, section.title, here, rules.figures(here)))
    return Procedure(running, rules.figures(duties), tuple(sections), rules.worst(duties), counted.compared_at)


def _duty(clause: Clause, counted: Counts) -> Duty:
    entry = carried().get(clause.id, NOTHING)
    tests, broken = proofs().get(clause.id, ()), breaks().get(clause.id, ())
    far = {"kind": clause.kind, "level": entry.level}
    lacking = rules.lacking(**far, partly=entry.partly, tests=len(tests), breaks=len(broken))
    state = rules.clause_state(**far, lacking=lacking)
    measured = counted.measures.get(clause.id)
    late = measured.late if measured else 0
    return Duty(
        clause=clause,
        state=state,
        level=entry.level,
        mark=rules.mark_of(state=state, countable=bool(entry.counts), measured=measured, late=late),
        places=entry.places,
        partly=lacking,
        counts=entry.counts,
        noun=entry.noun,
        nouns=entry.nouns,
        measured=measured,
        late=late,
        tests=tests,
        breaks=broken,
    )


def duty(*, within: Reach, clause: str, on: date) -> DutyView | None:
    """One clause of any shipped document; None when no document has it. Who and what is wrong is told as far as someone's reach goes."""
    known = clauses().get(clause)
    if known is None:
        return None
    counted = counts(organisation_id=within.organisation_id, on=on)
    return DutyView(
        duty=_duty(known.clause, counted),
        document=known.document,
        in_force=_running_as(known, within.organisation_id, on),
        beside=tuple(c for c in known.document.clauses if c.section == known.clause.section),
        wrong=to_put_right_under(within, clause, known.document.systems, BREACHES),
        compared_at=counted.compared_at,
    )


def _running_as(known: PlacedClause, organisation_id: int, on: date) -> InForce | None:
    running = in_force(organisation_id=organisation_id, on=on)
    return next((i for i in running if (i.pack, i.document.code) == (known.pack, known.document.code)), None)


def clauses_report(organisation: Organisation | None, *, on: date) -> list[dict[str, Any]]:
    """Every clause as the output contract has them; measured only for an organisation."""
    counted = counts(organisation_id=organisation.pk, on=on) if organisation else Counts({}, None)
    return [clause_row(_duty(known.clause, counted)) for known in clauses().values()]


def clause_row(duty: Duty) -> dict[str, Any]:
    """One line of `careward clauses --json` (FEEDS E)."""
    measured = duty.measured
    return {
        "id": duty.clause.id,
        "kind": duty.clause.kind,
        "state": duty.state,
        "level": duty.level or None,
        "rules": [p.at for p in duty.places],
        "tests": list(duty.tests),
        "breaks": list(duty.breaks),
        "measure": {"total": measured.total, "complies": measured.complies, "counts": duty.counts} if measured else None,
    }
