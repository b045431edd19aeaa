"""The rules about one account, each by what must always be so; the worked cases of the packs and the set form hold the rest."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careward.access.accounts.rules import authority, holding, own
from careward.access.accounts.rules.answers import effect
from careward.access.accounts.rules.judging import judge
from careward.access.accounts.rules.matching import prepare
from careward.access.accounts.rules.owners import Owners
from careward.access.accounts.rules.plans import unsafe
from careward.access.accounts.rules.shapes import (
    ApprovedGeneric,
    Holder,
    SeenAccount,
    SystemFacts,
)
from careward.access.accounts.rules.states import ACCOUNT, already_so, inactivity_step
from careward.access.authorisations.rules import (
    TOLD_BY_POSTS,
    Authority,
    DeputyTenure,
    RoleTenure,
    Supervised,
    counted,
    split,
    was_not_their_manager,
    was_not_theirs,
)
from careward.core.packs.pack import load as load_pack
from careward.core.packs.reader import names as pack_names
from careward.core.ports import STEPS, Found
from careward.people.staff import rules as staff
from careward.people.staff.rules import Away, CourseTaken, Tenure

ON = date(2026, 11, 22)
PACKS = {name: load_pack(name) for name in pack_names()}
TEWV = PACKS["tewv"]
days = st.integers(-900, 900).map(lambda n: ON + timedelta(days=n))
maybe_days = st.one_of(st.none(), days)
figures = st.builds(
    lambda pack, **changes: replace(pack.inactivity, **changes),
    st.sampled_from(list(PACKS.values())),
    lock_after_days=st.integers(0, 400),
    close_after_days=st.integers(0, 800),
    notice_days=st.integers(0, 30),
)
assignments = st.builds(Tenure, st.sampled_from(["active", "terminated", "maternity"]), maybe_days, maybe_days, maybe_days)
records = st.builds(CourseTaken, st.sampled_from(["dspt", "paris"]), st.sampled_from(["passed", "failed"]), days, maybe_days, maybe_days)
roles = st.sampled_from(["line_manager", "caldicott_guardian", "patient_systems_manager", "clerk"])
terms = st.one_of(st.none(), st.lists(st.sampled_from(["a", "A ", "b", "c"]), max_size=3).map(tuple))
authorisations = st.builds(
    Authority,
    st.just("paris"), st.sampled_from(["live", "sandbox"]), roles, days, st.sampled_from(["normal", "admin"]), maybe_days, terms, terms, st.sampled_from(["", "101", " 101", "102"]), st.sampled_from(["", "need"]),
)  # fmt: skip
holders = st.builds(
    Holder,
    st.just(1), st.just("101"), st.sampled_from(["", "ann@x"]), st.just(""), maybe_days,
    st.lists(assignments, max_size=3).map(tuple), st.lists(records, max_size=3).map(tuple),
    st.lists(st.builds(Away, st.sampled_from(["maternity", "annual_leave"]), days, maybe_days), max_size=2).map(tuple),
    st.lists(authorisations, max_size=4).map(tuple),
)  # fmt: skip
accounts = st.builds(
    SeenAccount,
    st.just(1), st.just("paris"), st.sampled_from(["live", "sandbox"]), st.just("ann"), st.sampled_from(["active", "locked", "closed"]),
    st.sampled_from(["normal", "admin", "generic", "service"]), st.just("101"), st.just(""), st.just(""), maybe_days, maybe_days, terms, terms,
)  # fmt: skip
GRADE = {step: place for place, step in enumerate(STEPS)}


def judged(account, holder, pack=TEWV, on=ON, others=()):
    facts = prepare([holder], [account, *others])
    fits = facts.fits(account)
    known = {"fits": fits, "siblings": facts.siblings(account, fits), "generic": facts.generic(account)}
    return judge(account, **known, system=SystemFacts("paris", "clinical"), pack=pack, on=on)


@pytest.mark.clause("PA-033", "PA-035", "EL-035")
@given(figures, st.sampled_from(["active", "locked"]), days, st.integers(0, 900), st.integers(0, 900))
def test_longer_without_use_is_never_milder(rule, status, used, sooner, later):
    def step(idle):
        return inactivity_step(status=status, last_used_on=used, created_on=None, on=used + timedelta(days=idle), rule=rule)

    first, second = sorted([sooner, later])
    assert GRADE[step(first)] <= GRADE[step(second)]


@pytest.mark.clause("PA-033", "PA-035", "EL-035", "EL-037")
@given(figures, days)
def test_the_day_a_figure_is_reached_counts_and_the_day_before_does_not(rule, used):
    def step(idle, status="active"):
        return inactivity_step(status=status, last_used_on=used, created_on=None, on=used + timedelta(days=idle), rule=rule)

    lock, close, notice = rule.lock_after_days, rule.close_after_days, rule.notice_days
    if close:
        assert step(close) == step(close, "locked") == "close" != step(close - 1)
        assert step(close - 1, "locked") == "nothing"
    if lock and (not close or lock < close):
        assert step(lock) == "lock" != step(lock - 1)
        assert (step(lock - 1) == "warn") is (notice > 0)
        assert step(lock - notice - 1) == "nothing"


@pytest.mark.clause("PA-035")
@given(accounts, holders)
def test_a_closed_account_has_nothing_wrong(account, holder):
    assert judged(replace(account, status="closed"), holder) == ()


@pytest.mark.clause("PA-033")
@given(figures, st.sampled_from(["active", "locked"]), maybe_days, maybe_days)
def test_a_figure_of_nought_means_never(rule, status, used, created):
    never = replace(rule, lock_after_days=0, close_after_days=0)
    account = SeenAccount(1, "paris", "live", "ann", status, "normal", created_on=created, last_used_on=used)
    assert [*own.inactive(account, never, None, ON), *own.use_unknown(account, never)] == []


@pytest.mark.clause("EL-059")
@given(figures, days, days)
def test_an_answer_moves_a_lock_later_and_never_earlier_and_no_closing(rule, used, kept):
    until = min(kept, used + timedelta(days=1200))
    told = {"status": "active", "last_used_on": used, "created_on": None, "on": ON, "rule": rule}
    before, after = inactivity_step(**told), inactivity_step(**told, kept_until=until)
    assert (before == "close") == (after == "close") and GRADE[after] <= GRADE[before]
    assert after != "lock" or until < ON


@pytest.mark.clause("EL-059")
@given(st.sampled_from(list(PACKS.values())), days, days, st.sampled_from(["account.inactive", "account.unmatched"]))
def test_still_needed_is_kept_until_its_day_at_most_the_longest_figure_on_and_only_of_a_lock(pack, until, on, kind):
    kept = effect(kind, "still_needed", until=until, on=on, pack=pack, rule=pack.inactivity)
    moves = pack.answers["still_needed"].step == "keep" and kind == "account.inactive"
    assert (kept is not None) == moves
    assert kept is None or kept.until == min(until, on + timedelta(days=pack.inactivity.most_lock_days))


@pytest.mark.clause("EL-058")
@given(accounts, holders)
def test_use_is_known_or_asked_about_never_both(account, holder):
    codes = {f.code for f in judged(replace(account, kind="normal", status="active"), holder)}
    unknown = account.last_used_on is None and account.created_on is None
    assert ("account.use_unknown" in codes) is unknown
    assert not unknown or "account.inactive" not in codes


@given(accounts, holders)
def test_lines_come_in_order_and_each_carries_a_clause_and_a_known_step(account, holder):
    found = judged(account, holder)
    assert list(found) == sorted(found, key=lambda f: (f.code, f.topic))
    assert len({(f.code, f.topic) for f in found}) == len(found)
    assert all(f.clause and f.detail and f.step in STEPS for f in found)
    assert all(f.settled is (f.step == "lock" and account.status == "locked") for f in found)


@given(accounts, holders)
def test_nothing_is_said_to_have_begun_after_the_day_unless_the_account_or_a_last_day_named_came_later(account, holder):
    named = [account.created_on, *(a.end_on + timedelta(days=1) for a in holder.assignments if a.end_on)]
    for line in judged(account, holder):
        assert line.since is None or line.since <= ON or line.since in named
        assert account.created_on is None or line.since >= account.created_on


@pytest.mark.clause("PA-029", "EL-041")
@given(st.lists(assignments, min_size=1, max_size=4).map(tuple), days)
def test_one_assignment_that_goes_on_keeps_a_person(held, on):
    leaves = list(holding.leaver(Holder(1, "101", assignments=held), None, on))
    assert bool(leaves) is all(a.ended(on) for a in held)
    assert not list(holding.leaver(Holder(1, "101", assignments=(*held, Tenure("active"))), None, on))


@pytest.mark.clause("PA-029", "EL-041")
@given(st.lists(assignments, min_size=1, max_size=4).map(tuple), days, st.integers(0, 900))
def test_who_has_left_stays_left(held, on, later):
    holder = Holder(1, "101", assignments=held)
    assert not list(holding.leaver(holder, None, on)) or list(holding.leaver(holder, None, on + timedelta(days=later)))


@pytest.mark.clause("PA-029", "EL-041")
@given(st.lists(assignments, min_size=1, max_size=4).map(tuple), days)
def test_an_assignment_that_ends_before_it_starts_only_asks(held, on):
    steps = {w.step for w in holding.leaver(Holder(1, "101", assignments=held), None, on)}
    crossed = [a for a in held if a.start_on and a.end_on and a.end_on < a.start_on and not (a.gone_on and a.gone_on <= on)]
    assert steps <= ({"ask"} if crossed else {"close"})


@pytest.mark.clause("PA-029")
@given(days, maybe_days, days)
def test_one_terminated_with_an_end_leaves_the_day_after_it_and_one_without_at_once(on, end, start):
    assert Tenure("terminated", end, None, start).ended(on) is (end is None or end < on)


@pytest.mark.clause("PA-008", "PA-018", "EL-017", "EL-027")
@given(accounts, st.lists(authorisations, max_size=4), st.integers(1, 400), st.lists(st.tuples(days, maybe_days), max_size=3))
def test_an_approval_that_ends_before_it_was_given_never_locks(account, rows, before, listed):
    crossed = [replace(a, kind="normal", expires_on=a.approved_on - timedelta(days=before)) for a in rows]
    held = Holder(1, "101", authorisations=tuple(crossed))
    found = judged(replace(account, status="active", kind="normal"), held)
    steps = [f.step for f in found if f.code in ("authorisation.expired", "environment.unauthorised")]
    counts = counted(authority.here(held, account, ON), holder="101", pack=TEWV)
    assert steps == (["ask"] if counts else ["lock"] if account.environment != "live" else [])
    approvals = [ApprovedGeneric("paris", "ann", begins, ends) for begins, ends in listed]
    asked = {w.step for w in own.generic_unapproved(replace(account, kind="generic"), approvals, ON)}
    begun = [a for a in approvals if a.approved_on <= ON]
    assert asked <= ({"ask"} if any(a.expires_on and a.expires_on < a.approved_on for a in begun) else {"lock"})
    assert {w.step for w in own.generic_unapproved(replace(account, kind="service"), approvals, ON)} <= {"ask"}


@pytest.mark.clause("PA-033", "EL-035")
@given(figures, st.sampled_from(["active", "locked"]), maybe_days, maybe_days)
def test_disuse_counts_from_the_later_of_creation_and_last_use(rule, status, used, created):
    told = {"status": status, "on": ON, "rule": rule}
    later = max((day for day in (used, created) if day), default=None)
    assert inactivity_step(last_used_on=used, created_on=created, **told) == inactivity_step(last_used_on=later, created_on=None, **told)


@pytest.mark.clause("PA-029")
def test_nobody_leaves_for_want_of_a_record():
    assert list(holding.leaver(Holder(1, "101"), None, ON)) == []


@pytest.mark.clause("EL-009", "EL-048")
@given(st.lists(st.tuples(st.sampled_from(["", "1", "2"]), st.sampled_from(["", "a@x", "B@X "]), st.sampled_from(["", "c"])), max_size=7))
def test_two_who_fit_are_never_acted_on(people):
    held = [Holder(i, n, e, c, assignments=(Tenure("terminated"),)) for i, (n, e, c) in enumerate(people, 1)]
    account = SeenAccount(1, "paris", "live", "ann", "active", "normal", "1", "b@x", " C ", ON, ON)
    same = [[h for h in held if getattr(h, f) == v] for f, v in (("employee_number", "1"), ("email", "B@X "), ("smartcard", "c"))]
    fitting = sorted({h.person_id for group in same if len(group) <= 3 for h in group})  # what more than three share is nobody's
    facts = prepare(held, [account])
    fits = facts.fits(account)
    assert [h.person_id for h in fits] == fitting
    found = judge(account, fits=fits, siblings=(), generic=(), system=SystemFacts("paris", "clinical"), pack=TEWV, on=ON)
    expected = {0: {"account.unmatched"}, 1: {"account.leaver"}}.get(len(fitting), {"account.ambiguous"})
    assert expected == {f.code for f in found} & {"account.unmatched", "account.leaver", "account.ambiguous"}
    assert all(f.step == "ask" and f.employee_number is None for f in found if len(fitting) != 1)


written = (
    st.sampled_from(["", "1", "2", " 1", "Ａ1", "a1"]),
    st.sampled_from(["", "c", "C "]),
    st.sampled_from(["", "a@x", "B@X ", "b@x"]),
)


@given(
    st.lists(st.tuples(*written), max_size=7),
    st.lists(st.tuples(st.sampled_from(["normal", "service", "generic"]), *written), min_size=1, max_size=5),
)
def test_a_new_account_is_given_the_person_whom_the_rule_finds_alone(people, new):
    facts = prepare([Holder(i, number, address, card) for i, (number, card, address) in enumerate(people, 1)])
    found = [facts.fits(SeenAccount(1, "paris", "live", "ann", "active", kind, n, a, c, ON, ON)) for kind, n, c, a in new]
    owners = Owners((i, *told) for i, told in enumerate(people, 1))
    assert owners.of(*zip(*new, strict=True)) == [fits[0].person_id if len(fits) == 1 else None for fits in found]


managed = st.builds(Supervised, st.sampled_from(["", "101", " 101", "102"]), days, maybe_days)
acting = st.builds(DeputyTenure, st.sampled_from(["101", "102", "103"]), st.sampled_from(["900", " 900", "901"]), days, maybe_days)


@pytest.mark.clause("PA-008")
@given(st.lists(managed, max_size=4), st.lists(acting, max_size=4), st.sampled_from(TOLD_BY_POSTS), days)
def test_a_manager_is_refused_only_where_a_list_of_that_day_names_another(posts, deputies, role, on):
    asked = {"role": role, "system": "paris", "on": on}
    managers = {p.number.strip() for p in posts if p.since <= on < (p.until or date.max)} - {""}
    then = [(d.manager, d.deputy.strip()) for d in deputies if d.from_on <= on < (d.to_on or date.max)]
    for by in ("101", "102", "900", "902"):
        theirs = by in managers or any(m in managers and d == by for m, d in then)
        known = role == "line_manager" or any(m in managers or d == by for m, d in then)
        assert was_not_their_manager(posts, deputies, [], by=by, **asked) == (bool(managers) and not theirs and known)
        assert not was_not_their_manager(posts, deputies, [RoleTenure(role, "", by, on, None)], by=by, **asked)


spans = st.tuples(roles, st.sampled_from(["", "paris", "rio"]), st.sampled_from(["101", " 101", "102"]), days, maybe_days)


@pytest.mark.clause("PA-009")
@given(st.lists(spans.map(lambda s: RoleTenure(*s)), max_size=5), roles, days)
def test_a_role_is_not_theirs_where_others_or_another_are_known_and_never_where_it_is(tenures, role, on):
    asked = {"role": role, "system": "paris", "on": on}
    then = [(t.number.strip(), t.role) for t in tenures if t.covers("paris", on)]
    for by in ("101", "102", "900"):
        known = any(number == by or held == role for number, held in then)
        assert was_not_theirs(tenures, by=by, **asked) == (role not in TOLD_BY_POSTS and known and (by, role) not in then)
    assert not was_not_theirs([*tenures, RoleTenure(role, "", "900", on, None)], by="900", **asked)


@pytest.mark.clause("EL-028", "EL-029")
@given(st.lists(st.tuples(st.sampled_from(["normal", "admin"]), st.sampled_from(["live", "sandbox"]), maybe_days), min_size=1, max_size=6))
def test_all_but_one_account_of_a_kind_are_duplicates(seen):
    held = [SeenAccount(i, "paris", place, f"u{i}", "active", kind, "101", created_on=day) for i, (kind, place, day) in enumerate(seen)]
    holder = Holder(1, "101")
    found = [f for a in held for f in judged(a, holder, others=[o for o in held if o is not a]) if f.code == "account.duplicate"]
    assert len(found) == len(held) - len({(a.kind, a.environment) for a in held})


@pytest.mark.clause("EL-027")
@given(st.sampled_from(["generic", "service"]), st.lists(st.tuples(days, maybe_days), max_size=3), days)
def test_a_shared_account_stands_exactly_on_an_approval_in_force(kind, rows, on):
    account = SeenAccount(1, "rio", "live", "Desk", "active", kind)
    approvals = [ApprovedGeneric("rio", " desk", begins, ends) for begins, ends in rows]
    stands = any((kind == "service" or begins <= on) and (ends is None or ends >= on) for begins, ends in rows)
    assert [w.code for w in own.generic_unapproved(account, approvals, on)] == ([] if stands else ["account.generic_unapproved"])


@pytest.mark.clause("EL-033")
@given(days, maybe_days, days)
def test_an_absence_ends_the_day_it_is_back(begins, back, on):
    holder = Holder(1, "101", assignments=(Tenure("active"),), absences=(Away("maternity", begins, back),))
    account = SeenAccount(1, "paris", "live", "ann", "active", "normal", "101")
    away = begins <= on and (back is None or on < back)
    assert [w.step for w in holding.absent(account, holder, TEWV.absence, None, on)] == (["ask"] if away else [])
    assert list(holding.absent(replace(account, status="locked"), holder, TEWV.absence, None, on)) == []


@pytest.mark.clause("PA-011", "PA-012", "PA-013")
@given(st.lists(records, max_size=5).map(tuple), days, st.sampled_from(TEWV.training))
def test_one_line_at_most_for_each_course_and_none_when_a_good_pass_is_declared(held, on, course):
    holder = Holder(1, "101", training=held)
    found = list(holding.training(holder, (course,), on))
    mine = [r for r in held if r.course in (course.code, *course.aliases) and r.result == "passed" and r.completed_on <= on]
    good = [r for r in mine if staff.good_until(r, course) >= on]
    declared = [r for r in good if not course.declaration or (r.declaration_signed_on and r.declaration_signed_on <= on)]
    assert len(found) == (0 if declared else 1)
    assert [w.code for w in found] == ([] if declared else ["training.expired" if mine and not good else "training.missing"])
    assert all(w.clause == (course.declaration_clause if good else course.clause) for w in found)


@pytest.mark.clause("PA-008", "EL-017")
@given(st.lists(authorisations, max_size=4), st.sampled_from(["E101", "e101", " E101 "]))
def test_nobody_authorises_their_own_account(rows, number):
    own_word = [replace(r, approved_by=number) for r in rows]
    assert counted(own_word, holder="E101", pack=TEWV) == []


@pytest.mark.clause("PA-009")
@given(authorisations)
def test_an_exception_counts_only_by_the_guardian(row):
    row = replace(row, environment="live", exception_reason="need", approved_by="102")
    assert bool(counted([row], holder="101", pack=TEWV)) is (row.approver_role == "caldicott_guardian")


@pytest.mark.clause("PA-018", "PA-019")
@given(accounts, holders)
def test_live_and_non_live_are_judged_by_their_own_rule(account, holder):
    found = {f.code for f in judged(account, holder)}
    assert not found & (
        {"environment.unauthorised"} if account.environment == "live" else {"authorisation.missing", "authorisation.expired"}
    )


@pytest.mark.clause("PA-008", "PA-018")
@given(accounts, holders, authorisations)
def test_one_more_good_authority_never_brings_a_lock(account, holder, more):
    more = replace(more, approved_on=ON, expires_on=None, approved_by="102")
    with_more = replace(holder, authorisations=(*holder.authorisations, more))
    kinds = {"authorisation.missing", "authorisation.expired", "environment.unauthorised"}
    before = {f.code: GRADE[f.step] for f in judged(account, holder) if f.code in kinds}
    after = {f.code: GRADE[f.step] for f in judged(account, with_more) if f.code in kinds}
    if account.kind == "normal":
        assert sum(after.values()) <= sum(before.values())


@pytest.mark.clause("PA-025", "PA-026")
@given(terms, terms)
def test_rights_given_as_authorised_are_in_order_and_differences_are_named(seen, due):
    row = Authority("paris", "live", "line_manager", ON, roles=due, teams=due)
    account = SeenAccount(1, "paris", "live", "ann", "active", "normal", "101", roles=seen, teams=seen)
    found = list(authority.entitlement(account, [row], ON, TEWV))
    mine, theirs = ({t.strip().lower() for t in x or ()} for x in (seen, due))
    compared = seen is not None and due is not None
    expected = compared * 2 * (bool(mine - theirs) + bool(theirs - mine))
    assert len(found) == expected
    assert {w.topic for w in found} == ({"roles", "teams"} if expected else set())


@given(st.integers(0, 500), st.integers(0, 500))
def test_a_plan_is_held_only_over_both_the_share_and_the_least_number(changes, accounts_open):
    safety = TEWV.safety
    held = changes > 3 and changes > accounts_open * safety.most_share_percent / 100
    assert safety.may_shut(changes, open_accounts=accounts_open) is not held
    assert safety.may_shut(changes, open_accounts=accounts_open + 1) or held


def test_an_account_with_two_lines_counts_once_and_a_settled_one_not_at_all():
    def line(i, code, settled=False):
        return Found("paris", "live", f"u{i}", None, code, "lock", "PA-033", "", settled=settled)

    twice = [line(i, code) for i in range(10) for code in ("account.inactive", "authorisation.expired")]
    assert unsafe("paris", twice, open_accounts=34, pack=TEWV) == ()
    assert [f.code for f in unsafe("paris", twice, open_accounts=33, pack=TEWV)] == ["feed.unsafe"]
    assert unsafe("paris", [replace(f, settled=True) for f in twice], open_accounts=10, pack=TEWV) == ()
    assert unsafe("rio", twice, open_accounts=10, pack=TEWV) == ()


@pytest.mark.clause("PA-034", "PA-035", "PA-036", "EL-038")
def test_an_account_is_locked_closed_and_reopened_never_ended():
    assert ACCOUNT.reachable() == set(ACCOUNT.states) == {"active", "locked", "closed"}
    assert ACCOUNT.dead_ends == frozenset()
    tried = {
        (m.name, s): bool(ACCOUNT.may(m.name, state=s, holds=frozenset({m.needs}), gates={})) for m in ACCOUNT.moves for s in ACCOUNT.states
    }
    assert {pair for pair, may in tried.items() if may} == {
        ("lock", "active"), ("close", "active"), ("close", "locked"), ("reopen", "locked"), ("reopen", "closed"),
    }  # fmt: skip


def test_a_lock_of_a_locked_account_and_a_reopening_of_an_active_one_are_already_so():
    asked = {(step, status): already_so(step, status=status) for step in STEPS for status in ("active", "locked")}
    assert {pair for pair, so in asked.items() if so} == {("lock", "locked"), ("reopen", "active")}


def test_rights_are_read_as_a_feed_writes_them():
    assert split(None) is None
    assert split(" a;; B ") == ("a", "B")
    assert split("") == ()
