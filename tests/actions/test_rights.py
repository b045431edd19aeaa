"""Rights where they are used: what may be done to which system, and that the sets that pages list agree with the single question."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from careward.access.accounts import actions
from careward.access.accounts.finding_lines import Reach, open_findings
from careward.access.accounts.models import Finding
from careward.access.accounts.queries import reach, waiting_allowance
from careward.access.feeds import actions as loading
from careward.access.feeds import queries as feeds
from careward.access.feeds.models import Load, LoadFile
from careward.access.feeds.uploads import Upload
from careward.config.rooms import house
from careward.core.decision import Refused
from careward.core.rights import EVERYWHERE, Grant, rights_of_grants
from careward.core.roles import ROLES
from careward.evidence.errands.models import Errand
from careward.evidence.ledger.models import Entry
from careward.systems.register.models import System
from careward.systems.register.queries import within_systems
from careward.work.approvals import queries as approvals
from careward.work.approvals.models import Approval
from careward.work.tasks import queries as tasks
from careward.work.tasks.models import Task
from careward.work.tasks.rules import SEE, Doer, is_theirs
from tests.make import found, people
from tests.make.people import NOW, TODAY
from tests.web.procedures_site import viewer

pytestmark = pytest.mark.django_db
NONE = dict.fromkeys(("rows", "added", "changed", "gone", "unchanged", "refused"), 0)
CODES = ("paris", "rio", "epma")
PEOPLE = (1, 2)
GRANTS = st.builds(Grant, st.sampled_from(sorted(ROLES)), st.sampled_from((*CODES, "")), st.just(TODAY))
HELD = st.lists(GRANTS, max_size=3)
ONCE = settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])


def of(grants):
    return rights_of_grants(grants, on=TODAY, carries=house().carries)


def ids(rows) -> set[int]:
    return set(rows.values_list("id", flat=True))


def holder(at, *held: tuple[str, str]) -> str:
    who = people.user()
    for role, system in held:
        people.role(who, at, role, system_code=system)
    return f"user/{who.pk}"


@pytest.fixture
def at():
    trust = people.organisation()
    for code in CODES:
        found.system(trust, code)
    return trust


def test_the_tasks_that_pages_list_are_those_that_the_single_question_allows_and_one_more_grant_adds_to_them(at):
    managers = [people.staff(at) for _ in PEOPLE]
    for role in ("system_administrator", "privacy_officer", "line_manager"):
        for system in (*CODES, ""):
            for assignee in (None, *managers):
                found.task(at, role=role, system_code=system, assignee=assignee)
    every = list(Task.objects.all())

    @ONCE
    @given(held=HELD, one=GRANTS, me=st.sampled_from([None, *(m.pk for m in managers)]), acts=st.frozensets(st.sampled_from(managers)))
    def agree(held, one, me, acts):
        listed = []
        for grants in (held, [*held, one]):
            who = Doer(me, frozenset(m.pk for m in acts), of(grants))
            mine = {t.pk for t in every if is_theirs(role=t.role, system_code=t.system_code, assignee_id=t.assignee_id, doer=who)}
            assert ids(tasks.theirs(at.pk, who)) == mine
            seen = mine | {t.pk for t in every if who.rights.may(SEE, system=t.system_code)}
            assert ids(tasks.tasks(organisation_id=at.pk, who=who)) == seen
            listed.append((mine, seen))
        assert all(before <= after for before, after in zip(*listed, strict=True))

    agree()


def test_the_findings_that_pages_list_are_those_of_the_systems_and_people_somebody_answers_for(at):
    managers = [people.staff(at) for _ in PEOPLE]
    for code in CODES:
        for manager in (None, *managers):
            found.finding(found.account(found.system(at, code)), manager=manager)
    every = list(Finding.objects.select_related("system"))

    @ONCE
    @given(held=HELD, one=GRANTS, acts=st.frozensets(st.sampled_from([m.pk for m in managers])))
    def agree(held, one, acts):
        listed = []
        for grants in (held, [*held, one]):
            rights = of(grants)
            within = Reach(at.pk, rights.systems_for("accounts:findings:see"), acts, rights.systems_for("accounts:findings:see_team"))
            seen = {f.pk for f in every if within.sees(system=f.system.code, manager_id=f.manager_id)}
            assert ids(open_findings(within)) == seen
            codes = {code for code in CODES if rights.may("accounts:accounts:see", system=code)}
            rows = System.objects.filter(within_systems(rights.systems_for("accounts:accounts:see"), "code"), organisation=at)
            assert set(rows.values_list("code", flat=True)) == codes
            listed.append((seen, codes))
        assert all(before <= after for before, after in zip(*listed, strict=True))

    agree()


def test_the_decisions_that_wait_for_somebody_are_those_they_may_take(at):
    facts = {"organisation": at, "content": {"reasons": []}, "digest": "0" * 64, "asked_at": NOW, "asked_by": "cli/ops"}
    for permission in ("accounts:plans:allow", "feeds:loads:allow"):
        for code in (*CODES, ""):
            about = {"subject_kind": "system", "subject_key": f"{permission}/{code}", "system_code": code}
            Approval.objects.create(**facts, **about, kind="test", title="Decide", permission=permission)
    every = list(Approval.objects.all())

    @ONCE
    @given(held=HELD)
    def agree(held):
        asking = _asking(at, of(held))
        assert approvals.waiting(asking) == len([row for row in every if approvals.authority(asking, row)])

    agree()


def _asking(at, rights):
    from dataclasses import replace

    return replace(viewer(at), rights=rights)


def test_a_large_change_is_let_go_only_by_who_may_for_that_system(at):
    """Review finding 1: administers RiO, serves PARIS at the desk."""
    both = holder(at, ("patient_systems_manager", "rio"), ("service_desk", "paris"))
    seen = {found.question(at, code).digest for code in ("paris", "rio", "epma")}.pop()
    facts = {"organisation": at, "seen": seen, "now": NOW, "by": both}
    with pytest.raises(Refused) as no:
        actions.allow_unsafe(system_code="paris", reason=" ", **facts)
    assert [r.code for r in no.value.decision.reasons] == ["permission.missing", "permission.missing", "reason.missing"]
    assert all(r.clause for r in no.value.decision.reasons)
    actions.allow_unsafe(system_code="rio", reason="The ward closed", **facts)
    assert Approval.objects.get(state="approved").system_code == "rio"
    with pytest.raises(Refused):  # and no job of the house ever does
        actions.allow_unsafe(system_code="epma", reason="The ward closed", **{**facts, "by": "job/nightly"})


def test_who_may_have_some_systems_compared_has_those_compared(at):
    some = holder(at, ("system_administrator", "rio"), ("system_administrator", "epma"), ("system_administrator", "gone-from-the-register"))
    for _ in range(2):
        actions.ask_for_run(organisation=at, on=TODAY, now=NOW, by=some)
    assert sorted(e.body["system"] for e in Errand.objects.all()) == ["epma", "rio"]
    assert Entry.objects.filter(verb="reconciliation.asked").last().body["systems"] == ["epma", "rio"]
    whole = holder(at, ("system_administrator", "rio"), ("trust_administrator", ""))
    actions.ask_for_run(organisation=at, on=TODAY, now=NOW, by=whole)
    assert [e.body for e in Errand.objects.order_by("id")][2:] == [{"organisation": at.pk, "on": "2026-11-23", "by": whole}]
    actions.ask_for_run(organisation=at, on=TODAY, now=NOW, by=some)  # the whole waits, and these with it
    assert Errand.objects.count() == 3
    with pytest.raises(Refused, match=r"permission\.missing"):
        actions.ask_for_run(organisation=at, on=TODAY, now=NOW, by=holder(at, ("auditor", "")))


def test_a_manager_with_a_role_for_one_system_still_sees_their_own_people(at):
    me = people.staff(at)
    found.team_of(me, 1, found.system(at, "rio"))
    both = of([Grant("line_manager", "", TODAY), Grant("system_administrator", "paris", TODAY - timedelta(days=1))])
    assert open_findings(reach(_asking(at, both), frozenset({me.pk}))).count() == 1
    assert waiting_allowance(at.pk, both.systems_for("accounts:plans:allow")) == ()


def test_files_are_loaded_and_looked_at_only_by_who_may_for_every_system_they_hold(at):
    facts = {"organisation": at, "source": "test", "profile": "canonical", "begun_at": NOW, "begun_by": "cli/ops", "state": "examined"}
    loads = {codes: Load.objects.create(**facts) for codes in (("paris",), ("paris", "rio"), ("paris", ""), ("rio",))}
    for codes, load in loads.items():
        for code in codes:
            LoadFile.objects.create(
                load=load, feed="accounts" if code else "staff", name=f"{code}.csv", system_code=code, samples={}, **NONE
            )
    some = holder(at, ("trust_administrator", "paris"), ("auditor", ""))
    for codes, load in loads.items():
        sees = feeds.may_see(organisation_id=at.pk, load_id=load.pk, within=frozenset({"paris"}))
        assert sees == (codes == ("paris",)) and feeds.may_see(organisation_id=at.pk, load_id=load.pk, within=EVERYWHERE)
        with pytest.raises(Refused) as no:  # none came by the browser, so none of them can be loaded
            loading.ask_to_apply(organisation_id=at.pk, load_id=load.pk, now=NOW, by=some)
        assert ("permission.missing" in [r.code for r in no.value.decision.reasons]) == (codes != ("paris",))
    for name in ("staff.csv", "accounts/rio.csv"):
        with pytest.raises(Refused, match=r"permission\.missing"):
            loading.begin_upload(organisation_id=at.pk, uploads=[Upload("accounts/paris.csv", None), Upload(name, None)], now=NOW, by=some)
