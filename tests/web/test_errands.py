"""What Careward does by itself, as those who run it see it: timed jobs, what waits, and what stopped."""

import csv
import io
import re
from datetime import timedelta

import pytest
from django.db import transaction

from careward.core.room import TimedJob
from careward.evidence.errands import actions, clocks, pages
from careward.evidence.errands.backups import BackupTold
from careward.evidence.errands.models import Errand
from careward.evidence.ledger.models import Entry
from careward.web.house import house
from tests.make.people import NOW, organisation, ready, signed_in

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def browser():
    return signed_in(ready("trust_administrator", at=organisation()))


def words(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).replace("&#39;", "'").split())


def ask(name="feeds.apply", subject="load/3", at=NOW, code="RX3", **changed):
    with transaction.atomic():
        errand = actions.ask(name=name, organisation=code, subject=subject, now=at)
    Errand.objects.filter(pk=errand.pk).update(**changed)
    return errand


def stopped(**more):
    return ask(stuck_at=NOW - MINUTE, tries=8, fault="KeyError in apply, errands.py line 30", **more)


def began(name, at, *, organisation="", fault=""):
    job = house().jobs[name]
    assert clocks.begin(job=job, organisation=organisation, now=at, worker="w1")
    if fault is not None:
        assert clocks.end(job=job, organisation=organisation, began_at=at, now=at, worker="w1", fault=fault)


def test_before_anything_ran_the_page_says_so(browser):
    page = words(browser.get("/jobs/"))
    assert "Nothing has stopped; none run now, and none wait." in page
    assert "Have Careward backed up today: nothing is backed up yet." in page and "Nothing waits, and nothing has stopped." in page
    for job in house().jobs.values():
        assert f"{job.words} {pages.how_often(job)} None so far Nobody has begun it" in page


def test_each_job_shows_its_last_time_how_it_went_and_its_next(browser):
    began("ledger.seal", NOW - MINUTE / 2)
    began("accounts.nightly", NOW - timedelta(hours=2), organisation="RX3")
    began("accounts.nightly", NOW - timedelta(hours=1), organisation="RX4")
    began("feeds.clear_uploads", NOW - MINUTE, fault=None)
    began("ledger.weekly_check", NOW - MINUTE, organisation="RX3", fault="OSError in verify, proof.py line 9")
    page = words(browser.get("/jobs/"))
    assert "Seal what was written down Each minute 23 November 2026, 10:59 Done 23 November 2026, 11:00" in page
    assert "Compare every account Each day at 04:10 23 November 2026, 09:00 Done 24 November 2026, 04:10" in page
    assert "Take away uploads that nobody needs Each hour 23 November 2026, 10:59 Running" in page
    assert "Each week 23 November 2026, 10:59 Failed OSError in verify, proof.py line 9 23 November 2026, 11:09" in page
    assert "“Check the whole ledger” failed. It is tried again by itself on 23 November 2026, 11:09." in page


def test_a_worker_that_does_not_run_is_said_first(browser):
    began("ledger.seal", NOW - timedelta(hours=1))
    stopped()
    page = words(browser.get("/jobs/"))
    assert "No worker runs: “Seal what was written down” should have begun on 23 November 2026, 10:01." in page
    assert "Should have begun" in page


def test_what_waits_runs_and_stopped_is_listed_and_narrowed_and_of_one_organisation_alone(browser):
    ask(subject="load/1", at=NOW - 3 * MINUTE)
    ask(subject="load/2", claimed_at=NOW - MINUTE, claimed_by="w1", tries=1)
    ask(subject="load/4", tries=2, not_before=NOW + MINUTE, fault="ValueError in x, y.py line 1")
    stopped(subject="load/5")
    ask("unheard.of", subject="load/6")
    ask(subject="load/7", done_at=NOW)
    stopped(subject="load/8", code="RX4")
    page = words(browser.get("/jobs/"))
    assert "1 piece of work has stopped ; 1 runs now, and 2 wait, the oldest since 23 November 2026, 10:57 ." in page
    assert "Running since 23 November 2026, 10:59" in page and "Put off until 23 November 2026, 11:01" in page
    assert "Stopped on 23 November 2026, 10:59 KeyError in apply, errands.py line 30" in page
    assert [f"Load {n}" in page for n in (1, 2, 4, 5, 6, 7, 8)] == [True] * 5 + [False] * 2
    assert "Load the files" in page and "unheard.of" in page

    def subjects(query):
        text = b"".join(browser.get(f"/jobs/?as=csv&{query}").streaming_content).decode("utf-8-sig")
        return [row["On what"] for row in csv.DictReader(io.StringIO(text))]

    assert subjects("") == ["load/1", "load/2", "load/4", "load/5", "load/6"]
    assert subjects("state=stopped") == ["load/5"]
    assert subjects("state=running") == ["load/2"]
    assert subjects("state=waiting&q=unheard") == ["load/6"]


