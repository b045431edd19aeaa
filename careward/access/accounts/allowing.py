"""A change too large to happen by itself, before a named person: exactly what they decide about, and whose word counts."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from careward.access.accounts.keeping.shapes import Judged
from careward.access.accounts.models import Run
from careward.access.accounts.wording import STEP_WORDS
from careward.core.ports import Found
from careward.people.staff.models import Organisation
from careward.web.words import written_out
from careward.work.approvals import actions as approvals
from careward.work.approvals.actions import ApprovalWanted
from careward.work.approvals.models import Approval
from careward.work.approvals.queries import approved, waiting_about, who_of
from careward.work.approvals.rules import Content, digest_of

KIND, ALLOW = "accounts.plan", "accounts:plans:allow"
FIRST = 20  # accounts shown
REMEDY = "A change this large is more often a broken export than so many people leaving: look at the last loads before you decide"


def contents_of(judged: Iterable[Judged], names: Mapping[int, str]) -> dict[str, Content]:
    """Of each system whose plan is too large: what it would do, to which accounts."""
    lines = list(judged)
    return {j.found.system: _content(j.found, lines, names) for j in lines if j.found.code == "feed.unsafe"}


def _content(why: Found, judged: Sequence[Judged], names: Mapping[int, str]) -> Content:
    strictest: dict[tuple[str, str], Judged] = {}
    for each in judged:
        found = each.found
        if found.system == why.system and found.step in ("lock", "close") and not found.settled:
            key = (found.username, found.environment)
            strictest[key] = each if found.step == "close" else strictest.get(key, each)
    hit = [strictest[key] for key in sorted(strictest)]
    steps = [j.found.step for j in hit]
    return Content(
        facts=(("Would be locked", f"{steps.count('lock'):,}"), ("Would be closed", f"{steps.count('close'):,}")),
        reasons=({"code": why.code, "clause": why.clause, "detail": written_out(why.detail), "remedy": REMEDY},),
        heads=("Account", "Whose", "What happens"),
        rows=tuple(_row(j, names) for j in hit[:FIRST]),
        of=len(hit),
        bound={"accounts": hashlib.sha256("\n".join(_line(j.found) for j in hit).encode()).hexdigest()},
    )


def _row(judged: Judged, names: Mapping[int, str]) -> tuple[str, str, str]:
    found = judged.found
    where = found.username if found.environment == "live" else f"{found.username} ({found.environment})"
    return where, names.get(judged.person_id or 0, "Nobody matched"), STEP_WORDS[found.step]


def _line(found: Found) -> str:
    return f"{found.environment}\t{found.username}\t{found.step}"


def allowed(organisation: Organisation, contents: Mapping[str, Content]) -> frozenset[str]:
    """The systems whose plan somebody has approved, exactly as it is now."""
    given = approved(organisation_id=organisation.pk, kind=KIND) if contents else {}
    return frozenset(code for code, content in contents.items() if given.get(code) == digest_of(content.as_data()))


def is_allowed(organisation_id: int, system_code: str) -> bool:
    """Whether somebody has approved what the last comparison would do to a system; another plan has made any earlier word stale."""
    return system_code in approved(organisation_id=organisation_id, kind=KIND)


def put(run: Run, contents: Mapping[str, Content], scope: Mapping[str, str], *, errand: str, now: datetime) -> None:
    """Asks about each plan that is too large, once, and lets go what no longer arises; `scope` names the systems compared.

    Whoever had everything compared does not decide what came of it. At the machine nobody is named, and its account may (FEEDS B2.11).
    """
    here, by = run.organisation, run.by
    before = {**waiting_about(organisation_id=here.pk, kind=KIND), **approved(organisation_id=here.pk, kind=KIND)}
    for code in sorted(before.keys() & scope.keys() - contents.keys()):
        approvals.drop(organisation=here, kind=KIND, subject=("system", code), now=now, by=by)
    who = who_of(by=by, organisation_id=here.pk, on=run.on_date)
    for code, content in sorted(contents.items()):
        asked = ApprovalWanted(
            kind=KIND, subject=("system", code), title=f"Decide whether the change to {scope[code]} may go ahead", content=content,
            permission=ALLOW, system_code=code, asker_may_decide=by.startswith("cli/"),
            follows=((errand, {"organisation": here.pk, "on": run.on_date.isoformat()}),),
        )  # fmt: skip
        approvals.ask(organisation=here, asked=asked, who=who, now=now, by=by)


def waiting(organisation: Organisation, system_code: str) -> Approval | None:
    """The question that waits about a system's plan."""
    rows = Approval.objects.filter(organisation=organisation, kind=KIND, subject_kind="system", subject_key=system_code)
    return rows.filter(state="waiting").first()


def day_of(row: Approval) -> date:
    """The day of the comparison that a question came from."""
    return date.fromisoformat(row.follows[0][1]["on"])
