"""Builders for what was found: systems, accounts, findings and tasks of an organisation, each with as little as a test needs."""

from collections.abc import Iterable
from datetime import timedelta
from itertools import count
from typing import Any

from careward.access.accounts.models import Account, Finding, FindingAccount, Run
from careward.people.staff.models import Organisation, Person
from careward.systems.register.models import Environment, System
from careward.work.approvals import actions as approvals
from careward.work.approvals.actions import ApprovalWanted
from careward.work.approvals.models import Approval
from careward.work.approvals.rules import Content, Who
from careward.work.tasks.models import Task
from tests.make import people
from tests.make.people import NOW, TODAY

_numbers = count(1)


def system(at: Organisation, code: str = "paris", **more: Any) -> System:
    facts = {"name": code.upper(), "kind": "clinical", "pack": "tewv", "administrator_title": f"{code.upper()} administrator", **more}
    made, new = System.objects.get_or_create(organisation=at, code=code, defaults=facts)
    if new:
        Environment.objects.create(system=made, code="live", title="Live", live=True)
    return made


def account(on: System, person: Person | None = None, **more: Any) -> Account:
    facts = {
        "username": f"user{next(_numbers):05}", "status": "active", "roles": "nurse", "teams": "", "created_on": TODAY - timedelta(days=900),
        "last_used_at": NOW - timedelta(days=3), "seen_on": TODAY, "fits": 1 if person else 0, "person": person, **more,
    }  # fmt: skip
    return Account.objects.create(organisation=on.organisation, system=on, **facts)


def run(at: Organisation, **more: Any) -> Run:
    facts = {"on_date": TODAY, "started_at": NOW, "finished_at": NOW, "by": "job/nightly", "accounts": 7, "counts": {"unsafe": []}, **more}
    return Run.objects.create(organisation=at, **facts)


def task(at: Organisation, **more: Any) -> Task:
    facts = {
        "key": f"key/{next(_numbers)}", "kind": "account.leaver", "title": "Close an account", "why": "Yours because you administer PARIS.",
        "step": "close", "clause": "PA-029", "role": "system_administrator", "system_code": "paris", "raised_on": TODAY,
        "due_on": TODAY + timedelta(days=1), **more,
    }  # fmt: skip
    return Task.objects.create(organisation=at, **facts)


def finding(about: Account, **more: Any) -> Finding:
    """Something wrong with an account; its manager answers only where one is given."""
    facts = {
        "environment": about.environment, "username": about.username, "person": about.person, "code": "account.leaver", "step": "close",
        "employee_number": about.person.employee_number if about.person else None, "clause": "PA-029", "detail": "Left on 2026-11-01",
        "who": "system_administrator", "found_on": TODAY, "asked_on": TODAY, "due_on": TODAY + timedelta(days=1), **more,
    }  # fmt: skip
    facts["run"] = facts.get("run") or Run.objects.filter(organisation=about.organisation).last() or run(about.organisation)
    facts.setdefault("state", "closed" if facts.get("closed_on") else "asked" if facts.get("task") else "found")
    made = Finding.objects.create(organisation=about.organisation, system=about.system, account=about, **facts)
    touches(made, about)
    return made


def touches(finding: Finding, *accounts: Account) -> None:
    """Says that a finding touches these accounts, under its own clause."""
    for about in accounts:
        FindingAccount.objects.create(
            finding=finding, account=about, system=about.system, clause=finding.clause, found_on=finding.found_on, gone_on=finding.closed_on
        )


def lapsed(*accounts: Account, **more: Any) -> Finding:
    """A course that the holder of these accounts has not passed: one finding, however many they are."""
    first = accounts[0]
    facts = {
        "person": first.person, "employee_number": first.person.employee_number, "code": "training.missing", "topic": "data-security",
        "step": "ask", "clause": "PA-011", "detail": "Data security: no pass on record", "who": "line_manager", "found_on": TODAY,
        "asked_on": TODAY, "due_on": TODAY + timedelta(days=5), **more,
    }  # fmt: skip
    facts["run"] = facts.get("run") or Run.objects.filter(organisation=first.organisation).last() or run(first.organisation)
    made = Finding.objects.create(organisation=first.organisation, **facts)
    touches(made, *accounts)
    return made


def team_of(manager: Person, how_many: int, on: System, start: int = 0) -> list[Finding]:
    """People of a manager, each with an account and something wrong with it that the manager answers, with its task."""
    made = []
    for n in range(start, start + how_many):
        who = people.staff(manager.organisation, f"Given{n} Family{n}", manager=manager)
        about = account(on, who, username=f"{on.code}.{manager.pk}.{n:03}")
        todo = task(
            manager.organisation, assignee=manager, about=who, role="line_manager", system_code="", title=f"Say whether Family{n} stays"
        )
        made.append(
            finding(about, who="line_manager", manager=manager, code="authorisation.missing", clause="EL-017", step="ask", task=todo)
        )
    return made


def usernames(rows: Iterable[Finding]) -> set[str]:
    return {f.username for f in rows}


def question(at: Organisation, code: str) -> Approval:
    """A change to a system that is too large, put to a named person by the night's comparison."""
    content = Content((("Would be closed", "14"),), of=14)
    follows = (("accounts.reconcile", {"organisation": at.pk, "on": TODAY.isoformat()}),)
    asked = ApprovalWanted(
        "accounts.plan", ("system", code), f"Decide about {code}", content, "accounts:plans:allow", code, follows=follows
    )
    return approvals.ask(organisation=at, asked=asked, who=Who("job/nightly"), now=NOW, by="job/nightly")
