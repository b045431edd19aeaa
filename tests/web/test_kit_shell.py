"""The page shell, the parts and the pages for what goes wrong, each rendered through the whole stack."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.template import engines
from django.test import Client
from jinja2 import ChoiceLoader, FileSystemLoader

from careward.core.room import MenuEntry
from careward.web import jinja, menu
from tests.make.house import furnished
from tests.make.pages import markup
from tests.web import kit_sample

# Django looks at open connections when a streamed answer ends, though no page of the kit asks the database.
pytestmark = [pytest.mark.urls("tests.web.kit_sample"), pytest.mark.django_db]

PAGES = ("/sample/findings/?kind=left&page=2", "/sample/findings/?q=x", "/sample/parts/", "/sample/confirm/", "/sample/refused/",
         "/sample/forbidden/", "/nowhere/", "/help/", "/accessibility/", "/what-is-recorded/", "/sample/broken/")  # fmt: skip
VOID = {"meta", "link", "input", "use", "path", "circle", "rect", "br", "hr", "img"}


@pytest.fixture(autouse=True)
def kit(settings, monkeypatch):
    settings.MIDDLEWARE = kit_sample.MIDDLEWARE
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
    env = engines["jinja2"].env
    monkeypatch.setattr(env, "loader", ChoiceLoader([env.loader, FileSystemLoader(Path(__file__).parent / "templates")]))
    with furnished(kit_sample.ROOM, alone=True):
        yield


def answer(path: str, **options):
    return Client(raise_request_exception=False).get(path, **options)


def body(path: str, **options) -> str:
    return markup(answer(path, **options))


class Reader(HTMLParser):
    """Checks that a page is well formed, names its controls, repeats no id and carries nothing inline."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.pointed: list[str] = []
        self.faults: list[str] = []
        self.tags: list[tuple[str, dict]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.tags.append((tag, given))
        self.ids += [given["id"]] if "id" in given else []
        for name in ("for", "aria-describedby", "aria-labelledby"):
            self.pointed += (given.get(name) or "").split()
        self.faults += [f"{tag} {name}" for name in given if name == "style" or name.startswith("on")]
        self.faults += [tag] if tag == "style" or (tag == "script" and "src" not in given) else []
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in VOID and (not self.open or self.open.pop() != tag):
            self.faults.append(f"/{tag}")


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_whole(path):
    text = body(path)
    page = Reader(text)
    assert not page.faults and not page.open
    assert len(set(page.ids)) == len(page.ids)
    assert set(page.pointed) <= set(page.ids)
    assert text.count("<h1") + text.count('<h1 id="refused"') >= 1 and len(re.findall(r"<h1[ >]", text)) == 1
    assert re.search(r"<title>[^<]+ - Careward</title>", text)
    assert 'id="maincontent"' in text and 'href="#maincontent"' in text
    assert "Frutiger" not in text and "nhsuk-logo" not in text and "—" not in text


def test_the_policy_forbids_what_the_pages_do_not_use():
    response = answer("/sample/parts/")
    policy = response.headers["Content-Security-Policy"]
    assert "style-src 'self';" in policy and "script-src 'self';" in policy and "unsafe" not in policy
    assert response.headers["Cache-Control"] == "no-store"


def test_the_shell_names_the_person_and_how_to_sign_out():
    text = body("/sample/parts/")
    assert "Bryony Falk" in text and "Northmoor Mental Health NHS Foundation Trust" in text
    assert re.search(r'<form[^>]*action="/sample/sign-out/" method="post"><input type="hidden" name="csrfmiddlewaretoken"', text)
    assert "Printed from Careward by Bryony Falk on 23 November 2026 at 11:00" in text
    assert "Help, or phone the service desk on 4400" in text
    assert 'action="/sample/findings/" method="post"' in text


def test_signed_out_pages_have_no_menu_search_or_name():
    text = body("/help/", headers={"X-Nobody": "1"})
    assert "Sign out" not in text and 'aria-label="Menu"' not in text and "/search/" not in text and "Printed from" not in text
    assert "What Careward records about you" in text


def test_the_menu_shows_what_one_may_follow_in_order_with_what_waits():
    text = body("/sample/findings/")
    nav = text[text.index('aria-label="Menu"') : text.index("</header>")]
    assert nav.index("Sample parts") < nav.index("Sample findings")
    assert "Sample secrets" not in nav
    assert "1,204" in nav
    assert 'aria-current="page"><strong class="nhsuk-header__navigation-item-current-fallback">Sample findings' in nav
    assert 'aria-current="true"' not in nav


def test_a_section_is_current_on_the_pages_below_it():
    nav = jinja_render(
        "{% extends 'web/shell.jinja' %}{% set title = 'x' %}{% set section = 'Sample findings' %}", here="/sample/findings/7/"
    )
    assert 'aria-current="true"' in nav


def jinja_render(source: str, **context) -> str:
    entries = (menu.MenuShown("Sample findings", "/sample/findings/", 0),)
    given = {
        "viewer": kit_sample.VIEWER,
        "contact": "",
        "demonstration": False,
        "menu": entries,
        "messages": (),
        "here": "/",
        "csrf_input": "",
    }
    return engines["jinja2"].env.from_string(source).render(given | context)


@pytest.mark.parametrize("on", [True, False])
def test_the_demonstration_says_what_it_is(settings, on):
    settings.DEMONSTRATION = on
    assert ("Everyone and everything here is made up." in body("/help/")) is on


def test_what_was_done_is_said_once_with_its_first_sentence_bold():
    assert "<b>2 accounts closed.</b> PARIS confirmed both at 11:02." in body("/sample/confirm/")
    for text, lead, rest in (("Saved.", "Saved.", ""), ("Saved", "Saved", ""), ("A. B. C.", "A.", "B. C.")):
        message = jinja._message(text, "success")
        assert (message.title, message.lead, message.rest) == ("Done", lead, rest)
    assert jinja._message("x", "warning").title == "Note"


@pytest.mark.parametrize(
    "words", ["Help, or phone the service desk on 4400", "phone the service desk on 4400.", "phone the service desk on 4400"]
)
def test_contact_words(words):
    assert jinja.contact_of(words) == "phone the service desk on 4400"


def test_every_reason_is_shown_with_its_clause_and_remedy():
    response = answer("/sample/refused/")
    text = response.content.decode()
    assert response.status_code == 409
    assert "This cannot go ahead yet: 2 reasons" in text
    assert "Training ran out on 31 October 2026" in text and "Book it" in text
    assert 'href="/clauses/PA-011/"' in text and 'href="/clauses/PA-013/"' in text


def test_not_allowed_names_who_may_and_how_to_ask():
    response = answer("/sample/forbidden/")
    text = response.content.decode()
    assert response.status_code == 403
    assert text.index("<li>Auditor</li>") < text.index("<li>Trust administrator</li>")
    assert "phone the service desk on 4400" in text and "accounts:plans:allow" in text


def test_a_bug_page_asks_nothing_of_the_database():
    response = answer("/sample/broken/")  # without the db mark, any query would fail the test
    assert response.status_code == 500
    assert "Something went wrong in Careward" in response.content.decode() and "Bryony" not in response.content.decode()


def test_other_faults_have_their_own_pages(rf):
    from careward.web import errors

    request = rf.get("/x/")
    request.viewer = kit_sample.VIEWER
    for view, status, words in (
        (errors.form_out_of_date, 403, "This form is out of date"),
        (errors.bad_request, 400, "Careward could not read that"),
        (errors.not_found, 404, "Page not found"),
        (errors.too_many, 429, "Too many tries"),
    ):
        response = view(request)
        assert response.status_code == status
        assert words in response.content.decode() and not Reader(response.content.decode()).faults


def test_a_form_from_elsewhere_is_out_of_date():
    response = Client(enforce_csrf_checks=True).post("/sample/parts/", {})
    assert response.status_code == 403
    assert "This form is out of date" in response.content.decode()


def test_a_form_that_is_too_large_says_so(settings):
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 5
    response = Client().post("/sample/parts/", {f"f{n}": "x" for n in range(9)})
    assert (response.status_code, "That was too much at once" in response.content.decode()) == (413, True)


def test_what_people_type_is_never_markup():
    text = Client().post("/sample/parts/", {"name": '"><script>alert(1)</script>', "why": "</textarea><b>"}).content.decode()
    assert "<script>alert" not in text and "</textarea><b>" not in text and "&lt;script&gt;" in text
    assert "<script>alert" not in body("/sample/findings/?q=<script>alert(1)</script>")


def test_mistakes_are_all_named_lead_to_their_field_and_keep_the_answers():
    given = {"why": "Own caseload", "teams": "r", "starts_on_day": "31", "starts_on_month": "2", "starts_on_year": "2026"}
    text = Client().post("/sample/parts/", given).content.decode()
    page = Reader(text)
    summary = text[text.index("nhsuk-error-summary") : text.index("<h1")]
    for words, place in (
        ("Enter the full name", "id_name"),
        ("Choose a level", "id_level"),
        ("Enter the date the person starts", "id_starts_on"),
    ):
        assert f'href="#{place}"' in summary and words in summary and place in page.ids
    assert "<title>Error: Parts - Careward</title>" in text
    assert "Own caseload</textarea>" in text and 'name="starts_on_day" type="text" inputmode="numeric" value="31"' in text
    assert re.search(r'value="r" checked', text) and not re.search(r'value="a" checked', text)
    assert set(page.pointed) <= set(page.ids)


def test_a_list_page_carries_all_of_the_pattern():
    text = body("/sample/findings/?kind=left&system=paris&page=2")
    assert "<title>Findings: 36 of 412, page 2 of 3 - Careward</title>" in text
    assert 'aria-sort="ascending"' in text and "Sort by" in text and "Filter (2 on)" in text
    assert text.count("Remove filter: ") == 2 and "Clear all" in text
    assert "Download all 36 as CSV" in text and "13 to 24 of 36" in text
    assert "2 working days late" in text and "Thursday 19 November 2026" in text
    assert 'data-label="Due"' in text


def test_downloads_are_files_named_by_what_and_when():
    response = answer("/sample/findings/?as=csv")
    assert response.headers["Content-Disposition"] == 'attachment; filename="careward-findings-2026-11-23.csv"'
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8" and response.streaming
    assert b"".join(response).decode("utf-8-sig").splitlines()[:2] == ["Account,Due", "Gareth Pym,2026-11-19"]
    response = answer("/sample/findings/?as=xlsx")
    assert response.headers["Content-Disposition"] == 'attachment; filename="careward-findings-2026-11-23.xlsx"'
    assert b"".join(response).startswith(b"PK")
    response.close()


def test_who_is_not_signed_in_is_sent_to_sign_in_and_back():
    response = answer("/sample/findings/", headers={"X-Nobody": "1"})
    assert (response.status_code, response.headers["Location"]) == (302, "/sign-in/?next=/sample/findings/")


def test_an_empty_list_says_why_and_how_to_go_on():
    text = body("/sample/findings/?q=nobody")
    assert "<b>No findings match.</b> 412 are there without these filters." in text and "Clear all filters" in text
    assert "<table" not in text


def test_long_work_looks_again_without_javascript():
    text = body("/sample/confirm/")
    assert '<noscript><meta http-equiv="refresh" content="10"></noscript>' in text and 'data-look-again="10"' in text


def test_every_template_compiles():
    jinja.warm_up()
    names = engines["jinja2"].env.list_templates()
    assert {"web/shell.jinja", "web/parts.jinja", "web/lists.jinja", "web/form.jinja"} <= set(names)


def test_an_entry_is_open_to_any_of_its_permissions():
    entry = MenuEntry("X", "help", ("a:b:c", "accounts:findings:see"), 1)
    assert menu.open_to(entry, kit_sample.VIEWER)
    assert not menu.open_to(MenuEntry("X", "help", ("a:b:c",), 1), kit_sample.VIEWER)
    assert menu.open_to(MenuEntry("X", "help", (), 1), kit_sample.VIEWER)
    assert menu.shown(None) == ()


@pytest.mark.parametrize("many", range(1, 25))
def test_a_long_menu_folds_away_and_no_entry_is_lost(many):
    folds = [menu.folded(place, many) for place in range(many)]
    assert folds == sorted(folds, key=["", "narrow", "always"].index)
    assert sum(f != "always" for f in folds) <= menu.WIDE + 1 and sum(f == "" for f in folds) <= menu.NARROW + 1
    assert sum(f == "always" for f in folds) != 1, "one entry alone is not folded for its own sake"
