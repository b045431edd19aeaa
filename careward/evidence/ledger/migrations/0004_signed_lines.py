"""Each checkpoint says which line of what was signed outside the database it is; those of earlier versions are none."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ledger", "0003_checks")]

    operations = [migrations.AddField("checkpoint", "line", models.BigIntegerField(default=0))]
