"""An errand needs no ledger entry any more. Apart from the filling before it, since PostgreSQL alters no table with checks still waiting."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("errands", "0002_own_columns")]

    operations = [
        migrations.AlterField("errand", "asked_at", models.DateTimeField()),
        migrations.AlterField(
            "errand", "entry", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to="ledger.entry")
        ),
        migrations.AddIndex(
            "errand", models.Index(condition=models.Q(("done_at", None)), fields=["organisation", "name"], name="errand_open")
        ),
    ]
