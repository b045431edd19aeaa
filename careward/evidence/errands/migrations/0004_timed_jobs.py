"""Timed jobs are rows; the night that was asked for last is taken over from the ledger, so that it is not asked for again."""

from django.db import migrations, models
from django.db.models import Max


def take_over(apps, schema_editor):
    asked = apps.get_model("ledger", "Entry").objects.filter(verb="reconciliation.due").values_list("organisation")
    clocks = apps.get_model("errands", "JobClock")
    clocks.objects.bulk_create(
        [
            clocks(name="accounts.nightly", organisation=code, last_began_at=at, last_ended_at=at, last_outcome="done")
            for code, at in asked.annotate(last=Max("at")).order_by()
        ]
    )


class Migration(migrations.Migration):
    dependencies = [("errands", "0003_no_entry_needed"), ("ledger", "0003_checks")]

    operations = [
        migrations.CreateModel(
            name="JobClock",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.TextField()),
                ("organisation", models.TextField(default="")),
                ("last_began_at", models.DateTimeField(null=True)),
                ("last_began_by", models.TextField(default="")),
                ("last_ended_at", models.DateTimeField(null=True)),
                ("last_outcome", models.TextField(default="")),
                ("fault", models.TextField(default="")),
                ("next_due_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "errands_timedjob",
                "constraints": [models.UniqueConstraint(fields=("name", "organisation"), name="one_clock_a_job")],
            },
        ),
        migrations.RunPython(take_over, migrations.RunPython.noop),
    ]
