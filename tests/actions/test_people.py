"""What is done with roles, users, terms and tokens: decided, written, and put in the ledger in one transaction."""

from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, transaction
from django.http import QueryDict

from careward.config.rooms import house
from careward.core.decision import Refused
from careward.core.rights import NO_RIGHTS
from careward.evidence.ledger.models import Entry
from careward.people.signin import actions, listings, measures, terms
from careward.people.signin.arrivals import rights_of
from careward.people.signin.models import RoleHeld, TermsAccepted, User
from careward.people.signin.rules import PERSONA_DOMAINS
from careward.people.staff import actions as staff_actions
from careward.people.staff import measures as staff_measures
from careward.people.staff import queries
from careward.people.staff.models import Made, Organisation
from tests.make import found
from tests.make import people as make

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.make.people_urls")]
NOW, TODAY = make.NOW, make.TODAY


def codes(caught) -> set[str]:
    return {r.code for r in caught.value.decision.reasons}


def clauses(caught) -> set[str]:
    return {r.clause for r in caught.value.decision.reasons}


def last() -> Entry:
    return Entry.objects.latest("id")


def test_an_organisation_is_named_once_and_renamed_when_it_changes():
    facts = {"ods_code": " rx3 ", "name": "Northmoor", "pack": "tewv", "now": NOW, "by": "cli/setup"}
    row = staff_actions.name_organisation(**facts)
    assert Organisation.objects.get(pk=row).ods_code == "RX3"
    assert (last().verb, last().organisation) == ("organisation.named", "RX3")
    assert staff_actions.name_organisation(**facts) == row
    assert Entry.objects.count() == 1
    assert staff_actions.name_organisation(**{**facts, "name": "Northmoor NHS"}) == row
    assert last().verb == "organisation.renamed"


def test_an_organisation_that_cannot_be_right_is_refused_for_every_reason():
    with pytest.raises(Refused) as no:
        staff_actions.name_organisation(ods_code="?", name=" ", pack="nowhere", now=NOW, by="cli/setup")
    assert codes(no) == {"organisation.code_wrong", "organisation.unnamed", "organisation.pack_unknown"}
    assert not Organisation.objects.exists()


@pytest.mark.clause("LR-025")
def test_two_people_never_share_a_name_to_sign_in_with():
    at = make.organisation()
    facts = {"organisation_id": at.pk, "name": "Bryony Falk", "password": make.PASSWORD, "now": NOW, "by": "cli/setup"}
    actions.make_user(email="Bryony@Trust.Example", **facts)
    with pytest.raises(Refused) as no:
        actions.make_user(email=" bryony@trust.example ", **facts)
    assert (codes(no), clauses(no)) == ({"user.made_already"}, {"house"})  # the procedures of this trust do not ask for it
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create(email="bryony@trust.example", name="Another", created_at=NOW)


@pytest.mark.clause("LR-026")
@pytest.mark.parametrize("password", ["short", "password1234", "bryony@trust.example", "elevenchars"])
def test_a_weak_password_is_refused_and_nobody_is_made(password):
    with pytest.raises(Refused) as no:
        actions.make_user(
            organisation_id=make.organisation(pack="llr").pk,
            email="bryony@trust.example",
            name="Bryony",
            password=password,
            now=NOW,
            by="cli/setup",
        )
    assert clauses(no) == {"LR-026"} and codes(no) <= {f"password.{why}" for why in ("short", "common", "named", "patterned")}
    assert all("12 characters" in r.remedy for r in no.value.decision.reasons)
    assert not User.objects.exists()


