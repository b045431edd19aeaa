"""What an errand is about and whose it is stands in its own row, taken from the ledger entry it was written with."""

from django.db import migrations, models

FILL = """
    UPDATE ledger_errand SET
        organisation = (SELECT e.organisation FROM ledger_entry e WHERE e.id = ledger_errand.entry_id),
        subject = (SELECT e.subject FROM ledger_entry e WHERE e.id = ledger_errand.entry_id),
        asked_at = (SELECT e.at FROM ledger_entry e WHERE e.id = ledger_errand.entry_id)"""


class Migration(migrations.Migration):
    dependencies = [("errands", "0001_initial")]

    operations = [
        migrations.AddField("errand", "organisation", models.TextField(default="")),
        migrations.AddField("errand", "subject", models.TextField(default="")),
        migrations.AddField("errand", "asked_at", models.DateTimeField(null=True)),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]

