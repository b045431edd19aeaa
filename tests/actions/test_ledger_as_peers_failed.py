"""How peers went wrong, tried here: each test is named for where it was told, and would fail on a ledger with that fault."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.db import connection, transaction

from careward.evidence.ledger import actions, errands, links, proof, queries, sealing
from careward.evidence.ledger.models import Checkpoint
from careward.evidence.ledger.queries import continuation_since

NOW = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)

pytestmark = pytest.mark.django_db


def write_unsealed() -> int:
    with transaction.atomic():
        entry = actions.record(at=NOW, actor="user/7", verb="account.locked", subject="account/1", organisation="RX3", why="left")
    links.bind_now()
    return entry.pk


@pytest.fixture
def ids() -> list[int]:
    found = [write_unsealed() for _ in range(3)]
    actions.seal(now=NOW)
    return found


def test_immudb_2091_no_check_says_in_order_where_reading_shows_a_change(ids: list[int]) -> None:
    """There reading a tampered value failed, while the audit of the same database said "consistent: true" (codenotary/immudb issue 2091)."""
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE ledger_entry SET body = {BENT[connection.vendor]} WHERE id = %s", [ids[1]])
    seen = queries.seen(organisation="RX3", entry_id=ids[1])
    assert seen is not None and seen.sealed is not None and not seen.sealed.same  # whoever reads it is told
    assert seen.proof is not None and not seen.proof.holds
    assert not proof.verify().ok  # and so is whoever checks, in whichever way
    assert not errands.look(SimpleNamespace(claimed_at=NOW)).ok
    report = errands.check(now=NOW, by="user/7", organisation="RX3")
    assert report is not None and not report.ok and report.first_bad == ids[1]
    assert sealing.alarms()


BENT = {"sqlite": """'{"why": "stayed"}'""", "postgresql": """'{"why": "stayed"}'::jsonb"""}


def test_trillian_1138_a_sealer_whose_clock_is_behind_never_makes_an_older_checkpoint_the_newest(ids: list[int]) -> None:
    """There the newest root was told by its time, so that a signer with another clock broke the log (google/trillian pull request 1138)."""
    sizes = []
    for late in (timedelta(), -2 * DAY, HOUR, -HOUR, 9 * DAY, timedelta()):
        write_unsealed()
        row = sealing.seal(now=NOW + late)
        assert row is not None
        sizes.append(row.size)
    assert sizes == list(range(4, 10))
    newest = Checkpoint.objects.order_by("-size")[0]
    assert newest.size == 9 and newest.sealed_at < Checkpoint.objects.latest("sealed_at").sealed_at
    assert continuation_since(4)[1] == newest.note == queries.checkpoints()[0].note
    report = proof.verify()
    assert report.ok and report.checked == 9
    assert len([words for words in report.explained if "the clock was set back" in words]) == 3  # and it is said each time
