"""Organisations apart: every verb that a person can set going, tried on what is another organisation's; nothing is done and nothing written down.

Somebody with every role at one organisation tries each verb twice where it can be tried so: on another's row as if it were their own's, and at
the other organisation itself. A verb that is new stands in one of the tables below, or the test says so.
"""

import ast
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.exceptions import ObjectDoesNotExist

from careward.access.accounts import acting, deciding, holders
from careward.access.accounts import actions as accounts
from careward.access.accounts.finding_lines import Reach
from careward.access.accounts.holders import HolderGiven
from careward.access.feeds import actions as feeds
from careward.access.feeds.models import Load
from careward.access.feeds.uploads import Upload
from careward.core.decision import ALLOWED, Refused
from careward.core.rights import EVERYWHERE
from careward.core.roles import ROLES
from careward.evidence.errands import actions as errands
from careward.evidence.errands.models import Errand
from careward.evidence.ledger.models import Entry
from careward.governance.procedures import actions as procedures
from careward.governance.procedures.models import Adoption
from careward.people.signin import actions as signin
from careward.people.signin import invitations, tokens
from careward.people.signin.arrivals import rights_of
from careward.people.signin.models import Invitation, User
from careward.people.staff.models import Organisation
from careward.work.approvals import actions as approvals
from careward.work.approvals.rules import Who
from careward.work.tasks import actions as tasks
from careward.work.tasks import answering, answers_together, together
from careward.work.tasks import queries as task_queries
from careward.work.tasks.questions import Given
from careward.work.tasks.together import Chosen, Together
from tests.make import found
from tests.make import people as make
from tests.make.people import NOW, TODAY

pytestmark = pytest.mark.django_db
CAREWARD = Path(signin.__file__).resolve().parents[2]

