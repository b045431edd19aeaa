"""Checks that somebody asked for have rows of their own; the newest result of each organisation is taken over from its entry."""

from django.db import migrations, models


def take_over(apps, schema_editor):
    entries = apps.get_model("ledger", "Entry").objects.filter(verb="ledger.verified").order_by("id")
    newest = {entry.organisation: entry for entry in entries}
    apps.get_model("ledger", "LedgerCheck").objects.bulk_create(
        [
            apps.get_model("ledger", "LedgerCheck")(
                organisation=entry.organisation,
                asked_at=entry.at,
                asked_by=entry.actor,
                taken_up_at=entry.at,
                ended_at=entry.at,
                ok=entry.body["ok"],
                checked=entry.body["checked"],
                first_bad=entry.body["first_bad"],
                problems=entry.body["problems"],
                more=entry.body["more_problems"],
                entry_id=entry.pk,
            )
            for entry in newest.values()
        ]
    )


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_queue_leaves")]

    operations = [
        migrations.CreateModel(
            name="LedgerCheck",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("organisation", models.TextField()),
                ("asked_at", models.DateTimeField()),
                ("asked_by", models.TextField()),
                ("taken_up_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("ok", models.BooleanField(null=True)),
                ("checked", models.BigIntegerField(default=0)),
                ("first_bad", models.BigIntegerField(null=True)),
                ("problems", models.JSONField(default=list)),
                ("more", models.PositiveIntegerField(default=0)),
                ("entry_id", models.BigIntegerField(null=True)),
            ],
            options={"indexes": [models.Index(fields=["organisation", "id"], name="ledger_check_newest")]},
        ),
        migrations.RunPython(take_over, migrations.RunPython.noop),
    ]
