"""Organisations apart: who is of another one is invited, told of to nobody, never closed from here, and given nothing they did not accept."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from careward.core.decision import Refused
from careward.evidence.errands.models import Errand
from careward.evidence.ledger.models import Entry
from careward.people.signin import actions, invitations, inviting
from careward.people.signin.models import Invitation, RoleHeld, User
from tests.make import found
from tests.make import people as make
from tests.make.pages import markup

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.make.people_urls")]
NOW, TODAY = make.NOW, make.TODAY


def codes(caught) -> set[str]:
    return {r.code for r in caught.value.decision.reasons}


@pytest.fixture(autouse=True)
def _day(monkeypatch):
    monkeypatch.setattr("django.conf.settings.CLOCK", lambda: NOW)


@pytest.fixture
def by() -> str:
    return f"user/{make.ready('trust_administrator', email='ada@trust.example').pk}"


def offer(by: str, email: str, **more) -> bool:
    facts = {"name": "Jo Vale", "role": "auditor", "from_on": TODAY, "now": NOW, **more}
    return invitations.offer_role(organisation_id=make.organisation().pk, email=email, by=by, **facts)


def elsewhere(email: str = "jo@another.example", **more) -> User:
    who = make.user(email, name="Real Name", **more)
    make.role(who, make.organisation("RYY"), "auditor")
    return who


def entries() -> list:
    return [(e.verb, e.actor, e.subject.partition("/")[0], e.body) for e in Entry.objects.order_by("id")]


def test_an_address_of_another_organisation_and_one_of_nobody_are_answered_alike(by):
    elsewhere("known@another.example")
    told = []
    for email in ("known@another.example", "nobody@another.example"):
        assert offer(by, email) is False
        told.append((entries(), Errand.objects.count(), RoleHeld.objects.filter(organisation__ods_code="RX3").count()))
        Errand.objects.all().delete()
    assert told[1][0][1:] == told[0][0] and told[0][1:] == told[1][1:]
    page = markup(make.signed_in(User.objects.get(email="ada@trust.example")).get(reverse("signin:roles")))
    assert page.count("Jo Vale") >= 2 and "Real Name" not in page


def test_an_address_is_refused_alike_whether_or_not_somebody_signs_in_with_it(by):
    elsewhere("known@another.example")
    refused = []
    for email in ("known@another.example", "nobody@another.example"):
        with pytest.raises(Refused) as no:
            offer(by, email, name="", role="king")
        refused.append(no.value.decision)
    assert refused[0] == refused[1] and "user.made_already" not in str(refused)


def test_nobody_gives_a_role_past_the_invitation(by):
    who = elsewhere()
    with pytest.raises(User.DoesNotExist):
        actions.give_role(organisation_id=make.organisation().pk, user_id=who.pk, role="auditor", from_on=TODAY, now=NOW, by=by)


def test_who_is_of_the_organisation_gets_the_role_at_once_for_each_system(by):
    at = make.organisation()
    found.system(at, "paris")
    found.system(at, "rio")
    who = make.user("jo@trust.example", person=make.person(at))
    assert offer(by, " Jo@Trust.example ", name="", systems=("paris", "rio")) is True
    assert set(RoleHeld.objects.filter(user=who).values_list("system_code", flat=True)) == {"paris", "rio"}
    assert not Invitation.objects.exists()
    with pytest.raises(Refused) as no:
        offer(by, "jo@trust.example", systems=("rio", "burn"))
    assert codes(no) == {"role.held_already", "role.system_unknown"}
    with pytest.raises(Refused) as no:
        offer(by, "ada@trust.example", role="clinician")
    assert codes(no) == {"role.own"}


def test_who_may_for_one_system_invites_to_that_alone():
    at = make.organisation()
    found.system(at, "paris")
    found.system(at, "rio")
    bound = make.user()
    make.role(bound, at, system_code="paris")
    for systems in ((), ("rio",), ("paris", "rio")):
        with pytest.raises(Refused) as no:
            offer(f"user/{bound.pk}", "jo@another.example", systems=systems)
        assert codes(no) == {"permission.missing"}
    assert offer(f"user/{bound.pk}", "jo@another.example", systems=("paris",)) is False


def key_of(row: Invitation) -> str:
    return reverse("signin:invited", args=[inviting.SIGNER.sign(row.pk)])


def test_who_signs_in_elsewhere_accepts_signed_in_as_themselves_and_nobody_else_can(by):
    who = elsewhere()
    offer(by, who.email)
    row = Invitation.objects.get()
    stranger, theirs = make.signed_in(make.ready("auditor")), make.signed_in(who)
    for browser in (Client(), stranger):
        page = browser.post(key_of(row), {"password1": make.PASSWORD, "password2": make.PASSWORD})
        assert page.status_code == 200 and "You sign in to Careward already" in markup(page)
    assert not RoleHeld.objects.filter(user=who, organisation=row.organisation).exists()
    assert "offers you the role" in markup(theirs.get(key_of(row))) and theirs.get(key_of(row)).status_code == 200
    assert theirs.post(key_of(row)).status_code == 302
    held = RoleHeld.objects.get(user=who, organisation=row.organisation)
    assert (held.role, held.from_on, held.given_by) == ("auditor", TODAY, by)
    assert [(v, a) for v, a, *_ in entries()][-2:] == [("invitation.accepted", f"user/{who.pk}"), ("role.given", by)]
    assert theirs.post(key_of(row)).status_code == 410


def test_an_invitation_is_its_address_s_alone_and_works_once_and_not_for_ever(by):
    offer(by, "jo@another.example")
    row = Invitation.objects.get()
    accept = {"invitation_id": row.pk, "now": NOW}
    other = make.user()
    with pytest.raises(Refused) as no:
        invitations.accept_invitation(user_id=other.pk, by=f"user/{other.pk}", **accept)
    assert codes(no) == {"invitation.anothers"}
    with pytest.raises(Refused) as no:
        invitations.join(invitation_id=row.pk, password=make.PASSWORD, now=NOW + timedelta(days=3), by="invitation/1")
    assert codes(no) == {"invitation.over"}
    user = invitations.join(password=make.PASSWORD, by="invitation/1", **accept)
    with pytest.raises(Refused) as no:
        invitations.join(password=make.PASSWORD, by="invitation/1", **accept)
    assert codes(no) == {"invitation.ended", "user.made_already"}
    with pytest.raises(Refused) as no:
        invitations.withdraw_invitation(organisation_id=row.organisation_id, invitation_id=row.pk, now=NOW, by=by)
    assert codes(no) == {"invitation.accepted"} and RoleHeld.objects.filter(user_id=user).count() == 1


def test_a_link_is_nobody_s_to_make_up(by):
    offer(by, "jo@another.example")
    row = Invitation.objects.get()
    good = inviting.SIGNER.sign(row.pk)
    assert inviting.invitation_of(good, now=NOW) == row
    for bad in (str(row.pk), f"{row.pk}:x", good[:-1], good.replace(str(row.pk), str(row.pk + 1), 1), ""):
        assert inviting.invitation_of(bad, now=NOW) is None
    assert inviting.invitation_of(good, now=NOW + timedelta(days=3)) is None


def test_another_organisation_s_invitation_is_out_of_reach(by):
    offer(by, "jo@another.example")
    row = Invitation.objects.get()
    stranger = make.ready("trust_administrator", at=make.organisation("RYY"))
    with pytest.raises(Invitation.DoesNotExist):
        invitations.withdraw_invitation(
            organisation_id=make.organisation("RYY").pk, invitation_id=row.pk, now=NOW, by=f"user/{stranger.pk}"
        )
    with pytest.raises(Refused) as no:
        invitations.withdraw_invitation(organisation_id=row.organisation_id, invitation_id=row.pk, now=NOW, by=f"user/{stranger.pk}")
    assert codes(no) == {"permission.missing"}


def test_a_user_of_another_organisation_is_never_closed_from_here(by):
    at = make.organisation()
    who = elsewhere()
    with pytest.raises(User.DoesNotExist):
        actions.close_user(organisation_id=at.pk, user_id=who.pk, now=NOW, by="cli/setup")
    here = make.role(who, at, "auditor")
    assert actions.close_user(organisation_id=at.pk, user_id=who.pk, now=NOW, by=by) is False
    here.refresh_from_db()
    who.refresh_from_db()
    assert who.is_active and here.to_on == TODAY and RoleHeld.objects.filter(user=who, to_on=None).count() == 1
    assert "user.closed" not in {e.verb for e in Entry.objects.all()}
    own = make.user(person=make.person(at))
    with pytest.raises(Refused):
        actions.close_user(organisation_id=at.pk, user_id=own.pk, now=NOW, by=f"user/{make.ready('auditor').pk}")
    assert actions.close_user(organisation_id=at.pk, user_id=own.pk, now=NOW, by=by) is True


def test_only_who_may_adds_a_user():
    with pytest.raises(Refused) as no:
        actions.make_user(
            organisation_id=make.organisation().pk, email="jo@t.example", name="Jo", now=NOW, by=f"user/{make.ready('auditor').pk}"
        )
    assert codes(no) == {"permission.missing"}
