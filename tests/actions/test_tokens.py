"""Keys to the API and the command line: whose they are, how long they last, what they open, and how many wrong ones may be tried."""

import os
import pwd
from datetime import date, timedelta

import pytest
from django.test import RequestFactory
from ninja.errors import HttpError

from careward.core.decision import Refused
from careward.evidence.ledger.models import Entry
from careward.people.signin import guesses, keyboard, tokens
from careward.people.signin.api_keys import Bearer, Client
from careward.people.signin.models import ApiToken, User, WrongTokens
from tests.make import people as make

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.make.people_urls")]
NOW, TODAY = make.NOW, make.TODAY
SEE = "accounts:findings:see"


def codes(caught) -> set[str]:
    return {r.code for r in caught.value.decision.reasons}


def asked(token: str, permission: str = SEE, *, now=NOW, address: str = "10.0.0.1") -> Client | None:
    request = RequestFactory().get("/", headers={"Authorization": f"Bearer {token}"}, REMOTE_ADDR=address)
    request.now = now
    return Bearer(permission)(request)


def auditor(at=None) -> User:
    who = make.user()
    make.role(who, at or make.organisation(), "auditor")
    return who


def made(who: User, **more) -> tokens.MadeToken:
    facts = {"organisation_id": make.organisation().pk, "name": "Warehouse", "scope": "findings", "now": NOW, "by": f"user/{who.pk}"}
    return tokens.make_token(user_id=who.pk, **{**facts, **more})


def test_a_token_is_shown_once_and_opens_only_its_scopes_until_it_ends():
    who = auditor()
    key = made(who, scope="findings  clauses")
    row, entry = ApiToken.objects.get(pk=key.id), Entry.objects.latest("id")
    assert key.token not in str(row.__dict__) + str(entry.body) and key.token.startswith(row.prefix) and len(row.prefix) == 11
    assert (row.scope, len(row.token_hash), row.user, row.ends_on) == ("clauses findings", 64, who, TODAY + timedelta(days=90))
    assert (entry.verb, entry.actor, entry.body["scope"], entry.body["user"]) == (
        "token.made",
        f"user/{who.pk}",
        "clauses findings",
        who.pk,
    )
    client = asked(key.token)
    assert client and (client.organisation, client.actor) == ("RX3", f"token/{row.pk}")
    with pytest.raises(HttpError, match="staff:people:see"):
        asked(key.token, "staff:people:see")
    assert asked(key.token + "x") is None
    for _ in range(2):
        tokens.end_token(organisation_id=row.organisation_id, token_id=row.pk, now=NOW + timedelta(hours=1), by=f"user/{who.pk}")
    assert asked(key.token) is None
    assert Entry.objects.filter(verb="token.ended").count() == 1


def test_a_token_opens_nothing_from_its_last_day_on():
    key = made(auditor(), ends_on=TODAY + timedelta(days=7))
    assert asked(key.token, now=NOW + timedelta(days=6))
    assert asked(key.token, now=NOW + timedelta(days=7)) is None


def test_a_token_ends_with_the_roles_of_its_person_and_reaches_no_further_than_they():
    at, who = make.organisation(), make.user()
    role = make.role(who, at, "system_administrator", system_code="paris")
    key = made(who)
    client = asked(key.token)
    assert client and client.systems_for(SEE) == {"paris"}
    role.to_on = TODAY
    role.save()
    with pytest.raises(HttpError):
        asked(key.token)
    make.role(who, at, "auditor")
    assert asked(key.token)
    User.objects.filter(pk=who.pk).update(is_active=False)
    assert asked(key.token) is None


def test_a_token_made_before_tokens_were_somebody_s_opens_nothing():
    row = make.token(make.organisation(), "findings", "cw_old")
    assert asked("cw_old")
    ApiToken.objects.filter(pk=row.pk).update(user=None)
    assert asked("cw_old") is None


def test_what_a_token_may_not_be_is_told_all_at_once():
    who, clinician = auditor(), make.user()
    make.role(clinician, make.organisation(), "clinician")
    with pytest.raises(Refused) as no:
        made(who, name=" ", scope="people everything", by=f"user/{clinician.pk}", ends_on=TODAY)
    assert codes(no) == {"token.unnamed", "token.scope_unknown", "token.anothers", "token.over"}
    with pytest.raises(Refused) as no:
        made(clinician, scope="findings", ends_on=TODAY + timedelta(days=91))
    assert codes(no) == {"token.beyond_roles", "token.too_long"}
    with pytest.raises(Refused) as no:
        made(who, scope="")
    assert codes(no) == {"token.scope_unknown"}
    assert not ApiToken.objects.exists() and made(who).token != made(who).token


