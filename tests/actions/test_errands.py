"""Errands: asked for in the acting transaction, run once by whichever worker is there, put off when they fail, and never lost."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from careward.evidence.errands import actions, queries, rules
from careward.evidence.errands.models import Errand
from careward.evidence.errands.rules import ErrandOutcome, ErrandWanted
from careward.evidence.ledger import actions as ledger
from careward.evidence.ledger.models import Entry
from careward.evidence.ledger.rules import EntryError

NOW = datetime(2026, 11, 22, 10, 31, tzinfo=UTC)


def errand(name: str = "work.tell", at: datetime = NOW) -> Errand:
    with transaction.atomic():
        return actions.ask(name=name, organisation="RX3", subject="account/1", now=at)


def note_effect(done: Errand) -> None:
    ledger.record(at=NOW, actor="job/work", verb="errand.run", subject=f"errand/{done.pk}", organisation="RX3")


def effects() -> int:
    return Entry.objects.filter(verb="errand.run").count()


@pytest.mark.django_db(transaction=True)
def test_an_errand_goes_with_the_change_it_follows_from() -> None:
    with pytest.raises(RuntimeError, match="belongs to the transaction"):
        actions.ask(name="work.tell", organisation="RX3", subject="account/1", now=NOW)
    with pytest.raises(RuntimeError, match="belongs to the transaction"):
        actions.ask_many(asked=[], organisation="RX3", now=NOW)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        actions.ask(name="work.tell", organisation="RX3", subject="account/1", now=NOW)
        1 / 0
    assert not Errand.objects.exists()


@pytest.mark.django_db
def test_an_errand_says_what_on_what_and_whose() -> None:
    with transaction.atomic():
        actions.ask(name="accounts.read_back", body={"account": 1, "on": NOW.date()}, organisation="RX3", subject="account/1", now=NOW)
    kept = Errand.objects.get()
    assert (kept.name, kept.body, kept.organisation, kept.subject) == (
        "accounts.read_back", {"account": 1, "on": "2026-11-22"}, "RX3", "account/1",
    )  # fmt: skip
    assert (kept.asked_at, kept.not_before, kept.entry_id, kept.tries) == (NOW, NOW, None, 0)


@pytest.mark.django_db
def test_many_errands_are_asked_for_at_once_or_none() -> None:
    asked = [ErrandWanted("work.tell", f"account/{n}", {"n": n}) for n in range(5)]
    assert actions.ask_many(asked=iter(asked), organisation="RX3", now=NOW) == 5
    assert [(e.subject, e.body) for e in Errand.objects.order_by("id")] == [(a.subject, a.body) for a in asked]
    with pytest.raises(EntryError, match="plain JSON"):
        actions.ask_many(asked=[*asked, ErrandWanted("work.tell", "account/9", {"x": b"bytes"})], organisation="RX3", now=NOW)
    assert Errand.objects.count() == 5


@pytest.mark.django_db
def test_the_oldest_due_errand_is_taken_first_and_only_once() -> None:
    late, early = errand(at=NOW), errand(at=NOW - timedelta(hours=1))
    errand(at=NOW + timedelta(seconds=1))
    taken = [actions.claim(now=NOW, worker="w1"), actions.claim(now=NOW, worker="w2")]
    assert [t and t.pk for t in taken] == [early.pk, late.pk]
    assert actions.claim(now=NOW, worker="w3") is None
    kept = Errand.objects.get(pk=early.pk)
    assert (kept.claimed_at, kept.claimed_by, kept.tries) == (NOW, "w1", 1)


@pytest.mark.django_db
def test_an_errand_that_is_run_is_done_with_its_effect() -> None:
    errand()
    taken = actions.claim(now=NOW, worker="w1")
    assert taken and actions.run(errand=taken, handle=note_effect, now=NOW) is ErrandOutcome.DONE
    assert Errand.objects.get().done_at == NOW and effects() == 1
    assert actions.claim(now=NOW + timedelta(days=1), worker="w1") is None


@pytest.mark.django_db
def test_an_errand_that_fails_leaves_nothing_behind_and_waits_longer_each_time() -> None:
    errand()

    def broken(done: Errand) -> None:
        note_effect(done)
        raise ValueError("Jo Bloggs 943 476 5919")

    now, waits = NOW, []
    for _ in range(rules.MOST_TRIES - 1):
        taken = actions.claim(now=now, worker="w1")
        assert taken and actions.run(errand=taken, handle=broken, now=now) is ErrandOutcome.PUT_OFF
        waits.append(Errand.objects.get().not_before - now)
        assert actions.claim(now=now + waits[-1] - timedelta(seconds=1), worker="w1") is None
        now += waits[-1]
    assert waits == sorted(waits) and waits[0] == rules.FIRST_WAIT and waits[-1] == rules.LONGEST_WAIT
    taken = actions.claim(now=now, worker="w1")
    assert taken and actions.run(errand=taken, handle=broken, now=now) is ErrandOutcome.STUCK
    assert effects() == 0 and actions.claim(now=now + timedelta(days=9), worker="w1") is None
    (stuck,) = queries.stuck_errands(organisation="RX3")
    assert (stuck.stuck_at, stuck.tries) == (now, rules.MOST_TRIES)
    assert re.fullmatch(r"ValueError in broken, test_errands\.py line \d+", stuck.fault)  # never the words, which may name a person


@pytest.mark.django_db(transaction=True)
def test_long_work_is_prepared_outside_the_transaction_of_the_effect() -> None:
    errand()
    taken = actions.claim(now=NOW, worker="w1")
    seen = []

    def handler(done: Errand, prepared: str) -> None:
        seen.append((prepared, connection.in_atomic_block))
        note_effect(done)

    assert taken
    done = actions.run(errand=taken, handle=handler, now=NOW, prepare=lambda e: f"{e.name} {connection.in_atomic_block}")
    assert done is ErrandOutcome.DONE and seen == [("work.tell False", True)] and effects() == 1


@pytest.mark.django_db
def test_work_that_cannot_be_prepared_is_put_off() -> None:
    errand()
    taken = actions.claim(now=NOW, worker="w1")
    assert taken and actions.run(errand=taken, handle=note_effect, now=NOW, prepare=lambda e: {}["nothing"]) is ErrandOutcome.PUT_OFF
    assert effects() == 0 and Errand.objects.get().fault.startswith("KeyError in <lambda>, test_errands.py line")


@pytest.mark.django_db
def test_a_fault_names_the_line_of_ours_that_failed_and_not_one_of_a_library() -> None:
    errand()
    taken = actions.claim(now=NOW, worker="w1")
    assert taken
    actions.run(errand=taken, handle=lambda e: Entry.objects.get(pk=-1), now=NOW)
    assert re.fullmatch(r"DoesNotExist in <lambda>, test_errands\.py line \d+", Errand.objects.get().fault)


@pytest.mark.django_db
def test_an_errand_of_a_dead_worker_is_taken_again_and_the_dead_one_can_no_longer_finish_it() -> None:
    errand()
    dead = actions.claim(now=NOW, worker="w1")
    assert dead and actions.claim(now=NOW + rules.LEASE - timedelta(seconds=1), worker="w2") is None
    now = NOW + rules.LEASE
    alive = actions.claim(now=now, worker="w2")
    assert alive and alive.pk == dead.pk and alive.tries == 2
    called: list[Errand] = []
    assert actions.run(errand=dead, handle=called.append, now=now) is ErrandOutcome.LOST and not called
    assert actions.fail(errand=dead, now=now, fault="x") is ErrandOutcome.LOST
    with pytest.raises(RuntimeError, match="another worker"):
        actions.finish(errand=dead, now=now)
    assert effects() == 0
    assert actions.run(errand=alive, handle=note_effect, now=now) is ErrandOutcome.DONE
    assert actions.run(errand=alive, handle=note_effect, now=now) is ErrandOutcome.LOST
    assert effects() == 1


@pytest.mark.django_db
def test_an_errand_that_kills_every_worker_is_stuck_and_the_next_one_goes_on() -> None:
    killer, other = errand(), errand(at=NOW + timedelta(minutes=1))
    now = NOW
    for _ in range(rules.MOST_TRIES):
        assert (taken := actions.claim(now=now, worker="w1")) and taken.pk == killer.pk
        now += rules.LEASE
    assert (taken := actions.claim(now=now, worker="w1")) and taken.pk == other.pk
    (stuck,) = queries.stuck_errands(organisation="RX3")
    assert (stuck.id, stuck.fault) == (killer.pk, "begun 8 times and never ended")


@pytest.mark.django_db
def test_a_person_sets_a_stuck_errand_of_their_organisation_going_again() -> None:
    stuck = errand()
    Errand.objects.update(stuck_at=NOW, tries=rules.MOST_TRIES)
    assert not actions.retry(errand_id=stuck.pk, organisation="ANOTHER", now=NOW, by="user/9")
    assert actions.retry(errand_id=stuck.pk, organisation="RX3", now=NOW, by="user/9")
    assert not actions.retry(errand_id=stuck.pk, organisation="RX3", now=NOW, by="user/9")
    assert [(e.actor, e.subject) for e in Entry.objects.filter(verb="errand.retried")] == [("user/9", f"errand/{stuck.pk}")]
    assert (taken := actions.claim(now=NOW, worker="w1")) and taken.tries == 1


@pytest.mark.django_db
def test_the_queue_is_counted_for_the_worker() -> None:
    for minutes in (9, 5, 1, -1):
        errand(at=NOW - timedelta(minutes=minutes))
    actions.claim(now=NOW, worker="w1")
    assert queries.queue(now=NOW) == queries.Queue(waiting=2, claimed=1, stuck=0, oldest_at=NOW - timedelta(minutes=5))
    Errand.objects.filter(claimed_by="w1").update(stuck_at=NOW)
    assert (queries.queue(now=NOW).claimed, queries.queue(now=NOW).stuck) == (0, 1)


@given(st.integers(1, 10_000))
def test_the_wait_grows_and_is_bounded(tries: int) -> None:
    assert rules.FIRST_WAIT <= rules.back_off(tries) <= rules.back_off(tries + 1) <= rules.LONGEST_WAIT
