"""The monthly leavers report as work: it names people and teams only, so it asks, and never acts (EL-046, EL-048)."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

from django.db.models import Q

from careward.access.accounts.tasks import ANSWERED
from careward.core import days
from careward.core.packs.pack import Pack
from careward.people.staff.lines import not_ended
from careward.people.staff.models import Assignment, LeaverNotice, Organisation
from careward.people.staff.packs import pack_on
from careward.work.tasks import questions
from careward.work.tasks.models import Task
from careward.work.tasks.wanted import NewTask, TaskPlan

KEY = "leaver/"
BORNE_OUT = "The staff record now shows that they have left"
NOT_ASKED = "The report no longer holds this line, or is too old to ask about"


def plan_leaver_work(*, organisation: Organisation, on: date, managers: Mapping[int, int]) -> TaskPlan:
    """A question for each line of the report that the staff record does not yet bear out; those it does bear out, closed."""
    notices = LeaverNotice.objects.filter(organisation=organisation, gone_on=None).select_related("person")
    pack = pack_on(organisation.pack, on)
    notices = notices.filter(Q(left_on=None) | Q(left_on__gte=on - timedelta(days=pack.leavers_report.look_back_days)))
    open_now = dict(Task.objects.filter(organisation=organisation, key__startswith=KEY).exclude(state="closed").values_list("key", "id"))
    if not notices and not open_now:
        return TaskPlan()
    here = _still_here(organisation, on)
    asked = [n for n in notices if n.fits != 1 or n.person_id in here]
    wanted = [_task(n, managers.get(n.person_id) if n.person_id else None, on, pack) for n in asked]
    keys = {t.key for t in wanted}
    borne_out = {f"{KEY}{notice.pk}" for notice in notices if notice.fits == 1 and notice.person_id not in here}
    over = sorted((number, BORNE_OUT if key in borne_out else NOT_ASKED) for key, number in open_now.items() if key not in keys)
    return TaskPlan(raised=tuple(t for t in wanted if t.key not in open_now), closed=tuple(over))


def _still_here(organisation: Organisation, on: date) -> frozenset[int]:
    """Everyone with an assignment that has not ended."""
    posts = Assignment.objects.filter(not_ended(on), organisation=organisation)
    return frozenset(posts.values_list("person_id", flat=True))


def _task(notice: LeaverNotice, manager: int | None, on: date, pack: Pack) -> NewTask:
    rule = pack.leavers_report
    when = f" on {notice.left_on.day} {notice.left_on:%B %Y}" if notice.left_on else ""
    said = f"The leavers report says that {notice.name} of {notice.team} left{when}"
    if notice.fits == 1 and notice.person and manager:
        title, role = f"Say whether {notice.person.name} has left", "line_manager"
        why = f"Yours because you manage {notice.person.name}. {said}, and the staff record does not."
    elif notice.fits == 1 and notice.person:
        title, role = f"Say whether {notice.person.name} has left", "trust_administrator"
        why = f"Yours because nobody is recorded as their manager. {said}, and the staff record does not."
    else:
        title, role = f"Find out who {notice.name} of {notice.team} is", "trust_administrator"
        many = "more than one person of that name fits" if notice.fits else "nobody of that name and team is in the staff record"
        why = f"Yours because the report gives no staff number and {many}. {said}."
    return NewTask(
        key=f"{KEY}{notice.pk}", kind="account.leaver", title=title, why=why, step="ask", clause=rule.clause, role=role, system_code="",
        otherwise="If you do nothing, their accounts stay open.", assignee_id=manager if role == "line_manager" else None,
        about_id=notice.person_id, link=f"person/{notice.person_id}" if notice.person_id else "",
        due_on=days.add_working_days(on, rule.working_days, pack.calendar.days),
        question=replace(questions.has_gone(notice.person.name), tells=ANSWERED) if notice.fits == 1 and notice.person else None,
    )  # fmt: skip