def test_only_its_person_and_who_administers_users_end_a_token():
    at, who = make.organisation(), auditor()
    key, another, administrator = made(who), auditor(), make.user()
    make.role(administrator, at, "trust_administrator")
    end = {"organisation_id": at.pk, "token_id": key.id, "now": NOW}
    with pytest.raises(Refused) as no:
        tokens.end_token(by=f"user/{another.pk}", **end)
    assert codes(no) == {"token.anothers"} and asked(key.token)
    tokens.end_token(by=f"user/{administrator.pk}", **end)
    assert asked(key.token) is None
    with pytest.raises(ApiToken.DoesNotExist):
        tokens.end_token(organisation_id=make.organisation("RYY").pk, token_id=key.id, now=NOW, by="cli/setup")


def test_an_address_that_tried_many_wrong_tokens_is_heard_no_more_for_some_minutes(settings):
    key = made(auditor())
    for number in range(settings.WRONG_TOKENS):
        assert asked(f"cw_{number:08}") is None
    with pytest.raises(HttpError) as refused:
        asked(key.token)
    assert refused.value.status_code == 429
    assert asked(key.token, address="10.0.0.2")
    assert asked(key.token, now=NOW + guesses.STRETCH)


def test_of_one_beginning_only_so_many_are_tried_from_wherever_they_come(settings):
    key = made(auditor())
    for number in range(settings.WRONG_TOKENS):
        assert asked(f"{key.token[:11]}{number}", address=f"10.0.1.{number}") is None
    for tried in (key.token, f"{key.token[:11]}z"):
        with pytest.raises(HttpError) as refused:
            asked(tried, address="10.0.2.1")
        assert refused.value.status_code == 429
    assert asked(made(auditor()).token, address="10.0.2.1")


def test_counts_of_wrong_tokens_tell_nobody_and_are_let_go_of():
    asked("cw_somebodys", address="10.9.8.7")
    assert "10.9" not in str(WrongTokens.objects.values()) and "somebodys" not in str(WrongTokens.objects.values())
    assert guesses.clear_old(now=NOW + timedelta(minutes=9)) == 0
    assert guesses.clear_old(now=NOW + timedelta(minutes=11)) == 2 and not WrongTokens.objects.exists()


def test_a_command_is_in_the_name_of_its_token_s_person():
    who = auditor()
    acting = keyboard.who_acts(token=made(who, scope="commands").token, now=NOW)
    assert (acting.actor, acting.organisation) == (f"user/{who.pk}", "RX3")


def test_a_command_is_refused_a_token_that_opens_nothing_or_other_things(settings):
    who = auditor()
    with pytest.raises(Refused) as no:
        keyboard.who_acts(token=made(who, scope="findings").token, now=NOW)
    assert codes(no) == {"token.no_commands"}
    for _ in range(settings.WRONG_TOKENS):
        with pytest.raises(Refused) as no:
            keyboard.who_acts(token="cw_wrong", now=NOW)
        assert codes(no) == {"token.unknown"}
    with pytest.raises(Refused) as no:
        keyboard.who_acts(token=made(who, scope="commands").token, now=NOW)
    assert codes(no) == {"token.too_many"}


def test_at_the_keyboard_counts_the_number_of_the_account_and_no_variable(monkeypatch):
    for variable in ("LOGNAME", "USER", "LNAME", "USERNAME", "SUDO_USER"):
        monkeypatch.setenv(variable, "alice")
    assert keyboard.who_acts(now=NOW) == keyboard.Acting(f"cli/{pwd.getpwuid(os.getuid()).pw_name}")
    monkeypatch.setattr(os, "getuid", lambda: 4_000_000_001)
    assert keyboard.who_acts(now=NOW).actor == "cli/4000000001"


def test_a_token_s_day_is_no_later_than_the_installation_lets_it_last(settings):
    settings.TOKEN_DAYS = 7
    assert made(auditor()).ends_on == TODAY + timedelta(days=7) == date(2026, 11, 30)
