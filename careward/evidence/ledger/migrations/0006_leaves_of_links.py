"""A link of many entries keeps their leaf hashes. One that waits already keeps none, and is sealed from its entries as they are."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ledger", "0005_links")]

    operations = [
        migrations.AddField(model_name="link", name="leaves", field=models.BinaryField(db_default=b"", default=b"")),
    ]
