"""Writing letters in the transaction of what they follow from; the worker sends them."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction

from careward.evidence.errands import actions as errands
from careward.evidence.errands.rules import ErrandWanted
from careward.evidence.ledger import actions as ledger
from careward.people.staff.models import Organisation
from careward.work.notices.models import Notice
from careward.work.notices.rules import Letter

SEND = "notices.send"


@transaction.atomic
def write_letters(*, organisation: Organisation, letters: Mapping[int, Sequence[Letter]], now: datetime, by: str) -> int:
    """Writes letters to users, by their number, and asks for each to be sent; those written before are left out. Returns how many."""
    here = Notice.objects.filter(organisation=organisation, user_id__in=letters)
    before = set(here.values_list("user_id", "kind", "key"))
    rows = [
        Notice(organisation=organisation, user_id=user, kind=letter.kind, key=letter.key, words=letter.words, written_at=now)
        for user, theirs in letters.items()
        for letter in theirs
        if (user, letter.kind, letter.key) not in before
    ]
    if not rows:
        return 0
    kept = Notice.objects.bulk_create(rows, batch_size=1000)
    ods = organisation.ods_code
    ledger.record(at=now, actor=by, verb="notices.written", subject=f"organisation/{organisation.pk}", organisation=ods, letters=len(kept))
    asked = [ErrandWanted(SEND, f"notice/{row.pk}", {"notice": row.pk}) for row in kept]
    errands.ask_many(asked=asked, organisation=ods, now=now)
    return len(kept)
