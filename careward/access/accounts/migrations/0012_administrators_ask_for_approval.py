"""Open findings of a shared account without approval are their administrator's: they may lock it, or ask governance to approve it.

A task keeps its key, by which nothing finds it as long as its finding has it.
"""

from django.db import migrations

CODE, WAS, NOW = "account.generic_unapproved", "head_of_ig", "system_administrator"
BECAUSE = "Yours because shared accounts need the approval of information governance."


def option(answer, words, *asks, day_words=""):
    return {"answer": answer, "words": words, "asks": list(asks), "day_words": day_words, "person": None}


def question(what, step):
    """As the next comparison would ask it; of one that is only asked about it may also be said by when."""
    arranged = [option("arranged", "It is arranged for", "until", day_words="The day it is arranged for")] if step == "ask" else []
    approve = option(
        "approve", "Ask to have it approved until", "until", "number", "reason", day_words="The last day it is to be approved for"
    )
    passing = [
        option("not_mine", "This task is not mine, it is somebody else's", "number"),
        option("cannot", "It cannot be done or said, because", "reason"),
    ]
    words = f"Until when should {what} be approved, and who answers for it?"
    return {"kind": "approval", "words": words, "options": [approve, *arranged, *passing], "tells": "accounts.answered"}


def ask_administrators(apps, schema_editor):
    found = apps.get_model("accounts", "Finding").objects.filter(code=CODE, closed_on=None, who=WAS).select_related("system", "task")
    for finding in found:
        task, system = finding.task, finding.system
        finding.who = NOW
        finding.save(update_fields=["who"])
        if task is None or task.state == "closed" or task.role != WAS:
            continue
        where = system.name if finding.environment == "live" else f"{system.name} ({finding.environment})"
        task.role = NOW
        task.why = task.why.replace(BECAUSE, f"Yours because you administer {where}.")
        if finding.step in ("lock", "ask"):
            task.question = question(f"{finding.username} on {where}", finding.step)
        task.save(update_fields=["role", "why", "question"])


class Migration(migrations.Migration):
    dependencies = [("accounts", "0011_answers_about_approval")]

    operations = [migrations.RunPython(ask_administrators, migrations.RunPython.noop)]
