"""A finding's state is one word with a history of its own; what it was is worked out from the day it closed, `settled` and its task."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Case, Value, When


def say_states(apps, schema_editor):
    state = Case(
        When(closed_on__isnull=False, then=Value("closed")), When(settled=True, then=Value("settled")),
        When(task__isnull=False, then=Value("asked")), default=Value("found"),
    )  # fmt: skip
    apps.get_model("accounts", "Finding").objects.update(state=state)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0006_allowances_are_approvals")]

    operations = [
        migrations.AddField(model_name="finding", name="state", field=models.TextField(default="found")),
        migrations.RunPython(say_states, migrations.RunPython.noop),
        migrations.CreateModel(
            name="FindingMove",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("by", models.TextField()),
                ("move", models.TextField()),
                ("was", models.TextField()),
                ("became", models.TextField()),
                ("note", models.TextField(default="")),
                (
                    "finding",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="moves", to="accounts.finding"),
                ),
            ],
        ),
    ]
