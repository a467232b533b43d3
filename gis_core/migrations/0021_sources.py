"""Several sources of one dataset: what was loaded before is the one without a name."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("gis_core", "0020_places_of_addresses"),
    ]

    operations = [
        migrations.AddField(
            model_name="edition",
            name="source_name",
            field=models.CharField(blank=True, default="", max_length=60, verbose_name="source"),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="edition",
            name="precedence",
            field=models.IntegerField(default=0, verbose_name="precedence"),
        ),
        migrations.AlterField(
            model_name="edition",
            name="source",
            field=models.CharField(max_length=500, verbose_name="file or address"),
        ),
        migrations.RemoveConstraint(
            model_name="edition",
            name="edition_one_active_per_dataset",
        ),
        migrations.AddConstraint(
            model_name="edition",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "active")),
                fields=("jurisdiction", "dataset", "source_name"),
                name="edition_one_active_per_source",
            ),
        ),
    ]
