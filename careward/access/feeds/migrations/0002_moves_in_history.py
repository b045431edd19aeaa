"""Loads remember what happened to them, and what the worker is to do with them, in rows of their own."""

import json
from datetime import UTC, datetime

import django.db.models.deletion
from django.db import migrations, models

QUEUE = "ledger_errand"


def remember(apps, schema_editor):
    """What the columns of a load tell of its past: begun, loaded, taken back."""
    loads, moves = apps.get_model("feeds", "Load"), apps.get_model("feeds", "LoadMove")
    for load in loads.objects.order_by("pk").iterator():
        told = [(load.begun_at, load.begun_by, "begin", "", "waiting")]
        if load.state in ("held", "refused") and load.examined_at:
            told.append((load.examined_at, load.begun_by, "hold" if load.state == "held" else "refuse", "waiting", load.state))
        if load.applied_at:
            told.append((load.applied_at, load.applied_by, "apply", "examined", "applied"))
        if load.undone_at:
            told.append((load.undone_at, load.undone_by, "undo", "applied", "undone"))
        moves.objects.bulk_create([
            moves(load=load, at=at, by=by, move=move, was=was, became=became) for at, by, move, was, became in told
        ])


def ask(apps, schema_editor):
    """What still waits in the queue is what each load's worker is to do."""
    connection, loads = schema_editor.connection, apps.get_model("feeds", "Load")
    if QUEUE not in connection.introspection.table_names():
        return
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT name, body, not_before FROM {QUEUE} WHERE done_at IS NULL AND name LIKE 'feeds.%%' ORDER BY id", [])
        waiting = cursor.fetchall()
    for name, body, at in waiting:
        facts = json.loads(body) if isinstance(body, str) else body
        told = datetime.fromisoformat(at).replace(tzinfo=UTC) if isinstance(at, str) else at  # SQLite keeps moments as text in UTC
        loads.objects.filter(pk=facts["load"]).update(asked=name.removeprefix("feeds."), asked_at=told)


class Migration(migrations.Migration):
    dependencies = [("feeds", "0001_initial")]

    operations = [
        migrations.AddField(model_name="load", name="asked", field=models.TextField(default="")),
        migrations.AddField(model_name="load", name="asked_at", field=models.DateTimeField(null=True)),
        migrations.CreateModel(
            name="LoadMove",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("by", models.TextField()),
                ("move", models.TextField()),
                ("was", models.TextField()),
                ("became", models.TextField()),
                ("note", models.TextField(default="")),
                ("load", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="moves", to="feeds.load")),
            ],
        ),
        migrations.RunPython(remember, migrations.RunPython.noop),
        migrations.RunPython(ask, migrations.RunPython.noop),
    ]
