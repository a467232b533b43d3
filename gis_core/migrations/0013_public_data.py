"""The licence of what feeds hold, and how many doubts staff hear of."""

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("gis_core", "0012_sheet_background"),
    ]

    operations = [
        migrations.AddField(
            model_name="jurisdiction",
            name="doubts_noticed",
            field=models.PositiveSmallIntegerField(
                db_default=3,
                default=3,
                validators=[django.core.validators.MinValueValidator(1)],
                verbose_name="so many times “is not done” bring a closed report back to staff",
            ),
        ),
        migrations.AddField(
            model_name="jurisdiction",
            name="licence",
            field=models.CharField(
                db_default="Datenlizenz Deutschland – Namensnennung – Version 2.0",
                default="Datenlizenz Deutschland – Namensnennung – Version 2.0",
                max_length=200,
                verbose_name="licence of the public data",
            ),
        ),
        migrations.AddField(
            model_name="jurisdiction",
            name="licence_url",
            field=models.URLField(
                db_default="https://www.govdata.de/dl-de/by-2-0",
                default="https://www.govdata.de/dl-de/by-2-0",
                verbose_name="address of the licence",
            ),
        ),
        migrations.AddConstraint(
            model_name="jurisdiction",
            constraint=models.CheckConstraint(
                condition=models.Q(("doubts_noticed__gte", 1)),
                name="jurisdiction_doubts_are_noticed",
            ),
        ),
    ]
