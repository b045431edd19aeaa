"""A file that breaks its bounds, from the browser to the load's page: refused with the reason, nothing of it kept, the worker unharmed."""

import signal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import TestCase

from careward.access.feeds.models import Load
from careward.access.feeds.uploads import path_of
from careward.engines.connectors.csv import aside
from careward.jobs.worker import work_once
from careward.people.staff.models import Person
from tests.contracts.test_csv_aside import ended_while_reading
from tests.contracts.test_hostile_files import parquet_of
from tests.make.pages import markup
from tests.make.people import NOW, organisation, ready, signed_in

pytestmark = pytest.mark.django_db
SOUND = b"employee_number,first_name,last_name,team,start_on\n20000001,Ann,Lee,Ward 1,2026-01-01\n"
COLUMNS = SOUND.decode().splitlines()[0].split(",")
QUOTES = SOUND + b'a","\n' * 48_000


@pytest.fixture(autouse=True)
def _apart(monkeypatch, settings):
    settings.READ_APART = True
    monkeypatch.setattr("django.conf.settings.CLOCK", lambda: NOW)


@pytest.fixture
def browser():
    return signed_in(ready("trust_administrator", at=organisation()))


def sent(browser, name, content):
    """The page of a load of one file, once the worker has looked at it."""
    browser.post("/loads/new/", {"files": [SimpleUploadedFile(name, content)], "accounts": []})
    begun = Load.objects.latest("id")
    with TestCase.captureOnCommitCallbacks(execute=True):
        assert work_once(now=NOW, worker="test")
    begun.refresh_from_db()
    return begun, markup(browser.get(f"/loads/{begun.pk}/"))


@pytest.mark.parametrize(("name", "content", "said"), [
    ("staff.csv", QUOTES, "Quotes go wrong on this line and on many before it"),
    ("staff.parquet", parquet_of(32_768, "x" * 100_000, COLUMNS), "Reading it needs more than the 512 MB of memory"),
])  # fmt: skip
def test_a_file_made_to_do_harm_is_refused_with_its_reason_and_nothing_of_it_stays(browser, name, content, said):
    load, page = sent(browser, name, content)
    assert load.state == "refused" and said in page
    assert not path_of(load.folder).exists()
    load, _ = sent(browser, "staff.csv", SOUND)
    assert load.state == "examined", "the next one is read as ever"


def test_a_reader_that_was_killed_is_told_on_the_page_of_the_load(browser, monkeypatch):
    with monkeypatch.context() as patch:
        ended_while_reading("staff.csv", patch, signal.SIGKILL)
        load, page = sent(browser, "staff.csv", SOUND)
    assert load.state == "refused"
    assert "The process that read it was ended from outside (signal 9)" in page and "Load the file again" in page
    assert not Person.objects.exists()


def test_an_error_of_ours_in_the_reader_is_loud_and_leaves_the_load_waiting(browser, monkeypatch):
    monkeypatch.setattr(aside, "APART", "tests.contracts.reading_that_breaks")
    load, page = sent(browser, "staff.csv", SOUND)
    assert load.state == "waiting" and "Ann Lee" not in page
    assert path_of(load.folder).exists(), "it is tried again"
