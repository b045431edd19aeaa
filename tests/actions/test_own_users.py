"""Careward's own users, looked at as the accounts of a system are: leavers, the unused, and administrators made by one person alone."""

from datetime import date, timedelta

import pytest

from careward.evidence.ledger.models import Entry
from careward.jobs.own_users import look_at_own_users
from careward.people.signin import tokens
from careward.people.signin.models import ApiToken, RoleHeld, User
from careward.people.staff.models import Assignment
from careward.work.tasks.models import Task
from tests.make import people as make

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.make.people_urls")]
NOW, TODAY = make.NOW, make.TODAY


def look(now=NOW) -> bool:
    return look_at_own_users(organisation="RX3", now=now)


def holder(name: str, role: str = "auditor", **posting) -> User:
    at = make.organisation()
    who = make.user(name=name, person=make.staff(at, name, **posting))
    make.role(who, at, role)
    return who


def leave(who: User, on: date = date(2026, 11, 22)) -> None:
    Assignment.objects.filter(person=who.person).update(end_on=on)


def held(who: User) -> int:
    return RoleHeld.objects.filter(user=who).exclude(to_on__lte=TODAY).count()


def tasks() -> dict[str, str]:
    return dict(Task.objects.exclude(state="closed").values_list("kind", "title"))


def test_a_leaver_s_roles_and_tokens_end_and_it_is_written_down_why():
    at, who, stays = make.organisation(), holder("Carol Dewhurst"), holder("Bo Falk")
    make.role(who, at, "clinician", from_on=TODAY + timedelta(days=9))  # one to come as well
    make.role(who, make.organisation("RYY"), "auditor")
    key = tokens.make_token(organisation_id=at.pk, user_id=who.pk, name="A", scope="people", now=NOW, by=f"user/{who.pk}")
    assert look() is False
    leave(who)
    assert look() is True
    rows = RoleHeld.objects.filter(user=who, organisation=at)
    assert all(r.to_on <= max(TODAY, r.from_on) for r in rows) and held(stays) == 1
    assert RoleHeld.objects.get(user=who, organisation__ods_code="RYY").to_on is None  # another's to end
    assert ApiToken.objects.get(pk=key.id).ended_at == NOW
    ends = Entry.objects.filter(verb="role.ended")
    assert {(e.actor, e.body["why"]) for e in ends} == {("job/own-users", "The staff record shows that they have left")} and len(ends) == 2
    assert look() is False and Entry.objects.filter(verb="role.ended").count() == 2


def test_a_user_still_in_a_post_or_in_no_staff_record_keeps_their_roles():
    last_day, stranger = holder("Di Clerk", end_on=TODAY), make.user()
    make.role(stranger, make.organisation())
    look()
    assert held(last_day) == held(stranger) == 1


def test_when_many_have_left_at_once_nothing_ends_and_somebody_is_asked():
    users = [holder(f"User Number{n}") for n in range(6)]
    for who in users[:4]:
        leave(who)
    assert look() is True
    assert [held(u) for u in users] == [1] * 6
    assert tasks() == {"careward.leavers": "End the roles of users who have left"}
    assert Task.objects.get().role == "trust_administrator" and "4 of its users" in Task.objects.get().why
    Assignment.objects.filter(person=users[0].person).update(end_on=None)
    assert look() is True
    assert tasks() == {} and sum(held(u) for u in users) == 3


def test_whoever_does_not_sign_in_for_the_pack_s_days_is_asked_about_until_they_do():
    who, new = holder("Bo Falk"), holder("Jo New")
    User.objects.filter(pk=who.pk).update(last_login=NOW - timedelta(days=90))
    look()
    assert tasks() == {}
    User.objects.filter(pk=who.pk).update(last_login=NOW - timedelta(days=91))
    look()
    task = Task.objects.get()
    assert (task.kind, task.role, task.about) == ("careward.unused", "trust_administrator", who.person)
    assert (
        task.title == "Say whether Bo Falk still needs Careward"
        and "signed in last on 24 August 2026" in task.why
        and "90 days" in task.why
    )
    assert look() is False
    User.objects.filter(pk=who.pk).update(last_login=NOW)
    look()
    assert tasks() == {}
    look(NOW + timedelta(days=91))
    assert {t.title for t in Task.objects.exclude(state="closed")} >= {"Say whether Jo New still needs Careward"}
    assert "never signed in" in Task.objects.exclude(state="closed").get(about=new.person).why


def test_a_second_person_looks_at_each_administrator_that_one_made():
    at, giver = make.organisation(), make.user(name="Ada Admin")
    who = holder("Bo Falk", "clinician")
    make.role(who, at, "system_administrator", system_code="paris", given_by=f"user/{giver.pk}")
    make.role(who, at, "auditor", given_by=f"user/{giver.pk}")
    make.role(holder("Jo New"), at, "trust_administrator", given_by="cli/root")
    look()
    task = Task.objects.get()
    assert (task.kind, task.role, task.about) == ("careward.administrator", "head_of_ig", who.person)
    assert "Ada Admin made Bo Falk System administrator for PARIS" in task.why
    Task.objects.update(state="said_done")
    look()
    assert Task.objects.get().state == "closed"
    assert look() is False and Task.objects.count() == 1  # looked at once is enough


def test_a_review_ends_with_the_role():
    at, who = make.organisation(), holder("Bo Falk", "clinician")
    row = make.role(who, at, "system_administrator", given_by=f"user/{make.user().pk}")
    look()
    RoleHeld.objects.filter(pk=row.pk).update(to_on=TODAY)
    look()
    assert Task.objects.get().state == "closed"
