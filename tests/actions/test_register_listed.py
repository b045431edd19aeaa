"""What a document's register says of a system is there for its page: parts, sources, who runs it, and what is our own."""

from datetime import date

import pytest
from django.template.loader import render_to_string

from careward.core.packs.pack import load
from careward.systems.register.queries import system_seen
from tests.make import found, people

pytestmark = pytest.mark.django_db
PACK = load("elft")


def page(code: str, pack: str = "elft") -> str:
    trust = people.organisation("RWK", pack="elft")
    found.system(trust, code, pack=pack)
    seen = system_seen(organisation_id=trust.pk, code=code, on=date(2026, 11, 23))
    return render_to_string("register/about.jinja", {"panel": seen})


@pytest.mark.clause("EL-066", "EL-068", "EL-073")
@pytest.mark.parametrize("code", ["network", "shared-drives", "emis"])
def test_the_page_of_a_system_names_its_parts(code: str):
    told = page(code)
    entry = PACK.entry(code)
    assert entry and entry.services and all(part in told for part in entry.services)


@pytest.mark.clause("EL-079")
def test_the_page_says_that_another_organisation_runs_it():
    assert "Another organisation" in page("acute") and "Another organisation" not in page("rio")


@pytest.mark.clause("EL-069", "EL-072")
def test_what_the_document_does_not_say_is_marked_as_ours():
    assert "Our own rule" in page("remote-access") and "Our own list" in page("data-warehouse")


def test_a_system_under_another_procedure_is_told_nothing_by_this_one():
    assert "Made up of" not in page("emis", pack="base")