def test_a_user_is_tied_to_the_one_member_of_staff_with_their_address():
    at = make.organisation()
    carol = make.person(at, email="carol@trust.example")
    row = actions.make_user(organisation_id=at.pk, email="carol@trust.example", name="Carol Dewhurst", now=NOW, by="cli/setup")
    made = User.objects.get(pk=row)
    assert made.person == carol
    assert not made.has_usable_password()
    assert (last().verb, last().subject) == ("user.made", f"user/{row}")
    assert "carol" not in str(last().body).lower()
    make.person(at, email="two@trust.example")
    make.person(at, email="two@trust.example")
    second = actions.make_user(organisation_id=at.pk, email="two@trust.example", name="Two", now=NOW, by="cli/setup")
    assert User.objects.get(pk=second).person is None


def give(at, who, role="auditor", **more) -> int:
    facts = {"from_on": TODAY, "now": NOW, "by": "cli/setup", **more}
    return actions.give_role(organisation_id=at.pk, user_id=who.pk, role=role, **facts)


def test_a_role_is_given_and_the_ledger_says_by_whom():
    at, who = make.organisation(), make.user()
    row = RoleHeld.objects.get(pk=give(at, who, to_on=date(2027, 1, 1)))
    assert (row.role, row.from_on, row.to_on, row.given_by) == ("auditor", TODAY, date(2027, 1, 1), "cli/setup")
    assert (last().verb, last().actor, last().subject) == ("role.given", "cli/setup", f"user/{who.pk}")
    assert last().body == {"role": "auditor", "system": "", "from_on": "2026-11-23", "to_on": "2027-01-01"}


def test_nobody_gives_a_role_to_themselves_nor_twice():
    at, who = make.organisation(), make.user()
    make.role(who, at)
    with pytest.raises(Refused) as no:
        give(at, who, by=f"user/{who.pk}")
    assert codes(no) == {"role.own", "role.apart"}
    at, who = make.organisation("RYY"), make.user()
    found.system(at)
    give(at, who)
    with pytest.raises(Refused) as no:
        give(at, who)
    assert codes(no) == {"role.held_already"}
    give(at, who, system_code="paris")
    assert RoleHeld.objects.filter(user=who).count() == 2


def test_a_role_is_given_and_ended_only_by_who_may_for_that_system_and_only_for_one_of_the_register():
    at, giver, who = make.organisation(), make.user(), make.user()
    found.system(at)
    make.role(who, at, "clinician")
    make.role(giver, at, system_code="paris")
    by = f"user/{giver.pk}"
    for system, expected in (("", {"permission.missing"}), ("rio", {"permission.missing", "role.system_unknown"})):
        with pytest.raises(Refused) as no:
            give(at, who, by=by, system_code=system)
        assert codes(no) == expected
    with pytest.raises(Refused) as no:
        give(at, who, system_code="pariss")
    assert codes(no) == {"role.system_unknown"}
    row = give(at, who, by=by, system_code="paris")
    whole = give(at, who)
    with pytest.raises(Refused) as no:
        actions.end_role(organisation_id=at.pk, grant_id=whole, end_on=TODAY, now=NOW, by=by)
    assert codes(no) == {"permission.missing"}
    actions.end_role(organisation_id=at.pk, grant_id=row, end_on=TODAY, now=NOW, by=by)


def test_roles_that_check_each_other_are_given_together_only_knowingly():
    at, who = make.organisation(), make.user()
    found.system(at)
    make.role(who, at, "system_administrator", to_on=TODAY)  # ended: no longer beside
    give(at, who)
    give(at, make.user(), "system_administrator", system_code="paris")
    with pytest.raises(Refused) as no:
        give(at, who, "system_administrator", system_code="paris")
    assert codes(no) == {"role.apart"}
    give(at, who, "system_administrator", system_code="paris", knowingly=True)
    shown = listings.roles_page(listings.ask_roles(on=TODAY, given=QueryDict()), organisation_id=at.pk, on=TODAY)
    assert [bool(r.warns) for r in shown.rows if r.email == who.email] == [True, True]


