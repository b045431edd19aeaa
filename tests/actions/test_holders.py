"""Saying whose an account is on its own page: a wrong binding is undone after its task has closed, and its history stays."""

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from careward.access.accounts.answering import bind
from careward.access.accounts.facts import facts_digest
from careward.access.accounts.holders import HolderGiven, say_whose
from careward.access.accounts.models import Account, AccountAnswer
from careward.access.accounts.rules.holders import HolderSaid, may_say_whose
from careward.core.decision import Refused
from careward.evidence.errands.models import Errand
from careward.evidence.ledger.models import Entry
from tests.make import found
from tests.make.people import NOW, organisation, person, ready, signed_in

WHY = "Their manager rang: it belongs to the other one"
PERSONS = st.none() | st.integers(1, 3)
SAID = st.builds(
    HolderSaid,
    st.sampled_from(["is", "nobody", "", "burn"]),
    PERSONS,
    PERSONS,
    PERSONS,
    PERSONS,
    st.booleans(),
    st.integers(0, 2),
    st.booleans(),
)


@drawn(SAID)
def test_nobody_says_it_of_themselves_nor_of_a_shared_account_nor_the_same_again(said):
    codes = {r.code for r in may_say_whose(said).reasons}
    assert ("account.oneself" in codes) == (said.by is not None and said.by in (said.was, said.whom))
    assert ("account.changed" in codes) == said.changed
    assert ("account.shared" in codes) == (not said.of_a_person)
    assert ("choice.named" in codes) == (said.choice == "nobody" and said.named == 1)
    if not codes:
        assert said.choice == "nobody" or (said.choice == "is" and said.whom not in (None, said.bound))
    assert all(r.detail and r.remedy for r in may_say_whose(said).reasons)


@pytest.fixture
def wrong(db):
    """An account that an answer gave to the wrong person; its task has closed since."""
    here = organisation()
    about = found.account(found.system(here), username="x1")
    theirs = person(here, "Wrong One", employee_number="W1")
    person(here, "Right One", employee_number="R1")
    bind(about, person_id=theirs.pk, task_id=None, said_at=NOW, reason="", now=NOW, by="user/1")
    Account.objects.filter(pk=about.pk).update(person=theirs, fits=1)
    about.refresh_from_db()
    return about


def administrator(at, who=None, role="system_administrator"):
    return ready(role, at=at, person=who or person(at, "Ada Ministrator"))


def said(about, user, choice="is", number="R1", reason=WHY, seen=None):
    given = HolderGiven(choice, number, reason, seen)
    return say_whose(organisation=about.organisation, account_id=about.pk, given=given, now=NOW, by=f"user/{user.pk}")


def codes(about, user, **more) -> list[str]:
    with pytest.raises(Refused) as refused:
        said(about, user, **more)
    return [r.code for r in refused.value.decision.reasons]


@pytest.mark.clause("EL-009", "EL-048")
def test_a_wrong_binding_is_undone_with_its_reason_its_history_and_its_entry(wrong):
    user = administrator(wrong.organisation)
    told = said(wrong, user)
    assert Account.objects.get().bound.employee_number == told.bound.employee_number == "R1"
    old, new = AccountAnswer.objects.order_by("id")
    assert (old.person.employee_number, old.ended_by, old.why_ended) == ("W1", f"user/{user.pk}", "answered anew")
    assert (new.reason, new.task, new.ended_at, new.said_by) == (WHY, None, None, f"user/{user.pk}")
    verbs = list(Entry.objects.filter(subject=f"account/{wrong.pk}").order_by("id").values_list("verb", flat=True))
    assert verbs == ["account.bound", "account.answer_ended", "account.bound"]
    assert Errand.objects.get(name="accounts.reconcile").body["system"] == "paris"


@pytest.mark.clause("EL-009")
def test_what_is_nobody_s_is_bound_to_nobody_and_waits_to_be_shut(wrong):
    said(wrong, administrator(wrong.organisation), choice="nobody", number="")
    assert Account.objects.get().bound is None
    assert list(AccountAnswer.objects.filter(ended_at=None).values_list("answer", "reason")) == [("nobody", WHY)]
    assert Entry.objects.filter(verb="account.disowned").count() == 1


def test_every_reason_against_it_is_given(wrong):
    here = wrong.organisation
    user = administrator(here)
    seen = facts_digest(wrong)
    Account.objects.filter(pk=wrong.pk).update(display_name="Other")
    assert codes(wrong, user, number="X", reason="", seen=seen) == ["account.changed", "number.missing", "reason.missing"]
    assert codes(wrong, user, number="W1") == ["account.already_theirs"]
    assert codes(wrong, administrator(here, wrong.person)) == ["account.oneself"]
    assert codes(wrong, ready("line_manager", at=here)) == ["permission.missing"]
    assert codes(wrong, administrator(here, role="patient_systems_manager"), choice="") == ["choice.missing"]
    assert AccountAnswer.objects.count() == 1 and not Errand.objects.exists()


def test_an_account_whose_export_names_its_holder_is_not_said_to_be_nobody_s(wrong):
    Account.objects.filter(pk=wrong.pk).update(employee_number="R1")
    assert codes(wrong, administrator(wrong.organisation), choice="nobody", number="") == ["choice.named"]


def test_the_page_offers_who_it_may_be_keeps_what_was_typed_and_shows_what_was_said(wrong):
    here = wrong.organisation
    browser = signed_in(administrator(here))
    Account.objects.filter(pk=wrong.pk).update(display_name="One, Right")
    address = f"/accounts/{wrong.pk}/whose/"
    page = browser.get(address).content.decode()
    assert "Right One, staff number R1: the same name" in page and "checked" not in page and "It is Wrong One" in page
    amiss = browser.post(address, {"seen": "0" * 64, "choice": "nobody", "reason": WHY})
    assert amiss.status_code == 409 and WHY in amiss.content.decode() and "This account has changed" in amiss.content.decode()
    number = Account.objects.get().organisation.person_set.get(employee_number="R1").pk
    seen = facts_digest(Account.objects.get())
    done = browser.post(address, {"seen": seen, "choice": f"is-{number}", "reason": WHY})
    assert done.status_code == 302 and Account.objects.get().bound_id == number
    assert WHY in browser.get(address).content.decode()
    assert "Not theirs" in browser.get(f"/people/{wrong.person_id}/access/").content.decode()
