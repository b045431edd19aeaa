"""What people of the staff record, and organisations, are called, for pages that know them by number."""

from collections.abc import Mapping, Sequence

from careward.people.staff import finding
from careward.people.staff.models import Organisation, Person


def people_named(*, organisation_id: int, keys: Sequence[str]) -> Mapping[str, str]:
    """The names of people of an organisation."""
    numbers = [int(key) for key in keys if key.isdigit() and len(key) <= 12]
    return {str(each.pk): each.name for each in Person.objects.filter(organisation_id=organisation_id, pk__in=numbers)}


def people_called(*, organisation_id: int, words: str) -> Sequence[str]:
    """The numbers of those whose name holds every word, however it is spelt."""
    return [str(pk) for pk in finding.called(words, organisation_id=organisation_id)]


def organisations_named(*, organisation_id: int, keys: Sequence[str]) -> Mapping[str, str]:
    """Its own name alone."""
    row = Organisation.objects.filter(pk=organisation_id).values_list("pk", "name").first()
    return {str(row[0]): row[1]} if row and str(row[0]) in keys else {}