def test_a_role_given_by_mistake_ends_the_same_day_and_can_be_given_again():
    at, who = make.organisation(), make.user()
    row = give(at, who)
    actions.end_role(organisation_id=at.pk, grant_id=row, end_on=TODAY, now=NOW, by="cli/setup")
    assert RoleHeld.objects.get(pk=row).to_on == TODAY
    assert give(at, who) == row
    assert RoleHeld.objects.get(pk=row).to_on is None


def test_the_last_privacy_officer_of_an_organisation_cannot_be_ended():
    at, elsewhere = make.organisation(), make.organisation("RYY")
    row = make.role(make.user(), at, "privacy_officer")
    make.role(make.user(), elsewhere, "privacy_officer")
    end = {"organisation_id": at.pk, "grant_id": row.pk, "end_on": TODAY, "now": NOW, "by": "cli/setup"}
    with pytest.raises(Refused) as no:
        actions.end_role(**end)
    assert codes(no) == {"role.last_kept"}
    closed = make.user()
    closed.is_active = False
    closed.save()
    make.role(closed, at, "privacy_officer")
    with pytest.raises(Refused):
        actions.end_role(**end)
    make.role(make.user(), at, "privacy_officer")
    actions.end_role(**end)
    assert last().verb == "role.ended"


def test_a_role_of_another_organisation_is_out_of_reach():
    row = make.role(make.user(), make.organisation("RYY"), "auditor")
    with pytest.raises(RoleHeld.DoesNotExist):
        actions.end_role(organisation_id=make.organisation().pk, grant_id=row.pk, end_on=TODAY, now=NOW, by="cli/setup")


@pytest.mark.clause("PA-003")
def test_acceptance_is_kept_with_version_and_fingerprint_once():
    at, who = make.organisation(), make.user()
    text = terms.terms_of(organisation_id=at.pk, on=TODAY)
    for _ in range(2):
        actions.accept_terms(organisation_id=at.pk, user_id=who.pk, text_hash=text.text_hash, now=NOW, by=f"user/{who.pk}")
    row = TermsAccepted.objects.get(user=who)
    assert (row.version, row.text_hash, row.accepted_at) == (text.version, text.text_hash, NOW)
    entry = Entry.objects.get(verb="terms.accepted")
    assert entry.body["text_hash"] == text.text_hash
    with pytest.raises(Refused) as no:
        actions.accept_terms(organisation_id=at.pk, user_id=who.pk, text_hash="0" * 64, now=NOW, by=f"user/{who.pk}")
    assert codes(no) == {"terms.changed"}


def test_a_persona_is_entered_only_where_all_is_made_up(settings):
    persona, real, misled = make.user(f"auditor{PERSONA_DOMAINS[0]}"), make.user(), make.user(f"admin{PERSONA_DOMAINS[0]}")
    make.role(persona, make.organisation("RZZ9N", demonstration="whole"), "auditor")
    make.role(misled, make.organisation("RX3"), "trust_administrator")  # an address of that ending in a real home
    for on, who in ((False, persona), (True, real), (False, real), (True, misled)):
        settings.DEMONSTRATION = on
        with pytest.raises(Refused):
            actions.enter_as_persona(user_id=who.pk, now=NOW, by="demonstration")
    assert not Entry.objects.exists()
    settings.DEMONSTRATION = True
    assert actions.enter_as_persona(user_id=persona.pk, now=NOW, by="demonstration") == persona
    assert (last().verb, last().actor) == ("user.signed_in", "demonstration")


def test_what_is_made_up_and_what_is_there_never_share_a_home():
    facts = {"name": "Northmoor", "pack": "tewv", "now": NOW, "by": "cli/setup"}
    row = staff_actions.name_organisation(ods_code="RZZ9N", demonstration=True, **facts)
    for code in ("RX3", "RZZ9N"):  # neither beside it, nor out of it
        with pytest.raises(Refused, match="made up to try Careward with"):
            staff_actions.name_organisation(ods_code=code, **facts)
    assert Organisation.objects.get().demonstration == Made.BEGUN
    for _ in range(2):
        staff_actions.finish_demonstration(ods_code="RZZ9N", now=NOW, by="cli/setup")
    assert Organisation.objects.get(pk=row).demonstration == Made.WHOLE
    assert [e.verb for e in Entry.objects.order_by("id")] == ["organisation.named", "demonstration.finished"]


