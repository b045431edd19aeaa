"""What follows when somebody answers a task that findings raised."""

from careward.access.accounts import answering, deciding
from careward.evidence.errands.models import Errand
from careward.people.staff.models import Organisation


def answered(errand: Errand) -> None:
    """An answer is acted on, and everything compared anew."""
    organisation = Organisation.objects.get(ods_code=errand.organisation)
    answering.take_answer(organisation=organisation, task_id=errand.body["task"], now=errand.began_at, by=errand.body["by"])


def request_decided(errand: Errand) -> None:
    """A request to have a shared account approved was approved, refused or withdrawn."""
    organisation = Organisation.objects.get(ods_code=errand.organisation)
    deciding.keep_decision(organisation=organisation, approval_id=errand.body["approval"], now=errand.began_at, by=errand.body["by"])
