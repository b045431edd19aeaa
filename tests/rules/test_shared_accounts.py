"""Which approvals of a shared account speak, how long one may last, and who may answer for it."""

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careward.access.authorisations.rules import last_day, may_be_asked, may_own, speaking
from careward.core.packs.pack import load as load_pack
from careward.core.packs.shared_accounts import SharedAccounts
from careward.people.staff.rules import Post
from careward.work.tasks.rules import stands_until

ON = date(2026, 11, 23)
DAY = timedelta(days=1)
days = st.integers(-400, 800).map(lambda n: ON + n * DAY)
maybe_days = days | st.none()
posts = st.builds(
    Post, team_id=st.just(1), team=st.just("Ward"), job=st.just("Nurse"), person_type=st.just("employee"),
    status=st.sampled_from(["active", "suspended", "terminated"]), is_primary=st.just(True), start_on=days, end_on=maybe_days,
    gone_on=maybe_days, supervisor=st.just(""),
)  # fmt: skip
owners = st.lists(posts, max_size=3)
rules = st.builds(SharedAccounts, most_days=st.integers(1, 800), clause=st.just("EL-027"))


@dataclass(frozen=True)
class Row:
    until: date

    def stands(self, on: date) -> bool:
        return self.until >= on


def codes(decision) -> set[str]:
    return {r.code for r in decision.reasons}


@given(st.lists(days.map(Row), max_size=5), days)
def test_those_in_force_speak_and_where_none_is_every_one_that_has_run_out(rows, on):
    told = speaking(rows, on)
    assert told == [r for r in rows if r.until >= on] or (told == rows and all(r.until < on for r in rows))


@given(owners, days, days, rules)
def test_an_approval_can_be_asked_for_exactly_where_its_owner_is_here_from_now_to_its_end_and_it_is_not_too_long(owner, until, on, rule):
    until = max(until, on)
    fits = until <= on + rule.most_days * DAY
    stays = all(any(p.in_post(day) for p in owner) for day in (on, until if fits else on))
    decision = may_be_asked(owner=owner, until=until, on=on, rule=rule)
    assert bool(decision) == (fits and stays)
    assert ("until.too_far" in codes(decision)) == (not fits)
    assert bool(codes(decision) & {"number.leaving", "number.not_in_post"}) == (not stays)
    assert all(r.clause == "EL-027" and r.detail and r.remedy for r in decision.reasons)


@given(owners, days, days)
def test_who_is_not_in_post_is_never_said_to_be_leaving(owner, until, on):
    found = codes(may_own(owner, until=max(until, on), on=on, clause="house"))
    assert len(found) <= 1
    assert ("number.not_in_post" in found) == (not any(p.in_post(on) for p in owner))


@given(maybe_days, days, rules)
def test_what_is_not_said_is_nobody_s_reason_here(until, on, rule):
    decision = may_be_asked(owner=None, until=until, on=on, rule=rule)
    assert codes(decision) == ({"until.too_far"} if until and until > last_day(rule, on) else set())


@pytest.mark.clause("EL-027")
@pytest.mark.parametrize(("name", "most", "clause"), [("base", 365, "house"), ("elft", 365, "EL-027"), ("tewv", 365, "house")])
def test_how_long_an_approval_lasts_stands_in_the_pack(name, most, clause):
    rule = load_pack(name).shared_accounts
    assert (rule.most_days, rule.clause) == (most, clause) and last_day(rule, ON) == ON + most * DAY


@given(st.sampled_from(["approve", "arranged", "still_needed", "gone", "not_needed", "is"]), maybe_days, days, days)
def test_what_waits_for_a_decision_holds_its_task_until_it_was_due_and_never_a_day_past(answer, until, due_on, today):
    stands = stands_until(answer, until=until, due_on=due_on, today=today)
    if answer == "approve":
        assert stands == max(due_on, today)
    elif answer in ("arranged", "still_needed"):
        assert stands == until
    else:
        assert stands == (until if answer == "gone" and until and until >= today else None)
