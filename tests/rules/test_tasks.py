"""The words and the key of the task that each finding raises."""

import re
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careward.access.accounts import tasks
from careward.access.accounts.tasks import Cause
from careward.core.packs.pack import load as load_pack

CODES = sorted(c for c in load_pack("base").findings if not c.endswith("_team"))
STEPS = ["warn", "lock", "close", "amend", "ask"]
TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=20).filter(str.strip)
CAUSE = Cause(
    code="account.leaver", topic="", step="close", detail="Left on 2026-11-01", system_code="paris", system_name="PARIS", environment="live",
    username="cdewhurst", employee_number="E1", holder="Carol Dewhurst", who="system_administrator",
)  # fmt: skip
CAUSES = st.builds(
    Cause, code=st.sampled_from(CODES), topic=TEXT, step=st.sampled_from(STEPS), detail=TEXT, system_code=st.sampled_from(["paris", "rio"]),
    system_name=TEXT, environment=st.sampled_from(["live", "training"]), username=TEXT, employee_number=TEXT | st.just(""),
    holder=TEXT | st.just(""), who=st.sampled_from(["system_administrator", "line_manager", "head_of_ig", "trust_administrator", "other"]),
)  # fmt: skip


@pytest.mark.parametrize("code", CODES)
def test_every_code_of_the_pack_has_a_title_that_begins_with_a_verb_and_a_reason(code):
    rule = load_pack("base").findings[code]
    step = {"account.leaver": "close", "account.absent": "lock", "account.inactive": "lock"}.get(
        code, "amend" if "entitlement" in code else "ask"
    )
    words = tasks.words(replace(CAUSE, code=code, step=step, who=rule.who, topic="data-security"))
    assert words.title.split()[0] in {"Close", "Lock", "Find", "Say", "Decide", "Have", "Ask", "Check", "Put", "Look"}
    assert words.why.startswith("Yours ") and words.why.endswith("Left on 1 November 2026.")


@pytest.mark.parametrize("code", CODES)
def test_where_somebody_is_only_asked_the_title_tells_nobody_to_lock_or_close(code):
    title = tasks.words(replace(CAUSE, code=code, step="ask")).title
    assert not title.startswith(("Lock", "Close")), title


@given(cause=CAUSES)
def test_words_name_whose_and_where_and_leave_no_gap(cause):
    words = tasks.words(cause)
    assert "{" not in words.title.replace(cause.whose, "").replace(cause.system_name, "").replace(cause.topic, "").replace(
        cause.username, ""
    )
    assert cause.whose in words.title or cause.username in words.title or cause.system_name in words.title
    assert words.otherwise == ""
    assert words.why.startswith("Yours ")


def test_a_notice_says_what_happens_when_nobody_acts():
    words = tasks.words(replace(CAUSE, code="account.inactive", step="warn", who="line_manager"), locks_on=date(2026, 12, 1))
    assert words.title == "Say whether Carol Dewhurst still needs PARIS, account cdewhurst"
    assert words.otherwise == "If you do nothing, the account is locked on 1 December 2026."
    assert words.why == "Yours because you manage Carol Dewhurst. Left on 1 November 2026."


def test_only_a_notice_says_so():
    assert tasks.words(CAUSE, locks_on=date(2026, 12, 1)).otherwise == ""


def test_where_nobody_is_matched_the_user_name_stands_for_them():
    assert tasks.words(replace(CAUSE, holder="")).title == "Close cdewhurst on PARIS"
    assert tasks.words(replace(CAUSE, environment="training")).title == "Close Carol Dewhurst on PARIS (training), account cdewhurst"


def test_a_name_with_braces_is_a_name():
    assert tasks.words(replace(CAUSE, holder="{where} O'Neil")).title == "Close {where} O'Neil on PARIS, account cdewhurst"


@given(cause=CAUSES)
def test_lock_and_close_are_one_piece_of_work_of_one_role(cause):
    lock, close = replace(cause, step="lock", code="account.absent"), replace(cause, step="close", code="account.leaver")
    assert tasks.key_of(lock) == tasks.key_of(close)
    another = replace(lock, who="head_of_ig" if lock.who != "head_of_ig" else "system_administrator")
    assert tasks.key_of(lock) != tasks.key_of(another)


@given(one=CAUSES, other=CAUSES)
def test_accounts_of_two_systems_or_environments_never_share_a_task(one, other):
    of_a_person = {one.code, other.code} & set(tasks.OF_A_PERSON)
    if not of_a_person and (one.system_code, one.environment) != (other.system_code, other.environment):
        assert tasks.key_of(one) != tasks.key_of(other) or (
            one.code == other.code == "feed.unsafe" and one.system_code == other.system_code
        )


@given(cause=CAUSES)
def test_one_course_of_one_person_is_one_task_whatever_the_account(cause):
    course = replace(cause, code="training.missing", employee_number="E1", topic="data-security")
    elsewhere = replace(course, system_code="epma", username="another", environment="training", code="training.expired")
    assert tasks.key_of(course) == tasks.key_of(elsewhere) == "person/E1/training/data-security"


@given(cause=CAUSES)
def test_each_question_on_an_account_is_a_task_of_its_own(cause):
    codes = [c for c in CODES if c not in tasks.OF_A_PERSON and c != "feed.unsafe"]
    keys = {tasks.key_of(replace(cause, code=c, step="ask")) for c in codes}
    assert len(keys) == len(codes)
    assert all(re.fullmatch(r"account/(paris|rio)/(live|training)/.*", k, re.DOTALL) for k in keys)
