"""How much is taken at once: said on the page before anything is sent, and what is more is refused before it is read."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from careward.access.feeds.models import Load
from tests.make.pages import markup
from tests.make.people import organisation, ready, signed_in

pytestmark = pytest.mark.django_db
MB = 1024 * 1024
TOO_MUCH = "That was too much at once"


class Unread:
    """A body of which nobody may read a byte."""

    def read(self, *_: int) -> bytes:
        pytest.fail("it was read")

    readline = read


def announced(browser: Client, address: str, length: int):
    """The answer to who says how much they will send, and is asked for none of it."""
    return browser.generic("POST", address, b"", **{"CONTENT_LENGTH": str(length), "wsgi.input": Unread()})


@pytest.fixture
def trust():
    return organisation()


def files(count, size=1):
    return {"files": [SimpleUploadedFile(f"{n}.csv", b"x" * size) for n in range(count)]}


def test_ordinary_forms_take_one_megabyte_of_anybody(trust):
    for browser in (Client(), signed_in(ready("auditor", at=trust)), signed_in(ready("trust_administrator", at=trust))):
        for address in ("/", reverse("account_login"), "/roles/", "/no/such/page/"):
            answer = announced(browser, address, MB + 1)
            assert (answer.status_code, TOO_MUCH in markup(answer)) == (413, True), address


def test_files_are_taken_where_they_are_asked_for_of_who_may_send_them(trust):
    for role, taken in (("trust_administrator", True), ("auditor", False)):
        browser = signed_in(ready(role, at=trust))
        assert (browser.post("/loads/new/", files(1, 2 * MB)).status_code == 413) is not taken
    assert Client().post("/loads/new/", files(1, 2 * MB)).status_code == 413


def test_more_than_an_upload_takes_is_refused_unread_with_what_it_takes(trust):
    browser = signed_in(ready("trust_administrator", at=trust))
    answer = announced(browser, "/loads/new/", 514 * MB)
    assert answer.status_code == 413
    assert "up to 200 files at once, 512 MB in all" in markup(answer)


@pytest.mark.parametrize("checked", [False, True], ids=["in the view", "before it"])
def test_as_many_files_are_taken_as_the_page_says(trust, settings, checked):
    """Django refuses above 100 where nobody says otherwise: 200 were promised and 101 refused."""
    browser = signed_in(ready("trust_administrator", at=trust))
    page = markup(browser.get("/loads/new/"))
    assert "up to 200 files at once, 512 MB in all" in page
    browser.handler.enforce_csrf_checks = checked
    given = {"csrfmiddlewaretoken": page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]}
    answer = browser.post("/loads/new/", files(200) | given)
    assert answer.status_code == 422 and "is not a name we know" in markup(answer)
    answer = browser.post("/loads/new/", files(201) | given)
    assert answer.status_code == 413 and "up to 200 files at once, 512 MB in all" in markup(answer)
    assert not Load.objects.exists()


def test_what_is_sent_without_its_length_is_not_read(trust):
    browser = signed_in(ready("trust_administrator", at=trust))
    answer = browser.generic("POST", "/loads/new/", b"", **{"CONTENT_LENGTH": "", "wsgi.input": Unread()})
    assert answer.status_code in (400, 422)
