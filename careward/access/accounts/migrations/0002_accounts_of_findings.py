"""A finding gets the accounts it touches as rows of their own, and the day from which its step is asked."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="FindingAccount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("clause", models.TextField()),
                ("found_on", models.DateField()),
                ("gone_on", models.DateField(null=True)),
                ("account", models.ForeignKey(on_delete=models.PROTECT, to="accounts.account")),
                ("finding", models.ForeignKey(on_delete=models.PROTECT, related_name="accounts", to="accounts.finding")),
                ("system", models.ForeignKey(db_index=False, on_delete=models.PROTECT, to="systems.system")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=["finding", "account"], condition=models.Q(("gone_on", None)), name="an_account_once_per_finding"
                    )
                ],
                "indexes": [
                    models.Index(
                        fields=["system", "clause", "finding"], name="finding_account_where", condition=models.Q(("gone_on", None))
                    )
                ],
            },
        ),
        migrations.RemoveIndex(model_name="finding", name="finding_to_put_right"),
        migrations.AddField(model_name="finding", name="asked_on", field=models.DateField(null=True)),
        migrations.AlterField(
            model_name="finding", name="system", field=models.ForeignKey(null=True, on_delete=models.PROTECT, to="systems.system")
        ),
        migrations.AlterField(model_name="finding", name="environment", field=models.TextField(default="")),
        migrations.AlterField(model_name="finding", name="username", field=models.TextField(default="")),
    ]
