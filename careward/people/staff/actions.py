"""What can be done with organisations, each written down as it is done."""

from datetime import datetime

from django.db import transaction

from careward.core.decision import ALLOWED, Decision, Refused, refuse
from careward.core.ids import IdError, parse_ods_code
from careward.evidence.ledger import actions as ledger
from careward.people.staff.models import Organisation
from careward.people.staff.packs import documents, pack_names


@transaction.atomic
def name_organisation(*, ods_code: str, name: str, pack: str, contact: str = "", now: datetime, by: str) -> int:
    """Makes an organisation, or gives one a new name, pack or contact; returns its row. Refused when code, name or pack cannot be right.

    PackError says what is wrong in a pack.
    """
    code, decision = _ods_code(ods_code)
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
    row, _ = Organisation.objects.update_or_create(ods_code=code, defaults=new)
    ledger.record(at=now, actor=by, verb=verb, subject=f"organisation/{row.pk}", organisation=code, **new)
    return row.pk


def _ods_code(text: str) -> tuple[str, Decision]:
    try:
        return parse_ods_code(text), ALLOWED
    except IdError as wrong:
        return "", refuse("organisation.code_wrong", "house", wrong.what, wrong.remedy)
