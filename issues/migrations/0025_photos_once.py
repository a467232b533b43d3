"""A photo of a draft that is sent again, as after a lost connection, is no second one."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("issues", "0024_unclear")]

    operations = [
        migrations.AddField(
            "stagedphoto",
            "digest",
            models.BinaryField(default=b"", editable=False, max_length=32),
        ),
    ]
