"""Signing in through the whole stack: password, second factor, terms, organisation, and the door of the demonstration."""

import re
from base64 import b32decode
from types import SimpleNamespace

import pytest
from allauth.core.context import request_context
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal.auth import begin_authentication
from django.core import mail
from django.core.cache import cache
from django.test import Client, RequestFactory
from django.urls import clear_url_caches, get_resolver, reverse

from careward.engines.synthetic.organisation import DOMAIN
from careward.evidence.ledger.models import Entry
from careward.people.signin.letters import LETTERS, VERBS
from careward.people.signin.models import RoleHeld, TermsAccepted, User
from careward.people.signin.rules import PERSONA_DOMAINS
from careward.people.signin.sign_in import FactorAdapter
from careward.people.staff.models import Organisation
from tests.make import people as make
from tests.make.pages import markup

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.make.people_urls")]


@pytest.fixture(autouse=True)
def _day(monkeypatch, settings):
    """The door reads the clock; here it reads the day of the tests."""
    cache.clear()
    settings.STATIC_ROOT.mkdir(exist_ok=True)
    settings.MFA_ADAPTER = "careward.people.signin.sign_in.FactorAdapter"
    monkeypatch.setattr("django.conf.settings.CLOCK", lambda: make.NOW)


@pytest.fixture
def browser() -> Client:
    return Client(raise_request_exception=True)


def sign_in(browser: Client, who: User, password: str = make.PASSWORD):
    return browser.post(reverse("account_login"), {"login": who.email, "password": password})


def page(answer) -> str:
    return markup(answer)


def words_of(answer) -> str:
    return re.sub(r"<[^>]+>|\s+", " ", page(answer))


@pytest.mark.clause("LR-027")
def test_a_password_alone_never_opens_a_role_that_needs_a_second_factor(browser):
    who = make.user()
    make.role(who, make.organisation(), "auditor")
    make.accepted(who, make.organisation())
    assert sign_in(browser, who).status_code == 302
    for address in ("/", reverse("staff:people"), reverse("signin:roles"), reverse("front:own_data")):
        answer = browser.get(address)
        assert (answer.status_code, answer.url) == (302, f"{reverse('signin:second_factor')}?next={address.replace('/', '%2F')}")
    assert browser.get(reverse("signin:second_factor")).status_code == 200
    posted = browser.post(reverse("signin:give_role"), {"email": who.email})
    assert (posted.status_code, posted.url) == (302, reverse("signin:second_factor"))


@pytest.mark.clause("LR-027")
def test_with_an_app_the_password_opens_no_session_before_the_code(browser):
    who = make.ready("auditor")
    Authenticator.objects.all().delete()
    secret = make.app_of(who)
    answer = sign_in(browser, who)
    assert answer.url == reverse("mfa_authenticate")
    assert browser.get("/").url == "/sign-in/?next=/"
    assert "Enter your code" in page(browser.get(answer.url))
    wrong = browser.post(answer.url, {"code": "000000"})
    assert "The code or key is wrong" in page(wrong)
    assert browser.get("/").status_code == 302
    assert browser.post(answer.url, {"code": make.code_of(secret)}).url == "/"
    assert page(browser.get("/")) == "front page of Trust RX3"
    entry = Entry.objects.get(verb="user.signed_in")
    assert (entry.body, entry.actor) == ({"methods": ["password", "mfa"]}, f"user/{who.pk}")


@pytest.mark.clause("LR-027")
def test_a_session_from_before_the_factor_must_prove_it(browser):
    who = make.ready("auditor")
    browser.force_login(who)
    answer = browser.get("/")
    assert answer.url == f"{reverse('mfa_reauthenticate')}?next=%2F"
    form = browser.get(answer.url)
    assert "Your account has a second factor" in page(form)
    assert "Use your password" not in page(form)
    assert browser.get(reverse("front:own_data")).status_code == 302
    assert browser.get(reverse("mfa_deactivate_totp")).status_code == 302
    secret = FactorAdapter().decrypt(Authenticator.objects.get(type="totp").data["secret"])
    assert browser.post(answer.url, {"code": make.code_of(secret), "next": "/"}).url == "/"
    assert browser.get("/").status_code == 200


