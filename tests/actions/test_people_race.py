"""Two trust administrators at once: the last privacy officer stays, whoever is quicker."""

from threading import Barrier, Thread

import pytest
from django.db import connection

from careward.core.decision import Refused
from careward.evidence.ledger.models import Entry
from careward.people.signin import actions
from careward.people.signin.models import RoleHeld
from tests.make import people as make


@pytest.mark.django_db(transaction=True)
def test_two_who_end_the_last_two_privacy_officers_at_once_leave_one():
    at = make.organisation()
    rows = [make.role(make.user(), at, "privacy_officer").pk for _ in range(2)]
    start, refused = Barrier(2), []

    def end(row: int) -> None:
        start.wait()
        try:
            actions.end_role(organisation_id=at.pk, grant_id=row, end_on=make.TODAY, now=make.NOW, by="cli/setup")
        except Refused as no:
            refused.append(no.decision.reasons[0].code)
        finally:
            connection.close()

    threads = [Thread(target=end, args=(row,)) for row in rows]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refused == ["role.last_kept"]
    assert RoleHeld.objects.filter(to_on=None).count() == 1
    assert Entry.objects.filter(verb="role.ended").count() == 1
