"""The database itself holds a finding's states, and that it is closed on a day or not at all."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0007_states_of_findings")]

    operations = [
        migrations.RemoveField(model_name="finding", name="settled"),
        migrations.AddConstraint(
            model_name="finding",
            constraint=models.CheckConstraint(
                condition=models.Q(state__in=["found", "asked", "settled", "closed"]), name="finding_state_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="finding",
            constraint=models.CheckConstraint(
                condition=models.Q(("closed_on__isnull", False), ("state", "closed"))
                | models.Q(models.Q(("state", "closed"), _negated=True), ("closed_on", None)),
                name="finding_closed_on_a_day",
            ),
        ),
    ]
