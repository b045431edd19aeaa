"""What somebody began: sent once however often and by how many windows, let go after its days, and whoever is added is invited once."""

from datetime import timedelta
from threading import Barrier, Thread
from types import SimpleNamespace

import pytest
from django.core import mail
from django.db import connection

from careward.core.decision import Refused, refuse
from careward.core.forms import digest
from careward.evidence.errands.models import Errand
from careward.evidence.ledger.models import Entry
from careward.people.signin import drafts, invitations, inviting
from careward.people.signin.drafts import DraftOf
from careward.people.signin.models import Draft, Invitation, RoleHeld, User
from tests.make import people as make

NOW, TODAY = make.NOW, make.TODAY


def begun(answers: dict, now=NOW, form: str = "toy.form") -> tuple[DraftOf, str]:
    """A draft of somebody's, and what they saw of it."""
    of = DraftOf(make.user().pk, make.organisation().pk, form, now)
    of.keep(answers)
    return of, digest(of.read().answers, number=of.read().number)


@pytest.mark.django_db
def test_answers_are_read_back_as_they_were_given():
    answers = {"name": "Robin", "several": ("a", "b"), "none": (), "blank": ""}
    of, _ = begun(answers)
    assert of.read().answers == answers
    of.keep({"name": "Jo"})
    assert of.read().answers == {"name": "Jo"} and Draft.objects.count() == 1


@pytest.mark.django_db
def test_what_a_rule_refuses_leaves_the_draft_and_nothing_else():
    of, seen = begun({"name": "Robin"})

    def no(answers):
        make.organisation("RYY")
        raise Refused(refuse("a.one", "house", "One"))

    with pytest.raises(Refused):
        of.finish(seen=seen, do=no)
    assert of.read() is not None and make.Organisation.objects.count() == 1


@pytest.mark.django_db
def test_a_draft_begun_anew_is_not_sent_by_the_page_of_the_old():
    of, seen = begun({"name": "Robin"})
    assert of.finish(seen=seen, do=lambda answers: "done") == "done"
    assert of.finish(seen=seen, do=lambda answers: pytest.fail("acted")) is None
    of.keep({"name": "Robin"})
    with pytest.raises(Refused) as no:
        of.finish(seen=seen, do=lambda answers: pytest.fail("acted"))
    assert [r.code for r in no.value.decision.reasons] == ["draft.changed"]


@pytest.mark.django_db(transaction=True)
def test_sent_by_two_at_once_it_is_one_act():
    of, seen = begun({"name": "Robin"})
    start, said = Barrier(2), []

    def send() -> None:
        start.wait()
        try:
            said.append(of.finish(seen=seen, do=lambda answers: f"made {make.organisation('RYY').pk}"))
        finally:
            connection.close()

    threads = [Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(s is None for s in said) == [False, True] and not Draft.objects.exists()


@pytest.mark.django_db
def test_what_is_left_alone_is_let_go_after_the_days_the_installation_says(settings):
    settings.DRAFT_DAYS = 7
    old, _ = begun({"name": "Robin"}, NOW - timedelta(days=7, seconds=1))
    young, _ = begun({"name": "Jo"}, NOW - timedelta(days=7))
    assert young.read().kept_until == TODAY
    assert drafts.clear_old(now=NOW) == 1
    assert old.read() is None and young.read() is not None


def add(**more) -> bool:
    facts = {"email": "robin@trust.example", "name": "Robin Vale", "role": "auditor", "from_on": TODAY, "now": NOW, **more}
    return invitations.offer_role(organisation_id=make.organisation().pk, **facts)


@pytest.fixture
def by() -> str:
    return f"user/{make.ready('trust_administrator').pk}"


@pytest.mark.django_db
def test_who_is_invited_is_written_down_and_sent_a_letter(by):
    assert add(by=by) is False
    row = Invitation.objects.get()
    assert [(e.verb, e.actor, e.subject) for e in Entry.objects.all()] == [("invitation.made", by, f"invitation/{row.pk}")]
    assert "robin" not in str(Entry.objects.get().body).lower()
    assert [(e.name, e.body) for e in Errand.objects.all()] == [("signin.invite", {"invitation": row.pk})]


@pytest.mark.django_db
def test_nobody_is_invited_unless_their_role_can_be_given_too(by):
    with pytest.raises(Refused) as no:
        add(by=by, name=" ", role="king", from_on=TODAY - timedelta(days=1), systems=("burn", "scald"))
    codes = [r.code for r in no.value.decision.reasons]
    assert codes == ["user.unnamed", "role.unknown", "role.backdated", "role.system_unknown", "role.system_unknown"]
    assert (User.objects.count(), RoleHeld.objects.count(), Errand.objects.count()) == (1, 1, 0)


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["auditor", "line_manager", "head_of_ig"])
def test_only_who_may_adds_somebody(role):
    with pytest.raises(Refused) as no:
        add(by=f"user/{make.ready(role).pk}")
    assert {r.code for r in no.value.decision.reasons} == {"permission.missing"} and not Errand.objects.exists()


@pytest.mark.django_db
def test_who_may_for_one_system_adds_nobody_for_all():
    bound = make.user()
    make.role(bound, make.organisation(), "trust_administrator", system_code="paris")
    with pytest.raises(Refused):
        add(by=f"user/{bound.pk}")


@pytest.mark.django_db
def test_an_invitation_that_was_withdrawn_is_not_sent(by):
    add(by=by)
    row = Invitation.objects.get()
    errand = SimpleNamespace(body={"invitation": row.pk}, claimed_at=NOW, organisation="RX3")
    inviting.sent(errand, inviting.send(errand))
    assert [m.to for m in mail.outbox] == [["robin@trust.example"]] and Entry.objects.filter(verb="user.invited").count() == 1
    invitations.withdraw_invitation(organisation_id=row.organisation_id, invitation_id=row.pk, now=NOW, by=by)
    inviting.sent(errand, inviting.send(errand))
    assert len(mail.outbox) == 1 and Entry.objects.filter(verb="user.invited").count() == 1
