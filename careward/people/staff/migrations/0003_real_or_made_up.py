"""Whether an organisation is real or made up becomes a property of its row; earlier demonstrations are told by their invented trust."""

from typing import Any

from django.db import migrations, models

INVENTED, DOMAIN = "RZZ9N", "@northmoor.example"  # no trust has a code of five characters, and no address ends so


def mark_earlier(apps: Any, schema: Any) -> None:
    """An invented trust whose personas sign in was made by the demonstration, and is the only one of its home."""
    if apps.get_model("people", "User").objects.filter(email__endswith=DOMAIN).exists():
        organisations = apps.get_model("people", "Organisation").objects
        if not organisations.exclude(ods_code=INVENTED).exists():
            organisations.filter(ods_code=INVENTED).update(demonstration="whole")


class Migration(migrations.Migration):
    dependencies = [("people", "0002_drafts")]

    operations = [
        migrations.AddField(
            model_name="organisation",
            name="demonstration",
            field=models.TextField(choices=[("", "real"), ("begun", "made up, and not finished"), ("whole", "made up")], default=""),
        ),
        migrations.AddConstraint(
            model_name="organisation",
            constraint=models.CheckConstraint(
                condition=models.Q(("demonstration__in", ["", "begun", "whole"])), name="organisation_real_or_made_up"
            ),
        ),
        migrations.RunPython(mark_earlier, migrations.RunPython.noop),
    ]
