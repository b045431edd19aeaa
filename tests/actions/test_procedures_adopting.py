"""Bringing documents into force and taking them out: refused with every reason, and written in the ledger."""

from datetime import UTC, date, datetime, timedelta

import pytest

from careward.core.decision import Refused
from careward.evidence.ledger.models import Entry
from careward.governance.procedures import queries
from careward.governance.procedures.actions import adopt_document, end_adoption
from careward.governance.procedures.models import Adoption
from careward.people.staff.models import Organisation
from careward.systems.register.models import Environment, System

NOW = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
TODAY = NOW.date()
pytestmark = pytest.mark.django_db


@pytest.fixture
def trust() -> Organisation:
    return Organisation.objects.create(ods_code="RNM", name="Northmoor", pack="tewv")


def adopt(trust: Organisation, document: str = "paris", pack: str = "tewv", from_on: date = TODAY, **more: str) -> int:
    return adopt_document(organisation=trust, pack=pack, document=document, from_on=from_on, now=NOW, by="cli/ops", **more)


@pytest.mark.clause("PA-001")
def test_an_adopted_document_is_in_force_with_its_owner_and_reference(trust: Organisation):
    adopt(trust, owner=" Bryony Falk ", reference="NM-IT-031")
    (running,) = queries.in_force(organisation_id=trust.pk, on=TODAY)
    assert (running.owner, running.reference, running.from_on, running.document.version) == ("Bryony Falk", "NM-IT-031", TODAY, "3")
    assert queries.in_force(organisation_id=trust.pk, on=TODAY - timedelta(days=1)) == ()


def test_the_adoption_is_written_in_the_ledger_without_a_name(trust: Organisation):
    row = adopt(trust, owner="Bryony Falk")
    entry = Entry.objects.get(verb="document.adopted")
    assert (entry.verb, entry.subject, entry.organisation, entry.actor, entry.at) == (
        "document.adopted",
        f"adoption/{row}",
        "RNM",
        "cli/ops",
        NOW,
    )
    assert (entry.body["pack"], entry.body["document"], entry.body["version"]) == ("tewv", "paris", "3")
    assert "Bryony" not in str(entry.body)


def test_the_same_again_changes_nothing(trust: Organisation):
    assert adopt(trust) == adopt(trust)
    assert (Adoption.objects.count(), Entry.objects.count()) == (1, 2)  # with the register that it lists


def test_the_same_again_enters_what_its_register_lists_and_is_not_here(trust: Organisation):
    adopt(trust)
    Environment.objects.all().delete()  # as where it came into force before registers were filled
    System.objects.all().delete()
    adopt(trust)
    assert System.objects.get().code == "paris" and Adoption.objects.count() == 1


def test_a_document_nobody_knows_is_refused(trust: Organisation):
    with pytest.raises(Refused) as refused:
        adopt(trust, document="rio")
    assert [r.code for r in refused.value.decision.reasons] == ["document.unknown"]
    assert not Adoption.objects.exists() and not Entry.objects.exists()


def test_a_document_in_force_already_is_refused_and_another_is_not(trust: Organisation):
    adopt(trust)
    with pytest.raises(Refused) as refused:
        adopt(trust, from_on=TODAY + timedelta(days=9))
    assert [r.code for r in refused.value.decision.reasons] == ["document.in_force_already"]
    adopt(trust, document="access", pack="elft")
    assert Adoption.objects.count() == 2


def test_an_ended_document_is_out_of_force_from_that_day_and_can_come_back(trust: Organisation):
    row = adopt(trust)
    later = TODAY + timedelta(days=30)
    end_adoption(organisation=trust, adoption_id=row, to_on=later, now=NOW, by="cli/ops")
    assert queries.in_force(organisation_id=trust.pk, on=later - timedelta(days=1))
    assert queries.in_force(organisation_id=trust.pk, on=later) == ()
    adopt(trust, from_on=later)
    told = Entry.objects.exclude(verb="register.filled").order_by("id").values_list("verb", flat=True)
    assert list(told) == ["document.adopted", "adoption.ended", "document.adopted"]


@pytest.mark.parametrize("to_on", [TODAY, TODAY - timedelta(days=1)])
def test_an_adoption_does_not_end_before_it_began(trust: Organisation, to_on: date):
    row = adopt(trust)
    with pytest.raises(Refused) as refused:
        end_adoption(organisation=trust, adoption_id=row, to_on=to_on, now=NOW, by="cli/ops")
    assert [r.code for r in refused.value.decision.reasons] == ["document.not_begun"]


def test_another_organisation_can_neither_see_nor_end_it(trust: Organisation):
    row = adopt(trust)
    other = Organisation.objects.create(ods_code="RXX", name="Other")
    assert queries.in_force(organisation_id=other.pk, on=TODAY) == ()
    with pytest.raises(Adoption.DoesNotExist):
        end_adoption(organisation=other, adoption_id=row, to_on=TODAY + timedelta(days=1), now=NOW, by="cli/ops")