def test_setting_up_an_app_gives_codes_and_opens_the_pages(browser, django_capture_on_commit_callbacks):
    who = make.user()
    make.role(who, make.organisation(), "auditor")
    make.accepted(who, make.organisation())
    sign_in(browser, who)
    answer = browser.get(reverse("mfa_activate_totp"))
    assert answer.url.startswith(reverse("account_reauthenticate"))
    assert "What you are about to do changes how you sign in" in page(browser.get(answer.url))
    browser.post(answer.url, {"password": make.PASSWORD, "next": reverse("mfa_activate_totp")})
    form = page(browser.get(reverse("mfa_activate_totp")))
    assert 'src="data:image/svg+xml;base64,' in form
    key = re.search(r'id="key">([A-Z2-7 ]+)<', form)[1].replace(" ", "")
    assert len(b32decode(key)) == 20
    assert "Error: " in page(browser.post(reverse("mfa_activate_totp"), {"code": "000000"}))
    with django_capture_on_commit_callbacks(execute=True):
        answer = browser.post(reverse("mfa_activate_totp"), {"code": make.code_of(key)})
    assert answer.url == reverse("mfa_view_recovery_codes")
    codes = re.findall(r'<li class="cw-id">(\d{8})</li>', page(browser.get(answer.url)))
    assert len(set(codes)) == 10
    assert browser.get("/").status_code == 200
    download = browser.get(reverse("mfa_download_recovery_codes"))
    assert download["Content-Disposition"] == 'attachment; filename="recovery-codes.txt"'
    assert codes[0] in page(download)
    kept = str([a.data for a in Authenticator.objects.all()])
    assert key not in kept
    assert codes[0] not in kept
    assert [m.subject for m in mail.outbox] == ["An authenticator app was added to Careward"]


def test_a_recovery_code_signs_in_once(browser):
    who = make.user()
    secret = make.app_of(who)
    make.role(who, make.organisation(), "auditor")
    make.accepted(who, make.organisation())
    browser = make.signed_in(who)
    session = browser.session
    session["account_authentication_methods"] = [{"method": "password", "at": 4e9, "reauthenticated": True}]
    session["account_authentication_methods_user"] = str(who.pk)
    session.save()
    browser.post(reverse("mfa_generate_recovery_codes"))
    code = re.findall(r"\d{8}", page(browser.get(reverse("mfa_download_recovery_codes"))))[0]
    for expected in (302, 200):
        fresh = Client()
        sign_in(fresh, who)
        assert fresh.post(reverse("mfa_authenticate"), {"code": code}).status_code == expected
    assert secret


def test_sign_in_answers_known_and_unknown_addresses_alike(browser):
    known = make.user("bryony@trust.example")
    first = browser.post(reverse("account_login"), {"login": known.email, "password": "wrong wrong wrong"})
    second = browser.post(reverse("account_login"), {"login": "nobody@trust.example", "password": "wrong wrong wrong"})
    assert "The e-mail address or the password is wrong" in page(first)
    blank = re.compile(r'value="[^"]*"|nonce="[^"]*"')
    assert blank.sub("", page(first)) == blank.sub("", page(second))
    assert page(first).count("<title>Error: Sign in - Careward</title>") == 1


def test_a_forgotten_password_is_answered_alike_and_a_letter_goes_either_way(browser):
    who = make.user("bryony@trust.example")
    answers = [browser.post(reverse("account_reset_password"), {"email": e}) for e in (who.email, "nobody@trust.example")]
    assert [a.url for a in answers] == [reverse("account_reset_password_done")] * 2
    assert "Look in your e-mail" in page(browser.get(answers[0].url))
    letter, unknown = mail.outbox
    assert (letter.to, unknown.to) == ([who.email], ["nobody@trust.example"])
    assert "nobody signs in with it" in unknown.body
    link = re.search(r"http://testserver(\S+)", letter.body)[1]
    inner = browser.get(link).url
    form = page(browser.get(inner))
    assert "At least 12 characters" in form
    assert "Error: " in page(browser.post(inner, {"password1": "short", "password2": "short"}))
    new = "four wooden boats"
    done = browser.post(inner, {"password1": new, "password2": new})
    assert "Your password is set" in page(browser.get(done.url))
    assert browser.get("/").status_code == 302
    assert "This link no longer works" in page(Client().get(link, follow=True))
    assert sign_in(Client(), who, new).status_code == 302


