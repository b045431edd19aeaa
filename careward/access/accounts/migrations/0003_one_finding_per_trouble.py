"""Open findings of a person's one course or registration become one, with the accounts they were about; every other keeps its own.

What closed before stays as it was written. A finding that has a task is due when the task is.
"""

from collections import defaultdict

from django.db import migrations
from django.db.models import F, OuterRef, Subquery

OF_A_PERSON = ("training.missing", "training.expired", "registration.lapsed")
AT_ONCE = 1000


def group(apps, schema_editor):
    Finding = apps.get_model("accounts", "Finding")
    Task = apps.get_model("work", "Task")
    Finding.objects.update(asked_on=F("found_on"))
    troubles = _troubles(Finding)
    lead_of = {f["id"]: rows[0]["id"] for rows in troubles for f in rows}
    _add_accounts(apps.get_model("accounts", "FindingAccount"), Finding, lead_of)
    for rows in troubles:
        _merge(Finding, rows)
    due = Task.objects.filter(pk=OuterRef("task_id")).values("due_on")[:1]
    Finding.objects.filter(closed_on=None, settled=False, task__state__in=("open", "said_done")).update(due_on=Subquery(due))


def _troubles(Finding):
    """The open findings of each person's one trouble, the first found leading."""
    found = defaultdict(list)
    rows = Finding.objects.filter(closed_on=None, code__in=OF_A_PERSON).exclude(person=None).order_by("found_on", "id")
    for row in rows.values("id", "person_id", "code", "topic", "found_on", "due_on", "task_id", "manager_id", "who"):
        found[row["person_id"], row["code"], row["topic"]].append(row)
    return list(found.values())


def _add_accounts(FindingAccount, Finding, lead_of):
    rows, seen = [], set()
    about = Finding.objects.exclude(account=None).order_by("id").values_list(
        "id", "account_id", "system_id", "clause", "found_on", "closed_on"
    )  # fmt: skip
    for number, account, system, clause, found_on, closed_on in about.iterator():
        lead = lead_of.get(number, number)
        if (lead, account) in seen:
            continue
        seen.add((lead, account))
        rows.append(FindingAccount(
            finding_id=lead, account_id=account, system_id=system, clause=clause, found_on=found_on, gone_on=closed_on,
        ))  # fmt: skip
        if len(rows) == AT_ONCE:
            FindingAccount.objects.bulk_create(rows)
            rows = []
    FindingAccount.objects.bulk_create(rows)


def _merge(Finding, rows):
    first = rows[0]
    Finding.objects.filter(pk__in=[r["id"] for r in rows[1:]]).delete()
    Finding.objects.filter(pk=first["id"]).update(
        system=None, account=None, environment="", username="", due_on=min(r["due_on"] for r in rows),
        task=next((r["task_id"] for r in rows if r["task_id"]), None),
    )  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_accounts_of_findings"), ("work", "0001_initial")]

    operations = [migrations.RunPython(group, migrations.RunPython.noop)]