# Verbs that no person sets going with a row of their choosing, each with what calls it instead.
WITHIN = {
    "access.accounts.actions:keep_run": "a comparison, of the organisation it compared",
    "access.accounts.actions:look_again": "what has asked already who may",
    "access.accounts.actions:match_accounts": "a load, of its own organisation's rows",
    "access.accounts.answering:take_answer": "the worker, after an answer was taken",
    "access.accounts.answering:end_done": "a comparison",
    "access.accounts.deciding:let_stale_go": "a comparison",
    "access.accounts.handing_over:hand_over": "the worker, after a comparison",
    "access.authorisations.actions:approve_shared": "the worker, after a decision",
    "access.authorisations.actions:name_owner": "the worker, after an answer",
    "access.authorisations.actions:unname_owner": "the worker, after an answer was taken back",
    "access.feeds.actions:begin_load": "the command line, whose organisation it is",
    "access.feeds.actions:examine_load": "the worker, and the command line on the load it has just begun",
    "access.feeds.actions:let_go": "the worker, after a decision",
    "access.feeds.actions:apply_load": "the worker, and the command line on the load it has just begun",
    "access.feeds.actions:note_refusal": "the worker",
    "access.feeds.actions:clear_uploads": "a timed job",
    "access.feeds.mapping.actions:begin_by": "verbs, with a profile they have",
    "access.feeds.mapping.actions:begin_draft": "a page, of whoever sends the file",
    "access.feeds.mapping.actions:choose": "a page, with a file of whoever asks",
    "access.feeds.mapping.actions:end_profile": "a page, with a profile of the viewer's organisation",
    "access.feeds.mapping.actions:load_draft": "a page, with a file of whoever asks",
    "access.feeds.mapping.actions:load_file": "a page, with a profile of the viewer's organisation",
    "access.feeds.mapping.actions:look_again": "a page, with a file of whoever asks",
    "access.feeds.mapping.actions:save": "verbs, of their own organisation",
    "access.feeds.mapping.actions:save_draft": "a page, with a file of whoever asks",
    "access.feeds.mapping.actions:take_in": "a page, of the viewer's organisation",
    "access.feeds.mapping.actions:throw_away": "a page, with a file of whoever asks",
    "evidence.errands.actions:write_down_backup": "the command line, of the whole installation",
    "evidence.ledger.actions:write_down_export": "each page that hands out a list, of the viewer's organisation",
    "evidence.ledger.actions:write_down_evidence_export": "the command line, of the whole installation",
    "evidence.ledger.actions:ask_check": "a page, of the viewer's organisation",
    "evidence.ledger.actions:keep_check": "the worker",
    "evidence.ledger.errands:check": "the worker",
    "evidence.ledger.explaining:explain": "the command line, of the whole installation",
    "evidence.ledger.explaining:explain_silence": "the command line, of the whole installation",
    "evidence.ledger.rotating:rotate_key": "the command line, of the whole installation",
    "evidence.moves.actions:begin": "verbs, with a row they have",
    "evidence.moves.actions:begin_many": "verbs, with rows they have",
    "evidence.moves.actions:make": "verbs, with a row they have",
    "evidence.moves.actions:make_many": "verbs, with rows they have",
    "evidence.moves.actions:make_each": "verbs, with rows they have",
    "evidence.moves.actions:remark": "verbs, with a row they have",
    "evidence.moves.actions:remark_many": "verbs, with rows they have",
    "evidence.tables.actions:explain": "the command line, of the whole installation",
    "jobs.reconcile:reconcile": "the worker and the command line",
    "people.looks.actions:look": "pages, with a person of the viewer's organisation",
    "people.looks.actions:look_at_all": "pages, with people of the viewer's organisation",
    "people.looks.actions:write_down": "pages, with a person of the viewer's organisation",
    "people.signin.actions:accept_terms": "somebody for themselves",
    "people.signin.actions:note_sign_in": "signing in, of oneself",
    "people.signin.actions:note_credential": "signing in, of oneself",
    "people.signin.actions:enter_as_persona": "the door of the demonstration",
    "people.signin.granting:end_all_roles": "verbs, with a user they have",
    "people.signin.invitations:join": "whoever has the letter",
    "people.signin.invitations:accept_invitation": "somebody for themselves",
    "people.signin.own_users:end_leavers": "a timed job",
    "people.staff.actions:name_organisation": "the command line, of the whole installation",
    "people.staff.actions:finish_demonstration": "the command line",
    "systems.register.actions:fill_register": "adopting a document, at the organisation that adopts it",
    "work.approvals.actions:ask": "verbs, of their own organisation",
    "work.approvals.actions:drop": "verbs, of their own organisation",
    "work.notices.actions:write_letters": "a timed job",
    "work.tasks.actions:ask_again": "the worker, after a decision",
    "work.tasks.many:keep_asked": "timed jobs, of their organisation",
    "work.tasks.many:write_tasks": "a comparison and timed jobs",
}


def verbs() -> set[str]:
    """Every function that takes the moment and whoever acts, both by name: so a verb is known."""
    found_: set[str] = set()
    for path in CAREWARD.rglob("*.py"):
        if "migrations" in path.parts:
            continue
        for fn in ast.parse(path.read_text(encoding="utf-8")).body:
            if not isinstance(fn, ast.FunctionDef) or fn.name.startswith("_") or fn.args.args:
                continue
            if {"now", "by"} <= {a.arg for a in fn.args.kwonlyargs}:
                found_.add(f"{'.'.join(path.with_suffix('').relative_to(CAREWARD).parts)}:{fn.name}")
    return found_