def test_a_password_is_changed_with_the_old_one_and_a_letter_tells(browser):
    browser = make.signed_in(make.ready("auditor", email="bryony@trust.example"))
    address = reverse("account_change_password")
    assert "The password you use now" in page(browser.get(address))
    wrong = browser.post(address, {"oldpassword": "no", "password1": "four wooden boats", "password2": "four wooden boats"})
    assert "Enter the password you use now" in page(wrong)
    right = {"oldpassword": make.PASSWORD, "password1": "four wooden boats", "password2": "four wooden boats"}
    assert browser.post(address, right).status_code == 302
    assert [m.subject for m in mail.outbox] == ["Your Careward password was changed"]
    assert "Your password is changed." in page(browser.get(reverse("mfa_index")))


def test_guessing_is_stopped(browser):
    who = make.user()
    for _ in range(5):
        sign_in(browser, who, "wrong wrong wrong")
    assert "Wait 5 minutes" in page(sign_in(browser, who))
    assert browser.get("/").status_code == 302


def test_many_tries_from_one_address_are_answered_429(browser, settings):
    settings.ACCOUNT_RATE_LIMITS = {"login": "2/m/ip"}
    answers = [browser.post(reverse("account_login"), {"login": f"a{n}@trust.example", "password": "x"}).status_code for n in range(3)]
    assert answers == [200, 200, 429]


def test_a_closed_account_does_not_open(browser):
    who = make.user()
    who.is_active = False
    who.save()
    answer = sign_in(browser, who)
    assert "Your Careward account is closed" in page(browser.get(answer.url))
    assert browser.get("/").status_code == 302


def test_nobody_signs_themselves_up_and_nothing_else_of_allauth_is_routed(browser):
    routed = {p for p in get_resolver().reverse_dict if isinstance(p, str)}
    assert "account_signup" not in routed
    assert "account_email" not in routed
    for address in ("/account/signup/", "/accounts/signup/", "/account/email/", "/account/login/", "/account/2fa/", "/sign-in/signup/"):
        assert browser.get(address).status_code == 404


def test_signing_out_asks_for_a_click_and_ends_the_session(browser):
    browser = make.signed_in(make.ready("auditor"))
    assert "Stay signed in" in page(browser.get(reverse("account_logout")))
    assert browser.get("/").status_code == 200
    assert browser.post(reverse("account_logout")).status_code == 302
    assert browser.get("/").url == "/sign-in/?next=/"


@pytest.mark.clause("PA-003")
def test_no_page_opens_before_the_terms_are_accepted_and_a_changed_text_asks_again(browser, monkeypatch):
    who, at = make.user(), make.organisation()
    make.role(who, at, "clinician")
    sign_in(browser, who)
    answer = browser.get("/?a=b")
    assert answer.url == f"{reverse('signin:terms')}?next=%2F"  # what was searched for stays out of addresses
    form = page(browser.get(answer.url))
    assert "You may open a patient" in form or "patient" in form
    shown = re.search(r'name="text_hash" value="([0-9a-f]{64})"', form)[1]
    refused = browser.post(reverse("signin:terms"), {"text_hash": "0" * 64})
    assert refused.status_code == 409
    assert "The terms have changed since you opened the page" in words_of(refused)
    assert not TermsAccepted.objects.exists()
    assert browser.post(reverse("signin:terms"), {"text_hash": shown, "next": "/?a=b"}).url == "/?a=b"
    assert browser.get("/").status_code == 200
    entry = Entry.objects.get(verb="terms.accepted")
    assert (entry.body["text_hash"], entry.subject) == (shown, f"user/{who.pk}")
    at.pack = "elft"
    at.save()
    monkeypatch.setattr("careward.people.signin.arrivals.terms_in_force", lambda pack, on: SimpleNamespace(text_hash="f" * 64))
    assert browser.get("/").url.startswith(reverse("signin:terms"))


def test_after_a_step_only_our_own_pages_are_gone_to(browser):
    who = make.user()
    make.role(who, make.organisation(), "clinician")
    sign_in(browser, who)
    shown = re.search(r'value="([0-9a-f]{64})"', page(browser.get(reverse("signin:terms"))))[1]
    assert browser.post(reverse("signin:terms"), {"text_hash": shown, "next": "https://elsewhere.example/"}).url == "/"
    assert browser.post(reverse("signin:terms"), {"text_hash": shown, "next": "//elsewhere.example/"}).url == "/"


