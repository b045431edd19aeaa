"""The database itself holds that a person's trouble is open once."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_one_finding_per_trouble")]

    operations = [
        migrations.AlterField(model_name="finding", name="asked_on", field=models.DateField()),
        migrations.AddConstraint(
            model_name="finding",
            constraint=models.UniqueConstraint(
                fields=["person", "code", "topic"],
                condition=models.Q(("closed_on", None), ("system", None)),
                name="one_open_finding_per_person",
            ),
        ),
    ]
