"""How a page acts: done and led on, mistyped, refused; and where the address of an act leads whoever only opens it."""

import pytest
from django import forms
from django.http import HttpResponse
from django.test import RequestFactory

from careward.core.decision import Refused, refuse
from careward.web import acts


class Reason(forms.Form):
    reason = forms.CharField(error_messages={"required": "Enter a reason"})


@pytest.fixture
def drawn(monkeypatch):
    """What the page was drawn with, instead of the page."""
    pages: list[dict] = []

    def render(request, template, context, status):
        pages.append({"template": template, **context})
        return HttpResponse(status=status)

    monkeypatch.setattr(acts, "render", render)
    monkeypatch.setattr(acts.messages, "success", lambda request, words: pages.append({"said": words}))
    return pages


def ask(method: str, do, **given) -> HttpResponse:
    request = getattr(RequestFactory(), method)("/act/", given)
    return acts.act(request, form=Reason(acts.typed(request)), do=do, to="/done/", template="a.jinja", page={"more": 1})


def test_what_is_done_is_said_and_leads_on(drawn):
    answer = ask("post", lambda form: f"Done because {form.cleaned_data['reason']}.", reason="why")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/done/")
    assert drawn == [{"said": "Done because why."}]


def test_a_page_only_opened_acts_on_nothing(drawn):
    assert ask("get", lambda form: pytest.fail("acted"), reason="why").status_code == 200
    assert not drawn[0]["form"].errors and drawn[0]["more"] == 1 and drawn[0]["reasons"] == ()


def test_what_is_mistyped_is_told_without_acting(drawn):
    assert ask("post", lambda form: pytest.fail("acted"), reason=" ").status_code == 422
    assert drawn[0]["form"].errors["reason"] == ["Enter a reason"]


def test_every_reason_of_a_rule_is_told_with_what_was_typed(drawn):
    def no(form):
        raise Refused(refuse("a.one", "house", "One") & refuse("a.two", "house", "Two"))

    assert ask("post", no, reason="why").status_code == 409
    assert [r.code for r in drawn[0]["reasons"]] == ["a.one", "a.two"] and drawn[0]["form"]["reason"].value() == "why"


def test_the_address_of_an_act_leads_to_the_page_of_its_form(settings):
    seen = []
    view = acts.form_at("help", keyed=False)(lambda request, number: seen.append(number) or HttpResponse("acted"))
    settings.ROOT_URLCONF = "careward.web.urls"
    assert view(RequestFactory().get("/x/"), number=3).headers["Location"] == "/help/" and not seen
    assert view(RequestFactory().post("/x/"), number=3).content == b"acted" and seen == [3]