def test_with_roles_at_two_organisations_one_is_chosen(browser):
    who, first, second = make.user(), make.organisation("RX3"), make.organisation("RYY")
    for at in (first, second):
        make.role(who, at, "clinician")
        make.accepted(who, at)
    sign_in(browser, who)
    assert browser.get("/").url.startswith(reverse("signin:choose"))
    assert "Error: " in page(browser.post(reverse("signin:choose"), {"organisation": "999"}))
    assert browser.post(reverse("signin:choose"), {"organisation": second.pk, "next": "/"}).url == "/"
    assert page(browser.get("/")) == "front page of Trust RYY"
    RoleHeld.objects.filter(organisation=second).update(to_on=make.TODAY)
    assert page(browser.get("/")) == "front page of Trust RX3"


def test_without_a_role_only_ones_own_data_opens(browser):
    at = make.organisation()
    carol = make.person(at, "Carol Dewhurst", postcode="DL1 1AA")
    who = make.user(person=carol)
    make.role(who, at, "trust_administrator", to_on=make.TODAY)
    sign_in(browser, who)
    assert browser.get("/").url == reverse("front:own_data")
    assert "DL1 1AA" in page(browser.get(reverse("front:own_data")))
    for name in ("staff:people", "staff:my_team", "signin:roles", "signin:give_role", "signin:terms"):
        answer = browser.get(reverse(name))
        assert (answer.status_code, "You hold no role today" in page(answer)) == (403, True)
    assert browser.get(reverse("mfa_index")).status_code == 200


def test_a_role_to_come_opens_nothing_yet(browser):
    who = make.user()
    make.role(who, make.organisation(), "clinician", from_on=make.TODAY.replace(day=24))
    sign_in(browser, who)
    assert browser.get("/").url == reverse("front:own_data")


def test_standing_costs_two_queries_a_request(browser, django_assert_num_queries):
    who, at = make.ready("auditor"), make.organisation()
    for name in ("line_manager", "service_desk", "privacy_officer"):
        make.role(who, at, name)
    browser = make.signed_in(who)
    browser.get("/")
    with django_assert_num_queries(4):  # the session, the user, and two of ours
        assert browser.get("/").status_code == 200


def persona(name: str = "auditor", role: str = "auditor") -> User:
    who = make.user(f"{name}{PERSONA_DOMAINS[0]}", name=name.title(), password=None)
    make.role(who, made_up(), role)
    make.accepted(who, made_up())
    return who


def made_up() -> Organisation:
    return make.organisation("RZZ9N", demonstration="whole")


def test_two_of_one_role_are_told_apart_by_their_job(browser, settings):
    settings.DEMONSTRATION = True
    for name, job in (("ann", "Bank nurse"), ("bo", "Occupational therapist")):
        who = persona(name, "clinician")
        who.person = make.staff(made_up(), f"{name.title()} Ash", position_title=job)
        who.save()
    listed = page(browser.get(reverse("signin:demonstration")))
    assert "Bank nurse, Trust RZZ9N" in listed and "Occupational therapist, Trust RZZ9N" in listed


def test_personas_are_the_people_of_the_invented_trust_each_once(browser, settings):
    settings.DEMONSTRATION = True
    assert f"@{DOMAIN}" == PERSONA_DOMAINS[0]
    who = persona(role="system_administrator")
    for system in ("paris", "iaptus"):
        make.role(who, made_up(), "system_administrator", system_code=system)
    make.role(who, made_up(), "line_manager")
    RoleHeld.objects.filter(user=persona("ended")).update(to_on=make.TODAY)
    words = words_of(browser.get(reverse("signin:demonstration")))
    assert "Line manager and System administrator IAPTUS AND PARIS" in words
    assert words.count("as Auditor, Line manager and System administrator") == 1  # the name of this persona is Auditor
    assert "Ended" not in words


def test_a_persona_is_entered_with_one_click_and_needs_no_second_factor(browser, settings):
    settings.DEMONSTRATION = True
    who = persona()
    real = make.user()
    make.role(real, make.organisation(), "auditor")
    address = reverse("signin:demonstration")
    listed = page(browser.get(address))
    assert f'name="persona" value="{who.pk}"' in listed
    assert f'name="persona" value="{real.pk}"' not in listed
    assert browser.post(address, {"persona": who.pk}).url == "/"
    assert page(browser.get("/")) == "front page of Trust RZZ9N"
    assert Entry.objects.get(verb="user.signed_in").body == {"methods": ["demonstration"]}
    refused = browser.post(address, {"persona": real.pk})
    assert refused.status_code == 409
    assert browser.post(address, {"persona": "x"}).status_code == 409


