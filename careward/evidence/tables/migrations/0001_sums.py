"""The sums of the tables of evidence."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ledger", "0005_links")]

    operations = [
        migrations.CreateModel(
            name="TableSum",
            fields=[
                ("name", models.TextField(primary_key=True, serialize=False)),
                ("number", models.BigIntegerField()),
                ("rows", models.BigIntegerField()),
                ("total", models.BinaryField(max_length=32)),
                ("tag", models.TextField()),
                ("columns", models.TextField()),
            ],
        ),
        migrations.CreateModel(
            name="Stretch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.TextField()),
                ("number", models.BigIntegerField()),
                ("marks", models.BinaryField(max_length=256)),
            ],
            options={"constraints": [models.UniqueConstraint(fields=("name", "number"), name="one_row_per_stretch")]},
        ),
    ]
