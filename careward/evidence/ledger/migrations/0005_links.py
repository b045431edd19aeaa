"""What waits to be sealed is bound, act by act, to what was written before it; what earlier versions left unsealed is told apart."""

import json

from django.db import migrations, models
from django.db.models import Exists, OuterRef


def tell_apart(apps, schema_editor):
    """Entries that wait have no link, for nobody made one: they are sealed from now on, and said to be so."""
    entry, leaf = apps.get_model("ledger", "Entry"), apps.get_model("ledger", "Leaf")
    waiting = entry.objects.filter(~Exists(leaf.objects.filter(entry_id=OuterRef("id")))).order_by("id")
    runs = []
    for number in waiting.values_list("id", flat=True).iterator():
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    if runs:
        apps.get_model("ledger", "Link").objects.create(lane="earlier", number=0, ids=json.dumps(runs), before=b"", hash=b"")


class Migration(migrations.Migration):
    dependencies = [("ledger", "0004_signed_lines")]

    operations = [
        migrations.CreateModel(
            name="Lane",
            fields=[
                ("name", models.TextField(primary_key=True, serialize=False)),
                ("number", models.BigIntegerField()),
                ("hash", models.BinaryField(max_length=32)),
            ],
        ),
        migrations.CreateModel(
            name="Link",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("lane", models.TextField()),
                ("number", models.BigIntegerField()),
                ("ids", models.TextField()),
                ("before", models.BinaryField(max_length=32)),
                ("hash", models.BinaryField(max_length=32)),
            ],
            options={"indexes": [models.Index(fields=["lane", "number"], name="ledger_link_place")]},
        ),
        migrations.RunPython(tell_apart, migrations.RunPython.noop),
    ]
