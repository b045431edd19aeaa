"""The queue leaves the ledger's room; its table stays where it is, and no row moves."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [("ledger", "0002_queue_leaves")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="Errand",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("name", models.TextField()),
                        ("body", models.JSONField(default=dict)),
                        ("not_before", models.DateTimeField()),
                        ("claimed_at", models.DateTimeField(null=True)),
                        ("claimed_by", models.TextField(default="")),
                        ("tries", models.PositiveIntegerField(default=0)),
                        ("done_at", models.DateTimeField(null=True)),
                        ("stuck_at", models.DateTimeField(null=True)),
                        ("fault", models.TextField(default="")),
                        ("entry", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="ledger.entry")),
                    ],
                    options={
                        "db_table": "ledger_errand",
                        "indexes": [
                            models.Index(
                                condition=models.Q(("done_at", None), ("stuck_at", None)),
                                fields=["not_before", "id"],
                                name="errand_waiting",
                            )
                        ],
                    },
                )
            ]
        )
    ]