@dataclass
class World:
    """Here, somebody who may everything; there, one of each thing."""

    here: Organisation
    there: Organisation
    ada: User

    @property
    def by(self) -> dict:
        return {"now": NOW, "by": f"user/{self.ada.pk}"}

    @property
    def rights(self):
        return rights_of(actor=f"user/{self.ada.pk}", organisation_id=self.here.pk, on=TODAY)

    @property
    def doer(self):
        return task_queries.doer(organisation_id=self.here.pk, person_id=self.ada.person_id, rights=self.rights, on=TODAY)

    def account(self):
        return found.account(found.system(self.there))

    def task(self) -> int:
        return found.task(self.there).pk

    def finding(self) -> int:
        return found.finding(self.account(), task=found.task(self.there)).pk

    def load(self) -> Load:
        facts = {"source": "browser", "profile": "canonical", "begun_at": NOW, "begun_by": "cli/ops", "state": "applied"}
        return Load.objects.create(organisation=self.there, **facts)

    def decision(self):
        return found.question(self.there, "paris")

    def stuck(self) -> int:
        facts = {"subject": "x/1", "name": "accounts.reconcile", "body": {}, "asked_at": NOW, "not_before": NOW, "stuck_at": NOW}
        return Errand.objects.create(organisation=self.there.ods_code, **facts).pk

    def user(self) -> User:
        who = make.user(person=make.person(self.there))
        make.role(who, self.there, "auditor")
        return who

    def invitation(self) -> int:
        facts = {"email": "x@y.example", "name": "X", "role": "auditor", "from_on": TODAY, "made_at": NOW, "made_by": "cli/x"}
        return Invitation.objects.create(organisation=self.there, ends_at=NOW + timedelta(days=1), **facts).pk


@pytest.fixture
def world() -> World:
    here, there = make.organisation(), make.organisation("RYY")
    ada = make.user(name="Ada", person=make.staff(here, "Ada Admin"))
    for role in ROLES:
        make.role(ada, here, role)
    found.system(here)
    return World(here, there, ada)


HOLDER = HolderGiven("nobody", "", "None of ours", None)
UPLOAD = Upload("staff.csv", [b"x"])
ANSWER = {"holds": frozenset({"accounts:plans:allow"}), "may": ALLOWED, "approves": True, "reason": "So it is"}
ROLE = {"role": "clinician", "from_on": TODAY}