def test_stopped_work_is_set_going_again_once_and_written_down(browser):
    errand = stopped()
    assert "Set it going again" in words(browser.get("/jobs/"))
    page = words(browser.post(f"/jobs/errands/{errand.pk}/again/", follow=True))
    assert "It was set going again." in page and "Waits for its turn" in page
    errand.refresh_from_db()
    assert (errand.stuck_at, errand.tries, errand.not_before) == (None, 0, NOW)
    assert Entry.objects.get(verb="errand.retried").subject == f"errand/{errand.pk}"
    assert "It is not stopped any more" in words(browser.post(f"/jobs/errands/{errand.pk}/again/", follow=True))
    assert Entry.objects.filter(verb="errand.retried").count() == 1


def test_another_organisation_s_work_is_not_set_going(browser):
    errand = stopped(code="RX4")
    assert "It is not stopped any more" in words(browser.post(f"/jobs/errands/{errand.pk}/again/", follow=True))
    errand.refresh_from_db()
    assert errand.stuck_at is not None


def test_setting_going_takes_a_post(browser):
    assert browser.get(f"/jobs/errands/{stopped().pk}/again/").headers["Location"] == "/jobs/"


def backed_up(kind, ago, **more):
    told = BackupTold(kind, NOW - ago, "careward.backup", 1_000, "ab" * 32, **more)
    return actions.write_down_backup(told=told, now=NOW - ago, by="cli/root")


def test_the_last_backup_and_the_last_trial_are_shown_with_what_to_do(browser):
    page = words(browser.get("/jobs/"))
    assert "None so far Not backed up Run careward backup" in page and "Nobody knows whether one can be put back Run careward drill" in page
    backed_up("made", timedelta(hours=30), encrypted=True)
    page = words(browser.get("/jobs/"))
    assert "Have Careward backed up today: the last backup is more than a day old." in page
    assert "22 November 2026, 05:00 careward.backup More than a day old Run careward backup" in page
    backed_up("made", timedelta(hours=24))
    page = words(browser.get("/jobs/"))
    assert "Have a backup tried out: none has been so far." in page and "Not encrypted: who reads it can read all that is here" in page
    backed_up("made", timedelta(hours=2), encrypted=True)
    assert "Done Encrypted Nothing today" in words(browser.get("/jobs/"))
    backed_up("tried", timedelta(days=32))
    assert "Have a backup tried out: none has been for a month." in words(browser.get("/jobs/"))
    backed_up("tried", timedelta(hours=1))
    page = words(browser.get("/jobs/"))
    assert "All as it was left It was of 23 November 2026, 10:00 Nothing this month" in page and "Nothing needs you now." in page
    backed_up("tried", timedelta(minutes=1), found="entry 4 is not what was sealed")
    page = words(browser.get("/jobs/"))
    assert "the last trial found something wrong." in page and "It could not be relied on entry 4 is not what was sealed" in page


def test_a_demonstration_needs_no_backup(browser, settings):
    settings.DEMONSTRATION = True
    assert "Nothing needs you now." in words(browser.get("/jobs/"))


def test_each_backup_is_an_entry():
    row = backed_up("made", timedelta(hours=1), encrypted=True)
    entry = Entry.objects.get(verb="backup.made")
    assert (entry.subject, entry.organisation, entry.actor) == (f"backup/{row}", "", "cli/root")
    assert {k: entry.body[k] for k in ("of_at", "digest", "size", "encrypted", "ok", "found")} == {
        "of_at": "2026-11-23T10:00:00+00:00", "digest": "ab" * 32, "size": 1_000, "encrypted": True, "ok": True, "found": "",
    }  # fmt: skip


@pytest.mark.parametrize("role", ["system_administrator", "head_of_ig", "auditor"])
def test_those_who_may_look_and_not_act_are_told_whom_to_ask(role):
    errand = stopped()
    other = signed_in(ready(role, at=organisation()))
    page = words(other.get("/jobs/"))
    assert "Ask a trust administrator" in page and "Set it going again" not in page
    assert other.post(f"/jobs/errands/{errand.pk}/again/").status_code == 403
    errand.refresh_from_db()
    assert errand.stuck_at is not None


@pytest.mark.parametrize("role", ["line_manager", "service_desk", "clinician"])
def test_others_do_not_see_the_page(role):
    assert signed_in(ready(role, at=organisation())).get("/jobs/").status_code == 403


def test_the_page_asks_a_constant_number_of_queries(browser, django_assert_max_num_queries):
    stopped()
    browser.get("/jobs/")
    with django_assert_max_num_queries(14) as few:
        browser.get("/jobs/")
    for n in range(30):
        ask(subject=f"load/{n}")
        stopped(subject=f"load/{n}")
    with django_assert_max_num_queries(len(few)):
        browser.get("/jobs/")


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (1, "Each second"),
        (30, "Every 30 seconds"),
        (60, "Each minute"),
        (90, "Every 90 seconds"),
        (7200, "Every 2 hours"),
        (604800, "Each week"),
    ],
)
def test_how_often_a_job_comes_is_said_in_words(seconds, said):
    job = TimedJob("test.job", "Test", lambda *, now: None, every=timedelta(seconds=seconds))
    assert pages.how_often(job) == said


def test_every_timed_job_and_every_errand_has_words():
    for thing in (*house().jobs.values(), *house().errands.values()):
        assert thing.words and thing.words[0].isupper() and not thing.words.endswith("."), thing.name