def test_no_demonstration_is_made_where_a_real_organisation_is():
    facts = {"name": "A trust", "pack": "tewv", "now": NOW, "by": "cli/setup"}
    staff_actions.name_organisation(ods_code="RX3", **facts)
    with pytest.raises(Refused, match="which is there"):
        staff_actions.name_organisation(ods_code="RZZ9N", demonstration=True, **facts)
    staff_actions.finish_demonstration(ods_code="RX3", now=NOW, by="cli/setup")
    assert Organisation.objects.get().demonstration == Made.REAL


def test_managers_teams_and_people_are_found_within_one_organisation():
    at, elsewhere = make.organisation(), make.organisation("RYY")
    boss = make.staff(at, "Ann Boss", team=make.team(at, "Office"))
    nurse = make.staff(at, "Bo Nurse", manager=boss)
    gone = make.staff(at, "Cy Gone", manager=boss, end_on=date(2026, 11, 22))
    stranger = make.staff(elsewhere, "Di Nurse", supervisor_employee_number=boss.employee_number)
    place = {"organisation_id": at.pk, "on": TODAY}
    managers = queries.managers_on(person_ids=[nurse.pk, boss.pk, stranger.pk], **place)
    assert {person: found.manager_id for person, found in managers.items()} == {nurse.pk: boss.pk}
    assert [c.id for c in queries.my_teams(person_id=boss.pk, **place).led[0].people] == [nurse.pk]
    before = queries.my_teams(person_id=boss.pk, organisation_id=at.pk, on=date(2026, 11, 22)).led[0].people
    assert [c.id for c in before] == [gone.pk, nurse.pk]
    assert [c.name for c in queries.search_people(words="nurse", **place)] == ["Bo Nurse"]
    assert [c.name for c in queries.search_people(words=f"bo {nurse.employee_number.lower()}", **place)] == ["Bo Nurse"]
    assert queries.search_people(words="  ", **place) == []
    assert queries.team(team_id=stranger.assignment_set.get().team_id, **place) is None


@pytest.mark.clause("PA-021")
def test_a_deputy_leads_the_managers_people_within_their_dates_only():
    at = make.organisation()
    boss, acting = make.staff(at, "Ann Boss"), make.staff(at, "Bo Deputy")
    nurse = make.staff(at, "Cy Nurse", manager=boss)
    make.deputy(boss, acting, date(2026, 11, 1), date(2026, 12, 1))
    place = {"organisation_id": at.pk}
    for on, may in ((date(2026, 10, 31), False), (date(2026, 11, 1), True), (date(2026, 11, 30), True), (date(2026, 12, 1), False)):
        assert bool(queries.may_act_for(manager_id=boss.pk, actor_id=acting.pk, on=on, **place)) is may
        led = queries.my_teams(person_id=acting.pk, on=on, **place).led
        assert [c.id for one in led for c in one.people] == ([nurse.pk] if may else [])
        assert [m.id for m in queries.managers_acted_for(person_id=acting.pk, on=on, **place)] == ([boss.pk] if may else [])
    assert queries.my_teams(person_id=boss.pk, on=TODAY, **place).deputies[0].last_on == date(2026, 11, 30)


