"""Bringing a procedure document into force for an organisation, and ending it."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction

from careward.core.days import london_day
from careward.core.decision import Decision, Refused
from careward.evidence.ledger import actions as ledger
from careward.governance.procedures import rules
from careward.governance.procedures.models import Adoption
from careward.governance.procedures.rules import Running
from careward.people.signin.arrivals import rights_of
from careward.people.staff.models import Organisation
from careward.people.staff.packs import documents, pack_on
from careward.systems.register.actions import fill_register

ADOPT = "procedures:documents:adopt"


@transaction.atomic
def adopt_document(
    *, organisation: Organisation, pack: str, document: str, from_on: date, owner: str = "", reference: str = "", now: datetime, by: str
) -> int:
    """Brings a document into force from a day; returns the row. Refused with every reason at once.

    The register that its procedure lists is filled in beside what the organisation has of it. The same again does only that, where
    something of it is missing: the document came into force before it was filled, or a system was taken out.
    """
    Organisation.objects.select_for_update().get(pk=organisation.pk)  # two adoptions of one organisation never interleave
    new = {"owner": owner.strip(), "reference": reference.strip()}
    rows = list(Adoption.objects.filter(organisation=organisation))
    same = next((r for r in rows if (r.pack, r.document, r.from_on, r.to_on) == (pack, document, from_on, None)), None)
    known = documents().get((pack, document))
    right = _right("bring a document into force", known.systems if known else (), organisation, now, by)
    if same and all(getattr(same, key) == value for key, value in new.items()):
        if right:
            fill_register(organisation=organisation, pack=pack_on(pack, from_on), now=now, by=by)
        return same.pk
    others = [Running(r.document, r.from_on, r.to_on) for r in rows]
    decision = right & rules.may_adopt(
        Running(document, from_on), known=known is not None, others=others, clause=_clause(organisation, now)
    )
    if not decision:
        raise Refused(decision)
    row = Adoption.objects.create(organisation=organisation, pack=pack, document=document, from_on=from_on, **new)
    ledger.record(
        at=now, actor=by, verb="document.adopted", subject=f"adoption/{row.pk}", organisation=organisation.ods_code,
        pack=pack, document=document, version=documents()[pack, document].version, reference=row.reference, from_on=from_on.isoformat(),
    )  # fmt: skip
    fill_register(organisation=organisation, pack=pack_on(pack, from_on), now=now, by=by)
    return row.pk


@transaction.atomic
def end_adoption(*, organisation: Organisation, adoption_id: int, to_on: date, now: datetime, by: str) -> None:
    """Takes a document out of force from a day on. Refused when it has not begun by then, or ended before."""
    row = Adoption.objects.select_for_update().get(pk=adoption_id, organisation=organisation)
    known = documents().get((row.pack, row.document))
    right = _right("take a document out of force", known.systems if known else (), organisation, now, by)
    decision = right & rules.may_end(Running(row.document, row.from_on, row.to_on), to_on=to_on, clause=_clause(organisation, now))
    if not decision:
        raise Refused(decision)
    row.to_on = to_on
    row.save(update_fields=["to_on"])
    ledger.record(
        at=now, actor=by, verb="adoption.ended", subject=f"adoption/{row.pk}", organisation=organisation.ods_code,
        pack=row.pack, document=row.document, to_on=to_on.isoformat(),
    )  # fmt: skip


def _right(words: str, systems: Iterable[str], organisation: Organisation, now: datetime, by: str) -> Decision:
    """Whether somebody may do this to a document: to every system it governs, or to the whole organisation where it names none."""
    return rights_of(actor=by, organisation_id=organisation.pk, on=london_day(now)).must(ADOPT, words, *systems)


def _clause(organisation: Organisation, now: datetime) -> str:
    return pack_on(organisation.pack, london_day(now)).clause_of("document.control")
