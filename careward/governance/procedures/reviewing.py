"""Asks for what answers for procedures: that a document is reviewed in time, and that each system has somebody who administers it."""

from datetime import date, datetime

from django.db import transaction

from careward.core import days
from careward.core.days import london_day
from careward.core.packs.pack import Pack
from careward.governance.procedures.queries import InForce, in_force
from careward.people.staff.models import Organisation
from careward.people.staff.packs import pack_on
from careward.systems.register.measures import unadministered
from careward.web.words import listed, plural
from careward.work.tasks.many import keep_asked
from careward.work.tasks.wanted import NewTask

BY = "job/procedures"
REVIEWS, ADMINISTRATORS = "document/", "register/administrators"
DUE = ("late", "wait")
NAMED = 5  # systems that the task names; its page lists them all


@transaction.atomic
def ask_for_reviews(*, organisation: str, now: datetime) -> bool:
    """Asks whoever answers for procedures to review each document whose day is near or past (PA-096, LR-054); whether anything changed.

    The task ends when the document in force says a later day of review, and by nothing else: that is its proof.
    """
    trust = Organisation.objects.select_for_update().get(ods_code=organisation)
    on = london_day(now)
    wanted = [_review(each, on) for each in in_force(organisation_id=trust.pk, on=on) if each.review.name in DUE]
    return _kept(trust, REVIEWS, wanted, "The document in force names a later day of review, or is in force no more", now)


@transaction.atomic
def ask_for_administrators(*, organisation: str, now: datetime) -> bool:
    """Asks for a named administrator of each system that has none (EL-008); whether anything changed."""
    trust = Organisation.objects.select_for_update().get(ods_code=organisation)
    on = london_day(now)
    left = unadministered(organisation_id=trust.pk, on=on)
    wanted = [_administrators(left, pack_on(trust.pack, on), on)] if left else []
    return _kept(trust, ADMINISTRATORS, wanted, "Each system of the register has an administrator by name", now)


def _kept(trust: Organisation, prefix: str, wanted: list[NewTask], proof: str, now: datetime) -> bool:
    done = keep_asked(organisation=trust, prefix=prefix, wanted=wanted, proof=proof, now=now, by=BY)
    return bool(done.raised or done.told or done.closed or done.reopened)


def _review(each: InForce, on: date) -> NewTask:
    document, due_on = each.document, each.document.next_review_on or on
    owner = f" Its owner is {each.owner}." if each.owner else ""
    return NewTask(
        key=f"{REVIEWS}{each.pack}/{document.code}/{due_on}", kind="document.review", title=f"Review {document.title}",
        why=f"Yours because you answer for the procedures. {each.review.words}.{owner}",
        otherwise="If you do nothing, people go on working by a document that nobody has looked at in time.",
        step="ask", clause=document.review_clause or "house", role="head_of_ig", system_code="", assignee_id=None, about_id=None,
        link=f"procedure/{document.code}", due_on=due_on,
    )  # fmt: skip


def _administrators(left: dict[str, str], pack: Pack, on: date) -> NewTask:
    named = sorted(left.values())
    said = listed([*named[:NAMED], f"{len(named) - NAMED} more"] if len(named) > NAMED else named)
    return NewTask(
        key=ADMINISTRATORS, kind="system.administrator", title=f"Name an administrator for {plural(len(left), 'system')}",
        why=f"Yours because you administer Careward. Nobody by name administers {said}.",
        otherwise="If you do nothing, what is found wrong with their accounts waits for nobody.",
        step="ask", clause=pack.clause_of("system.administrator"), role="trust_administrator", system_code="", assignee_id=None,
        about_id=None, link="systems",
        due_on=days.add_working_days(on, pack.escalation.working_days, pack.calendar.days),  # as long as others wait before they tell
    )  # fmt: skip