def test_only_the_door_frees_a_persona_and_only_while_the_demonstration_is_on(browser, settings):
    settings.DEMONSTRATION = True
    who = persona()
    by_force = Client()
    by_force.force_login(who)
    assert by_force.get("/").url.startswith(reverse("signin:second_factor"))
    browser.post(reverse("signin:demonstration"), {"persona": who.pk})
    settings.DEMONSTRATION = False
    for session in (browser, by_force):  # it ends with the demonstration, for good
        assert session.get("/").url.startswith(reverse("account_login"))
        assert "_auth_user_id" not in session.session
    assert browser.get(reverse("signin:demonstration")).status_code == 404
    assert browser.post(reverse("signin:demonstration"), {"persona": who.pk}).status_code == 404


def test_a_persona_who_was_let_into_a_real_home_is_put_out_and_is_no_choice_at_the_door(browser, settings):
    settings.DEMONSTRATION = True
    who = make.user(f"admin{PERSONA_DOMAINS[0]}", name="Admin", password=None)
    make.role(who, make.organisation(), "trust_administrator")
    make.accepted(who, make.organisation())
    address = reverse("signin:demonstration")
    assert f'value="{who.pk}"' not in page(browser.get(address))
    assert browser.post(address, {"persona": who.pk}).status_code == 409
    browser.force_login(who)
    assert browser.get("/").url.startswith(reverse("account_login"))
    assert "_auth_user_id" not in browser.session


def test_the_door_has_no_address_where_the_demonstration_is_off(browser, settings):
    settings.ROOT_URLCONF = "careward.people.signin.urls"
    clear_url_caches()
    assert browser.get("/demonstration/").status_code == 404
    with pytest.raises(Exception, match="demonstration"):
        reverse("signin:demonstration")


def test_the_pages_of_signing_in_carry_no_inline_script_or_style(browser):
    browser = make.signed_in(make.ready("auditor"))
    session = browser.session
    session["account_authentication_methods"] = [{"method": "mfa", "at": 4e9, "reauthenticated": True}]
    session["account_authentication_methods_user"] = str(User.objects.get().pk)
    session.save()
    for name in (
        "mfa_index",
        "mfa_add_webauthn",
        "mfa_list_webauthn",
        "mfa_deactivate_totp",
        "mfa_generate_recovery_codes",
        "account_logout",
    ):
        answer = browser.get(reverse(name))
        assert answer.status_code == 200, name
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=", page(answer)), name
    text = page(Client().get(reverse("account_login")))
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=", text)


def test_secrets_kept_before_they_were_sealed_still_open():
    adapter = FactorAdapter()
    sealed = adapter.encrypt("JBSWY3DPEHPK3PXP")
    assert "JBSWY3DPEHPK3PXP" not in sealed
    assert adapter.decrypt(sealed) == adapter.decrypt("JBSWY3DPEHPK3PXP") == "JBSWY3DPEHPK3PXP"


def test_what_changes_a_sign_in_is_written_down_under_the_organisation(django_capture_on_commit_callbacks):
    at = make.organisation()
    who = make.ready("auditor", at=at)
    browser = make.signed_in(who)
    browser.post(reverse("account_reauthenticate"), {"password": make.PASSWORD})
    with django_capture_on_commit_callbacks(execute=True):
        browser.post(reverse("mfa_generate_recovery_codes"))
    new = "correct horse battery staple"
    browser.post(reverse("account_change_password"), {"oldpassword": make.PASSWORD, "password1": new, "password2": new})
    entries = Entry.objects.filter(verb__in=["recovery_codes.made", "password.changed"]).order_by("id")
    assert [(e.verb, e.actor, e.subject, e.organisation, e.body) for e in entries] == [
        (verb, f"user/{who.pk}", f"user/{who.pk}", at.ods_code, {}) for verb in ("recovery_codes.made", "password.changed")
    ]
    asked = {"account/email/password_reset_key", "account/email/unknown_account", "invitation", "token_ending"}  # for, or told of, not done
    assert VERBS.keys() == LETTERS.keys() - asked


def test_no_challenge_is_met_by_holding_a_key_alone():
    """A challenge begun at the second step stands in the same place of the session as one begun at the door."""
    who = make.ready("auditor")
    request = RequestFactory().get("/")
    request.session = {}
    with request_context(request):
        options = begin_authentication(who)
    assert options["publicKey"]["userVerification"] == "required"
