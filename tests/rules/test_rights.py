"""A right is a triple: what grants allow together, each within its own system, and that one more never takes anything away."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from careward.config.rooms import house
from careward.core.rights import EVERYWHERE, NO_RIGHTS, WHOLE, Grant, Rights, rights_everywhere, rights_of_grants
from careward.core.roles import APART, ROLES, why_apart

TODAY = date(2026, 11, 23)
CODES = ("paris", "rio", "epma")
SYSTEMS = st.sampled_from(CODES)
ASKED = st.sampled_from([*CODES, "unheard-of", WHOLE])
DAYS = st.dates(TODAY - timedelta(days=3), TODAY + timedelta(days=3))
CARRIES = house().carries
PERMISSIONS = st.sampled_from(sorted(house().permissions))
PERIODS = st.tuples(DAYS, DAYS).map(sorted) | DAYS.map(lambda d: [d, None])  # the table holds no other
GRANTS = st.builds(
    lambda role, system, period: Grant(role, system, *period),
    st.sampled_from([*ROLES, "a role no longer known"]), SYSTEMS | st.just(""), PERIODS,
)  # fmt: skip
HELD = st.lists(GRANTS, max_size=5)


def of(grants: list[Grant]) -> Rights:
    return rights_of_grants(grants, on=TODAY, carries=CARRIES)


def in_force(grant: Grant) -> bool:
    return grant.from_on <= TODAY and (grant.to_on is None or grant.to_on > TODAY)


@given(held=HELD, one=GRANTS, permission=PERMISSIONS, system=ASKED)
def test_one_more_grant_never_takes_sight_or_power_away(held, one, permission, system):
    before, after = of(held), of([*held, one])
    assert after.may(permission) >= before.may(permission)
    assert after.may(permission, system=system) >= before.may(permission, system=system)
    assert all(after.has_role(role, system=system) >= before.has_role(role, system=system) for role in ROLES)
    assert after.on(system) >= before.on(system) and after.on() >= before.on()


@given(held=HELD, permission=PERMISSIONS, system=ASKED)
def test_nothing_is_allowed_on_a_system_that_no_single_grant_allows_there(held, permission, system):
    by_one = any(in_force(g) and permission in CARRIES.get(g.role, ()) and g.system in ("", system) for g in held)
    if system == WHOLE:
        by_one = any(in_force(g) and permission in CARRIES.get(g.role, ()) and not g.system for g in held)
    assert of(held).may(permission, system=system) == by_one
    assert bool(of(held).must(permission, "do it", system)) == by_one


@given(held=HELD, permission=PERMISSIONS)
def test_the_two_forms_of_the_question_agree(held, permission):
    rights = of(held)
    systems = rights.systems_for(permission)
    assert rights.may(permission) == bool(systems)
    assert (systems is EVERYWHERE) == rights.may(permission, system=WHOLE)
    assert all((code in systems) == rights.may(permission, system=code) == (permission in rights.on(code)) for code in CODES)
    assert (permission in rights.on()) == rights.may(permission)
    assert (permission in rights.on(*CODES)) == all(rights.may(permission, system=code) for code in CODES)


@given(held=st.lists(GRANTS, max_size=5), permission=PERMISSIONS, systems=st.lists(ASKED, min_size=1, max_size=3, unique=True))
def test_who_may_not_is_told_for_which_systems_and_whom_to_ask(held, permission, systems):
    rights = of(held)
    decision = rights.must(permission, "run it", *systems)
    outside = [s for s in systems if not rights.may(permission, system=s)]
    assert bool(decision) == (not outside)
    for reason in decision.reasons:
        assert (reason.code, reason.clause) == ("permission.missing", "house")
        assert all((s or "the whole organisation") in reason.detail for s in outside) and permission in reason.remedy


@given(held=HELD)
def test_the_order_of_grants_and_those_of_other_days_mean_nothing(held):
    assert of(held) == of(held[::-1]) == of([g for g in held if in_force(g)])


def test_nobody_may_nothing_and_a_client_may_on_every_system():
    assert not NO_RIGHTS.may("feeds:loads:run") and not NO_RIGHTS.has_role("auditor") and NO_RIGHTS.on() == frozenset()
    client = rights_everywhere({"feeds:loads:run"})
    assert client.systems_for("feeds:loads:run") is EVERYWHERE and client.may("feeds:loads:run", system=WHOLE)
    assert not client.may("feeds:loads:allow", system="paris")


def test_who_administers_one_system_and_serves_another_at_the_desk_lets_no_change_of_the_other_go():
    """Review finding 1: the two grants were flattened into one set of permissions and one of systems."""
    both = of([Grant("patient_systems_manager", "rio", TODAY), Grant("service_desk", "paris", TODAY)])
    assert both.may("accounts:plans:allow") and both.may("accounts:plans:allow", system="rio")
    assert not both.may("accounts:plans:allow", system="paris")
    assert both.systems_for("accounts:findings:see") == {"rio", "paris"}


def test_an_auditor_who_is_given_one_system_goes_on_seeing_them_all():
    more = of([Grant("auditor", "", TODAY), Grant("system_administrator", "paris", TODAY)])
    assert more.systems_for("accounts:findings:see") is EVERYWHERE
    assert more.systems_for("tasks:tasks:do") == {"paris"}


@given(one=st.sampled_from(sorted(ROLES)), other=st.sampled_from(sorted(ROLES)))
def test_roles_that_check_each_other_warn_whichever_comes_first(one, other):
    assert why_apart(one, {other}) == why_apart(other, {one})
    assert why_apart(one, set()) == why_apart(one, {one}) == ()


def test_the_table_of_roles_apart_names_roles_and_says_why():
    for pair in APART:
        assert pair.one and pair.other and not pair.one & pair.other and pair.one | pair.other <= ROLES.keys() and pair.why
    assert why_apart("trust_administrator", {"clinician", "auditor"})
