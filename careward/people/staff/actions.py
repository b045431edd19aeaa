"""What can be done with organisations, each written down as it is done."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from careward.core.decision import ALLOWED, Decision, Refused, refuse
from careward.core.ids import IdError, parse_ods_code
from careward.evidence.ledger import actions as ledger
from careward.people.staff.models import Made, Organisation
from careward.people.staff.packs import documents, pack_names


@transaction.atomic
def name_organisation(
    *, ods_code: str, name: str, pack: str, contact: str = "", demonstration: bool = False, now: datetime, by: str
) -> int:
    """Makes an organisation, or gives one a new name, pack or contact; returns its row. Refused when code, name or pack cannot be right,
    and where one that is there and one made up would stand beside each other.

    PackError says what is wrong in a pack.
    """
    code, decision = _ods_code(ods_code)
    decision &= _fits_beside(demonstration)
    if not name.strip():
        decision &= refuse("organisation.unnamed", "house", "The organisation has no name", "Give it the name its staff use")
    if pack not in pack_names():
        decision &= refuse("organisation.pack_unknown", "house", f"There is no pack {pack}", f"Use one of {', '.join(pack_names())}")
    if not decision:
        raise Refused(decision)
    new = {"name": name.strip(), "pack": pack, "contact": contact}
    row = Organisation.objects.select_for_update().filter(ods_code=code).first()
    if row and all(getattr(row, key) == value for key, value in new.items()):
        return row.pk
    documents()  # reads all there is, so that a pack with a mistake in it is told of now and not on somebody's page
    verb = "organisation.renamed" if row else "organisation.named"
    made = {"demonstration": Made.BEGUN} if demonstration else {}
    row, _ = Organisation.objects.update_or_create(ods_code=code, defaults=new, create_defaults={**new, **made})
    ledger.record(at=now, actor=by, verb=verb, subject=f"organisation/{row.pk}", organisation=code, **new, **made)
    return row.pk


@transaction.atomic
def finish_demonstration(*, ods_code: str, now: datetime, by: str) -> None:
    """Says that a made-up organisation has all that belongs to it, and may be entered; once is as twice."""
    row = Organisation.objects.select_for_update().get(ods_code=ods_code)
    if row.demonstration == Made.BEGUN:
        row.demonstration = Made.WHOLE
        row.save(update_fields=["demonstration"])
        ledger.record(at=now, actor=by, verb="demonstration.finished", subject=f"organisation/{row.pk}", organisation=ods_code)


def _fits_beside(demonstration: bool) -> Decision:
    """What is made up is for trying only: a home of it never holds a real organisation, nor becomes one's."""
    real = Q(demonstration=Made.REAL)
    other = Organisation.objects.filter(real if demonstration else ~real).order_by("pk").first()
    if other is None:
        return ALLOWED
    what = "is there" if demonstration else "is made up to try Careward with"
    remedy = "Name a new folder in CAREWARD_HOME, and no database in CAREWARD_DATABASE_URL that is in use: the two never share a home"
    return refuse("organisation.of_another_kind", "house", f"This home holds {other.name}, which {what}", remedy)


def _ods_code(text: str) -> tuple[str, Decision]:
    try:
        return parse_ods_code(text), ALLOWED
    except IdError as wrong:
        return "", refuse("organisation.code_wrong", "house", wrong.what, wrong.remedy)
