"""What follows when somebody answers a task that findings raised."""

from careward.access.accounts import answering
from careward.evidence.errands.models import Errand
from careward.people.staff.models import Organisation


def answered(errand: Errand) -> None:
    """An answer is acted on, and everything compared anew."""
    organisation = Organisation.objects.get(ods_code=errand.organisation)
    answering.take_answer(organisation=organisation, task_id=errand.body["task"], now=errand.began_at, by=errand.body["by"])
