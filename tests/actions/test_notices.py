"""Letters about tasks: written once with what they follow from, sent by the worker, kept as a log."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail

from careward.evidence.errands.models import Errand
from careward.evidence.ledger.models import Entry
from careward.work.notices import errands
from careward.work.notices.models import Notice
from careward.work.notices.rules import WHERE
from careward.work.tasks.letters import write_letters
from tests.make import found, people
from tests.make.people import NOW, TODAY, ready, signed_in

pytestmark = pytest.mark.django_db

MORNING = datetime(2026, 11, 23, 7, 30, tzinfo=UTC)  # a Monday


@pytest.fixture
def trust():
    at = people.organisation()
    ready("system_administrator", at=at, email="ada@trust.example")
    people.role(people.user("idle@trust.example", name="Idle One"), at, "auditor")
    found.task(at, role="system_administrator", due_on=TODAY - timedelta(days=3))
    found.task(at, role="system_administrator", due_on=TODAY + timedelta(days=1))
    return at


def send_all() -> None:
    for errand in Errand.objects.filter(name="notices.send", done_at=None):
        errand.claimed_at = NOW
        errands.sent(errand, errands.send(errand))


def test_whoever_has_work_is_written_to_once_and_nothing_is_sent_meanwhile(trust):
    assert write_letters(organisation=trust.ods_code, now=MORNING) == 3
    assert write_letters(organisation=trust.ods_code, now=MORNING + timedelta(hours=1)) == 0
    assert {n.user.email for n in Notice.objects.all()} == {"ada@trust.example"}
    assert mail.outbox == [] and Errand.objects.filter(name="notices.send").count() == 3
    assert Entry.objects.get(verb="notices.written").body["letters"] == 3


def test_the_next_day_brings_a_digest_and_no_reminder_twice(trust):
    write_letters(organisation=trust.ods_code, now=MORNING)
    write_letters(organisation=trust.ods_code, now=MORNING + timedelta(days=1))
    kinds = sorted(n.kind for n in Notice.objects.all())
    assert kinds == ["digest", "digest", "due_next", "late"]


def test_nothing_is_written_on_a_sunday(trust):
    assert write_letters(organisation=trust.ods_code, now=MORNING - timedelta(days=1)) == 0


def test_a_letter_is_sent_once_and_names_nobody(trust):
    write_letters(organisation=trust.ods_code, now=MORNING)
    send_all()
    send_all()
    assert len(mail.outbox) == 3 and {m.to[0] for m in mail.outbox} == {"ada@trust.example"}
    assert all("paris" not in (m.subject + m.body).lower() for m in mail.outbox)
    assert Notice.objects.filter(sent_at=NOW).count() == 3


@pytest.mark.clause("PA-029", "PA-033", "PA-035", "EL-026", "EL-027", "EL-035", "EL-041")
def test_whoever_looks_after_the_whole_is_told_of_what_others_leave_late_for_five_working_days(trust):
    ready("trust_administrator", at=trust, email="tess@trust.example")
    ready("auditor", at=trust, email="audrey@trust.example")
    found.task(trust, role="trust_administrator", due_on=TODAY - timedelta(days=30))  # their own is no one else's
    last = MORNING + timedelta(days=3)  # the fourth working day after it was due
    write_letters(organisation=trust.ods_code, now=last)
    assert not Notice.objects.filter(kind="long_late").exists()
    for day in (4, 5, 6, 7):
        write_letters(organisation=trust.ods_code, now=MORNING + timedelta(days=day))
    (told,) = Notice.objects.filter(kind="long_late")
    assert (told.user.email, told.words) == (
        "tess@trust.example", "1 task of others is late by 5 working days or more. " + WHERE
    )  # fmt: skip
    people.organisation("RX9")
    assert write_letters(organisation="RX9", now=MORNING + timedelta(days=4)) == 0


def test_nobody_writes_to_a_user_who_was_closed(trust):
    write_letters(organisation=trust.ods_code, now=MORNING)
    Notice.objects.first().user.__class__.objects.update(is_active=False)
    send_all()
    assert mail.outbox == [] and not Notice.objects.exclude(sent_at=None).exists()


def test_those_who_run_careward_see_what_was_sent_to_whom(trust, monkeypatch):
    monkeypatch.setattr("django.conf.settings.CLOCK", lambda: NOW)
    write_letters(organisation=trust.ods_code, now=MORNING)
    send_all()
    page = signed_in(ready("trust_administrator", at=trust)).get("/letters/").content.decode()
    assert "You have 2 tasks, 1 late." in page and "Not sent yet" not in page.split("cw-filters")[-1].split("</form>")[-1]
    assert signed_in(ready("auditor", at=trust)).get("/letters/").status_code == 403