@pytest.mark.clause("PA-003", "PA-021", "LR-027")
def test_the_clauses_of_this_room_are_counted():
    at = make.organisation()
    make.ready("auditor", at=at)
    make.role(make.user(), at, "service_desk")
    make.role(make.user(), at, "clinician")
    make.role(make.user(), at, "auditor", to_on=TODAY)
    User.objects.update(last_login=NOW)
    make.role(make.user(), at, "auditor")  # has not signed in yet, so no second factor is asked of them
    first, second, third, here = (make.staff(at) for _ in range(4))
    for manager, ends in ((first, date(2027, 1, 1)), (second, None), (third, TODAY), (here, TODAY)):
        make.staff(at, manager=manager)
        make.deputy(manager, here if manager != here else first, to_on=ends)
        if manager != here:
            make.absence(manager)
    make.absence(make.staff(at))  # manages nobody
    found = measures.measures(organisation_id=at.pk, on=TODAY) | staff_measures.measures(organisation_id=at.pk, on=TODAY)
    assert {clause: (m.total, m.complies) for clause, m in found.items()} == {
        "PA-003": (4, 1),
        "deputy.acting": (3, 1),
        "factor.second": (2, 1),
    }


def test_terms_are_those_of_the_day(tmp_path):
    early = terms.terms_in_force("base", date(2022, 1, 1))
    assert early.text_hash == terms.terms_in_force("base", datetime(2026, 1, 1, tzinfo=UTC).date()).text_hash
    assert len(early.paragraphs) >= 3


def test_who_is_closed_signs_in_no_more_and_what_they_did_stays():
    at = make.organisation()
    who = make.ready("auditor", at=at)
    browser = make.signed_in(who)
    actions.close_user(organisation_id=at.pk, user_id=who.pk, now=NOW, by="cli/setup")
    actions.close_user(organisation_id=at.pk, user_id=who.pk, now=NOW, by="cli/setup")
    who.refresh_from_db()
    assert not who.is_active
    assert Entry.objects.filter(verb="user.closed", subject=f"user/{who.pk}").count() == 1
    assert browser.get("/people/about-me/").status_code == 302


def test_authority_is_asked_in_one_way_of_whoever_acts():
    at, elsewhere = make.organisation(), make.organisation("RYY")
    who = make.user()
    make.role(who, at, "service_desk", system_code="paris")
    make.role(who, at, "auditor", to_on=TODAY)  # over
    make.role(who, elsewhere, "trust_administrator")
    place = {"organisation_id": at.pk, "on": TODAY}
    rights = rights_of(actor=f"user/{who.pk}", **place)
    assert rights.may("accounts:findings:see", system="paris") and not rights.may("accounts:findings:see", system="rio")
    assert not rights.may("ledger:entries:verify") and not rights.may("signin:roles:give")
    User.objects.filter(pk=who.pk).update(is_active=False)
    assert rights_of(actor=f"user/{who.pk}", **place) == NO_RIGHTS
    token = make.token(at, "people findings", "cw_letters", who=make.user())
    assert rights_of(actor=f"token/{token.pk}", **place) == NO_RIGHTS
    make.role(token.user, at, "auditor", system_code="paris")
    narrow = rights_of(actor=f"token/{token.pk}", **place)
    assert "staff:people:see" in narrow.on() and narrow.on("rio") == frozenset() and "ledger:entries:see" not in narrow.on()
    assert rights_of(actor=f"token/{token.pk}", organisation_id=elsewhere.pk, on=TODAY) == NO_RIGHTS
    assert rights_of(actor=f"token/{token.pk}", organisation_id=at.pk, on=date(2099, 1, 1)) == NO_RIGHTS
    User.objects.filter(pk=token.user_id).update(is_active=False)
    assert rights_of(actor=f"token/{token.pk}", **place) == NO_RIGHTS
    assert rights_of(actor="cli/ops", **place).on("") == frozenset(house().permissions)
    by_name = {p.name for p in house().permissions.values() if p.by_name}
    assert "feeds:loads:allow" in by_name and "accounts:plans:allow" in by_name
    assert rights_of(actor="job/nightly", **place).on("") == frozenset(house().permissions) - by_name
    for stranger in ("", "user/", "user/x", "nightly", "demonstration", "tokens/1"):
        assert rights_of(actor=stranger, **place) == NO_RIGHTS
