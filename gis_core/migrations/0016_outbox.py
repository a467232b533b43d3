"""Whom the program writes to when an emergency does not get through."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("gis_core", "0015_hosts_and_looks"),
    ]

    operations = [
        migrations.AddField(
            model_name="jurisdiction",
            name="alarm_mail",
            field=models.EmailField(
                blank=True,
                max_length=254,
                verbose_name="who is mailed when an emergency does not get through",
            ),
        ),
    ]
