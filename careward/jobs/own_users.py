"""Careward is the first system to answer for: its own users are looked at each hour as any system's accounts are (ADR 0032).

Leavers' roles end at once. Whoever does not come is asked about, and a second pair of eyes looks at each new administrator: as tasks.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from django.db import transaction

from careward.core import days
from careward.core.days import london_day
from careward.core.packs.pack import Pack
from careward.people.signin import own_users
from careward.people.signin.own_users import LeaversEnded, Powerful, Unused
from careward.people.staff.models import Organisation
from careward.people.staff.packs import pack_on
from careward.web.words import day, listed
from careward.work.tasks.many import write_tasks
from careward.work.tasks.models import Task
from careward.work.tasks.wanted import NewTask, TaskPlan

BY = "job/own-users"
KEY = "careward/"
REVIEW, UNUSED, LEAVERS = "careward.administrator", "careward.unused", "careward.leavers"


@transaction.atomic
def look_at_own_users(*, organisation: str, now: datetime) -> bool:
    """Ends what leavers hold, and brings the tasks about users up to date; whether anything came of it."""
    trust = Organisation.objects.select_for_update().get(ods_code=organisation)
    on = london_day(now)
    pack = pack_on(trust.pack, on)
    ended = own_users.end_leavers(organisation_id=trust.pk, percent=pack.safety.most_share_percent, now=now, by=BY)
    wanted = list(_wanted(trust, pack, ended, on))
    plan = _plan(trust, wanted)
    if plan != TaskPlan():
        write_tasks(organisation=trust, plan=plan, on=on, now=now, by=BY)
    return bool(ended.ended) or plan != TaskPlan()


def _wanted(trust: Organisation, pack: Pack, ended: LeaversEnded, on: date) -> Iterator[NewTask]:
    due_on = days.add_working_days(on, pack.leavers_report.working_days, pack.calendar.days)
    if ended.left_alone:
        yield _leavers(ended.left_alone, due_on)
    if most := pack.inactivity.lock_after_days:
        for row in own_users.unused(organisation_id=trust.pk, before=on - timedelta(days=most), on=on):
            yield _not_used(row, most, due_on)
    for grant in own_users.powerful(organisation_id=trust.pk, on=on):
        yield _review(grant, due_on)


def _plan(trust: Organisation, wanted: list[NewTask]) -> TaskPlan:
    """What is not asked yet; what is over, closed; a review that was said to be done is done for good."""
    rows = list(Task.objects.filter(organisation=trust, key__startswith=KEY).values_list("id", "key", "kind", "state"))
    waiting = {key: number for number, key, _, state in rows if state != "closed"}
    reviewed = {key for _, key, kind, state in rows if kind == REVIEW and state in ("closed", "said_done")}
    keys = {task.key for task in wanted}
    over = [(number, "No longer so") for key, number in waiting.items() if key not in keys]
    done = [(n, "Looked at by a second person") for n, key, kind, state in rows if kind == REVIEW and state == "said_done" and key in keys]
    return TaskPlan(raised=tuple(t for t in wanted if t.key not in waiting and t.key not in reviewed), closed=tuple(sorted(over + done)))


def _task(key: str, kind: str, title: str, why: str, otherwise: str, role: str, about: int | None, due_on: date) -> NewTask:
    return NewTask(
        key=f"{KEY}{key}", kind=kind, title=title, why=why, otherwise=otherwise, step="ask", clause="house", role=role, system_code="",
        assignee_id=None, about_id=about, link="", due_on=due_on,
    )  # fmt: skip


def _leavers(count: int, due_on: date) -> NewTask:
    why = f"Yours because you administer Careward. The staff record shows that {count} of its users have left: too many to end unasked."
    otherwise = "If you do nothing, they can still sign in. If the staff list is right, end their roles; if it is not, load it again."
    return _task("leavers", LEAVERS, "End the roles of users who have left", why, otherwise, "trust_administrator", None, due_on)


def _not_used(row: Unused, most: int, due_on: date) -> NewTask:
    came = f"signed in last on {day(row.last_on)}" if row.last_on else f"was added on {day(row.since)} and never signed in"
    why = f"Yours because you administer Careward. {row.name} is {listed(row.roles)}, and {came}: that is more than {most} days ago."
    otherwise = "If you do nothing, a role that nobody uses stays open. End it, or say why it is still needed."
    title = f"Say whether {row.name} still needs Careward"
    return _task(f"user/{row.user_id}/unused", UNUSED, title, why, otherwise, "trust_administrator", row.person_id, due_on)


def _review(grant: Powerful, due_on: date) -> NewTask:
    where = f" for {grant.system_code.upper()}" if grant.system_code else ""
    made = f"{grant.giver} made {grant.holder} {grant.title}{where} from {day(grant.from_on)}"
    why = f"Yours because nobody makes administrators alone. {made}."
    otherwise = "If you do nothing, they keep the role. If it is wrong, have it ended, and say so here."
    title = f"Look at {grant.holder}'s role of {grant.title}"
    return _task(f"grant/{grant.grant_id}/review", REVIEW, title, why, otherwise, "head_of_ig", grant.person_id, due_on)