# As if it were their own organisation's: its number with the other's row.
TAKEN_FOR_OURS: dict[str, Callable[[World], object]] = {
    "access.accounts.deciding:keep_decision": lambda w: deciding.keep_decision(organisation=w.here, approval_id=w.decision().pk, **w.by),
    "access.accounts.holders:say_whose": lambda w: holders.say_whose(organisation=w.here, account_id=w.account().pk, given=HOLDER, **w.by),
    "access.feeds.actions:allow_load": lambda w: feeds.allow_load(organisation_id=w.here.pk, load_id=w.load().pk, seen="", reason="So", **w.by),
    "access.feeds.actions:ask_to_apply": lambda w: feeds.ask_to_apply(organisation_id=w.here.pk, load_id=w.load().pk, **w.by),
    "access.feeds.actions:ask_to_undo": lambda w: feeds.ask_to_undo(organisation_id=w.here.pk, load_id=w.load().pk, **w.by),
    "access.feeds.actions:undo_load": lambda w: feeds.undo_load(load_id=w.load().pk, **w.by),
    "evidence.errands.actions:retry": lambda w: errands.retry(errand_id=w.stuck(), organisation=w.here.ods_code, **w.by),
    "governance.procedures.actions:end_adoption": lambda w: procedures.end_adoption(
        organisation=w.here, adoption_id=_adoption(w).pk, to_on=TODAY + timedelta(days=9), **w.by
    ),
    "people.signin.actions:close_user": lambda w: signin.close_user(organisation_id=w.here.pk, user_id=w.user().pk, **w.by),
    "people.signin.actions:give_role": lambda w: signin.give_role(organisation_id=w.here.pk, user_id=w.user().pk, **ROLE, **w.by),
    "people.signin.actions:end_role": lambda w: signin.end_role(
        organisation_id=w.here.pk, grant_id=w.user().roleheld_set.get().pk, end_on=TODAY, **w.by
    ),
    "people.signin.invitations:withdraw_invitation": lambda w: invitations.withdraw_invitation(
        organisation_id=w.here.pk, invitation_id=w.invitation(), **w.by
    ),
    "people.signin.tokens:make_token": lambda w: tokens.make_token(
        organisation_id=w.here.pk, user_id=w.user().pk, name="A", scope="people", **w.by
    ),
    "people.signin.tokens:end_token": lambda w: tokens.end_token(
        organisation_id=w.here.pk, token_id=make.token(w.there, "people", "cw_there").pk, **w.by
    ),
    "work.approvals.actions:answer": lambda w: approvals.answer(
        approval_id=w.decision().pk, organisation_id=w.here.pk, who=Who(w.by["by"]), seen=w.decision().digest, **ANSWER, **w.by
    ),
    "work.approvals.actions:withdraw": lambda w: approvals.withdraw(
        approval_id=w.decision().pk, organisation_id=w.here.pk, who=Who("job/nightly"), holds=frozenset(), **w.by
    ),
    "work.tasks.actions:say_done": lambda w: tasks.say_done(task_id=w.task(), doer=w.doer, evidence="Locked", **w.by),
    "work.tasks.actions:take_back": lambda w: tasks.take_back(
        task_id=found.task(w.there, state="said_done").pk, doer=w.doer, **w.by
    ),
    "work.tasks.answering:answer_task": lambda w: answering.answer_task(
        task_id=w.task(), organisation_id=w.here.pk, doer=w.doer, given=Given("gone"), **w.by
    ),
    "work.tasks.answers_together:answer_together": lambda w: _all_refused(
        answers_together.answer_together(
            organisation_id=w.here.pk, chosen={w.task(): ""}, doer=w.doer, kind="", given=Given("gone"), **w.by
        )
    ),
    "access.accounts.acting:act_on_findings": lambda w: _all_refused(
        acting.act_on_findings(within=Reach(w.here.pk, EVERYWHERE), chosen={w.finding(): ""}, act=_note(w), **w.by)
    ),
    "work.tasks.together:say_done_together": lambda w: _all_refused(
        together.say_done_together(organisation_id=w.here.pk, chosen={w.task(): ""}, doer=w.doer, evidence="Locked", **w.by)
    ),
    "work.tasks.together:give_together": lambda w: _all_refused(
        together.give_together(organisation_id=w.here.pk, chosen={w.task(): ""}, doer=w.doer, to=None, receivers={}, why="So", **w.by)
    ),
    "work.tasks.together:note_together": lambda w: _all_refused(
        together.note_together(organisation_id=w.here.pk, chosen={w.task(): ""}, doer=w.doer, note="So", **w.by)
    ),
}  # fmt: skip

