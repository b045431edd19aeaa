"""Who has left and who is away for long, all of them at once. The single form is careward.people.staff.rules, and a property holds both."""

from datetime import date

from django.db.models import Q, QuerySet

from careward.core.packs.absence import AbsenceKinds
from careward.people.staff.lines import covering, not_ended
from careward.people.staff.models import Absence, Assignment, Person


def left(*, organisation_id: int, on: date) -> QuerySet[Person]:
    """Those whose every post is over; who has none on record has not been seen to leave (rules.has_left)."""
    posts = Assignment.objects.filter(organisation_id=organisation_id)
    still = posts.filter(not_ended(on))
    return Person.objects.filter(organisation_id=organisation_id, pk__in=posts.values("person")).exclude(pk__in=still.values("person"))


def away(*, organisation_id: int, on: date, rule: AbsenceKinds) -> QuerySet[Person]:
    """Those away for long as a pack counts it, by an absence or by the status of every post not over (rules.away_for_long)."""
    absent = Absence.objects.filter(covering(on), organisation_id=organisation_id, kind__in=rule.kinds)
    posts = Assignment.objects.filter(not_ended(on), organisation_id=organisation_id)
    at_work = posts.exclude(status__in=rule.statuses)
    by_status = posts.filter(status__in=rule.statuses).exclude(person__in=at_work.values("person"))
    either = Q(pk__in=absent.values("person")) | Q(pk__in=by_status.values("person"))
    return Person.objects.filter(either, organisation_id=organisation_id)
