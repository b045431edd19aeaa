"""A procedure pack: what an organisation's own documents say, as data, one section of the file to a module beside this one."""

import hashlib
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import cast

from careward.core.packs import absence
from careward.core.packs.absence import AbsenceKinds
from careward.core.packs.answers import STEPS, AnswerRule
from careward.core.packs.calendar import WorkingTimes
from careward.core.packs.choices import PackChoice
from careward.core.packs.duties import DUTIES
from careward.core.packs.environments import EnvironmentKind
from careward.core.packs.escalation import Escalation
from careward.core.packs.findings import FindingRule
from careward.core.packs.inactivity import Inactivity
from careward.core.packs.leavers import LeaversReport
from careward.core.packs.reader import SHIPPED, Folders, PackError, build, merged
from careward.core.packs.register import RegisterEntry
from careward.core.packs.registration import Registration
from careward.core.packs.reviews import DocumentReview
from careward.core.packs.safety import Safety
from careward.core.packs.shared_accounts import SharedAccounts
from careward.core.packs.terms import Terms
from careward.core.packs.training import Course
from careward.core.roles import ROLES

HOUSE_PACK = "base"  # no organisation's: what is so until a procedure says otherwise


@dataclass(frozen=True, slots=True)
class Pack:
    id: str
    title: str
    source: str
    version: str
    in_force_on: date
    inactivity: Inactivity
    training: tuple[Course, ...]
    registration: Registration
    absence: AbsenceKinds
    safety: Safety
    terms: Terms
    findings: dict[str, FindingRule]
    answers: dict[str, AnswerRule]
    shared_accounts: SharedAccounts
    environments: tuple[EnvironmentKind, ...]
    leavers_report: LeaversReport
    calendar: WorkingTimes
    document_review: DocumentReview
    escalation: Escalation
    duties: dict[str, str]  # the clause of each of duties.DUTIES
    register: tuple[RegisterEntry, ...] = ()
    routes: tuple[PackChoice, ...] = ()
    role_categories: tuple[PackChoice, ...] = ()
    documents: tuple[str, ...] = ()
    extends: tuple[str, ...] = ()  # the packs it stands on, lowest first
    digest: str = ""

    def clause_of(self, duty: str) -> str:
        """The clause that asks for one of DUTIES here, or HOUSE where none does; KeyError for what is no duty."""
        return self.duties[duty]

    def inactivity_for(self, system: str) -> Inactivity:
        """The figures agreed for one system (EL-036): its own lock figure where the register gives one."""
        own = next((e.lock_after_days for e in self.register if e.code == system), 0)
        return replace(self.inactivity, lock_after_days=own) if own else self.inactivity

    def entry(self, system: str) -> RegisterEntry | None:
        """What the document's own register says of a system, where it lists it."""
        return next((e for e in self.register if e.code == system), None)

    def environment(self, code: str) -> EnvironmentKind | None:
        return next((e for e in self.environments if e.code == code), None)

    def environment_approvers(self, code: str) -> tuple[str, ...]:
        """Who may authorise an account on a non-live environment; an unknown one falls to the strictest named."""
        known = self.environment(code) or next((e for e in self.environments if not e.live), None)
        return known.approvers if known and known.approvers else self.registration.approvers


def load(name: str, *, folders: Folders = (SHIPPED,), on: date | None = None) -> Pack:
    """The pack in force on a day (the newest when no day is given), merged over those it extends.

    Raises PackError naming file, key and remedy.
    """
    raw, trail = merged(folders, name, on, {f.name for f in fields(Pack)} - {"digest", "extends"})
    digest = hashlib.sha256("\0".join(trail.values()).encode()).hexdigest()
    pack = cast(Pack, build(Pack, {**raw, "extends": [*trail][:-1], "digest": digest}, f"packs/{name}/pack.toml"))
    _check(pack, name, f"packs/{name}/pack.toml")
    return pack


def _check(pack: Pack, name: str, where: str) -> None:
    if pack.id != name:
        raise PackError(f"{where}: id is {pack.id!r}, and its folder is called {name!r}; give both one name")
    _check_lock_figures(pack, where)
    _check_calendar(pack, where)
    if len({e.code for e in pack.register}) != len(pack.register):
        raise PackError(f"{where}: two register entries share a code; give each its own")
    if strangers := [code for code, rule in pack.findings.items() if rule.who not in ROLES]:
        raise PackError(f"{where}: findings.{strangers[0]}: who is no role; use one of {', '.join(ROLES)}")
    if odd := [answer for answer, rule in pack.answers.items() if rule.step not in STEPS]:
        raise PackError(f"{where}: answers.{odd[0]}: step is none of {', '.join(STEPS)}; use one of them")
    if pack.absence.step not in absence.STEPS:
        raise PackError(f"{where}: absence: step is none of {', '.join(absence.STEPS)}; use one of them")
    if strange := sorted(pack.duties.keys() - DUTIES.keys()):
        raise PackError(f"{where}: duties: unknown key {strange[0]!r}; it may be misspelt. Known here: {', '.join(DUTIES)}")
    if missing := sorted(DUTIES.keys() - pack.duties.keys()):
        raise PackError(f"{where}: duties: {missing[0]!r} is missing; add it")


def _check_calendar(pack: Pack, where: str) -> None:
    try:
        _ = pack.calendar.core_hours  # made of both, so that either speaks
    except ValueError as wrong:
        raise PackError(f"{where}: calendar: {wrong}") from wrong


def _check_lock_figures(pack: Pack, where: str) -> None:
    rule = pack.inactivity
    figures = [
        ("inactivity", rule.lock_after_days),
        *((f"register {e.code}", e.lock_after_days) for e in pack.register if e.lock_after_days),
    ]
    for what, days in figures:
        if days and not rule.least_lock_days <= days <= rule.most_lock_days:
            bounds = f"{rule.least_lock_days} to {rule.most_lock_days} ({rule.lock_clause})"
            raise PackError(f"{where}: {what} locks after {days} days; the procedure allows {bounds}")
