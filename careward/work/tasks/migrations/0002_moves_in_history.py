"""Each row of a task's history names its move. Rows of before say from what to what alone; which move that was can be told from it."""

from django.db import migrations, models


def name_moves(apps, schema_editor):
    rows = apps.get_model("work", "TaskMove").objects
    rows.filter(was="").update(move="begin")
    rows.filter(was="open", became="said_done").update(move="say_done")
    rows.filter(became="closed").update(move="close")
    rows.filter(was="said_done", became="open", note="").update(move="take_back")
    rows.filter(was="said_done", became="open").exclude(note="").update(move="reopen")
    rows.filter(was=models.F("became")).update(move="tell_anew")


class Migration(migrations.Migration):
    dependencies = [("work", "0001_initial")]

    operations = [
        migrations.AddField(model_name="taskmove", name="move", field=models.TextField(default="")),
        migrations.RunPython(name_moves, migrations.RunPython.noop),
    ]