# At the other organisation itself.
AT_THEIRS: dict[str, Callable[[World], object]] = {
    "access.accounts.actions:allow_unsafe": lambda w: accounts.allow_unsafe(
        organisation=w.there, system_code="paris", seen=w.decision().digest, reason="So it is", **w.by
    ),
    "access.accounts.actions:ask_for_run": lambda w: accounts.ask_for_run(organisation=w.there, on=TODAY, **w.by),
    "access.accounts.holders:say_whose": lambda w: holders.say_whose(organisation=w.there, account_id=w.account().pk, given=HOLDER, **w.by),
    "access.feeds.actions:begin_upload": lambda w: feeds.begin_upload(organisation_id=w.there.pk, uploads=[UPLOAD], **w.by),
    "access.feeds.actions:allow_load": lambda w: feeds.allow_load(
        organisation_id=w.there.pk, load_id=w.load().pk, seen="", reason="So", **w.by
    ),
    "access.feeds.actions:ask_to_undo": lambda w: feeds.ask_to_undo(organisation_id=w.there.pk, load_id=w.load().pk, **w.by),
    "governance.procedures.actions:adopt_document": lambda w: procedures.adopt_document(
        organisation=w.there, pack="tewv", document="paris", from_on=TODAY, **w.by
    ),
    "governance.procedures.actions:end_adoption": lambda w: procedures.end_adoption(
        organisation=w.there, adoption_id=_adoption(w).pk, to_on=TODAY + timedelta(days=9), **w.by
    ),
    "people.signin.actions:make_user": lambda w: signin.make_user(organisation_id=w.there.pk, email="x@y.example", name="X", **w.by),
    "people.signin.actions:close_user": lambda w: signin.close_user(organisation_id=w.there.pk, user_id=w.user().pk, **w.by),
    "people.signin.actions:give_role": lambda w: signin.give_role(organisation_id=w.there.pk, user_id=w.user().pk, **ROLE, **w.by),
    "people.signin.actions:end_role": lambda w: signin.end_role(
        organisation_id=w.there.pk, grant_id=w.user().roleheld_set.get().pk, end_on=TODAY, **w.by
    ),
    "people.signin.invitations:offer_role": lambda w: invitations.offer_role(
        organisation_id=w.there.pk, email="x@y.example", name="X", **ROLE, **w.by
    ),
    "people.signin.invitations:withdraw_invitation": lambda w: invitations.withdraw_invitation(
        organisation_id=w.there.pk, invitation_id=w.invitation(), **w.by
    ),
    "people.signin.tokens:make_token": lambda w: tokens.make_token(
        organisation_id=w.there.pk, user_id=w.ada.pk, name="A", scope="people", **w.by
    ),
    "people.signin.tokens:end_token": lambda w: tokens.end_token(
        organisation_id=w.there.pk, token_id=make.token(w.there, "people", "cw_there").pk, **w.by
    ),
    "work.tasks.answering:answer_task": lambda w: answering.answer_task(
        task_id=w.task(), organisation_id=w.there.pk, doer=w.doer, given=Given("gone"), **w.by
    ),
    "work.tasks.answers_together:answer_together": lambda w: _all_refused(
        answers_together.answer_together(
            organisation_id=w.there.pk, chosen={w.task(): ""}, doer=w.doer, kind="", given=Given("gone"), **w.by
        )
    ),
    "work.tasks.together:say_done_together": lambda w: _all_refused(
        together.say_done_together(organisation_id=w.there.pk, chosen={w.task(): ""}, doer=w.doer, evidence="Locked", **w.by)
    ),
}  # fmt: skip


def _adoption(w: World) -> Adoption:
    facts = {"pack": "tewv", "document": "paris", "from_on": TODAY}
    return Adoption.objects.get_or_create(organisation=w.there, **facts)[0]


def _note(w: World) -> Callable[[Chosen], Together]:
    return lambda chosen: together.note_together(organisation_id=w.here.pk, chosen=chosen, doer=w.doer, note="So", **w.by)


def _all_refused(came) -> None:
    """An act on many says of each why it was not done."""
    assert not came.done
    raise Refused(ALLOWED)


def test_every_verb_is_tried_or_is_set_going_by_nobody():
    tried = TAKEN_FOR_OURS.keys() | AT_THEIRS.keys()
    assert verbs() - tried - WITHIN.keys() == set(), "try it on what is another organisation's, or say what calls it instead"
    assert (tried | WITHIN.keys()) - verbs() == set() and not tried & WITHIN.keys()
    assert len(tried) >= 26


@pytest.mark.parametrize("name", TAKEN_FOR_OURS)
def test_another_s_row_is_never_taken_for_ours(world, name):
    _does_nothing(TAKEN_FOR_OURS[name], world)


@pytest.mark.parametrize("name", AT_THEIRS)
def test_nobody_acts_at_an_organisation_where_they_hold_no_role(world, name):
    _does_nothing(AT_THEIRS[name], world)


def _does_nothing(attempt: Callable[[World], object], world: World) -> None:
    mine = {"actor": f"user/{world.ada.pk}"}
    with suppress(Refused, ObjectDoesNotExist):
        assert attempt(world) is False
    assert not Entry.objects.filter(**mine).exists()
