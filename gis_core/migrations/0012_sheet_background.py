from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("gis_core", "0011_own_rasters"),
    ]

    operations = [
        migrations.AddField(
            model_name="mapservice",
            name="is_on_sheets",
            field=models.BooleanField(
                default=False, verbose_name="background of the evidence sheets"
            ),
        ),
        migrations.AddConstraint(
            model_name="mapservice",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_on_sheets", True)),
                fields=("is_on_sheets",),
                name="mapservice_one_on_sheets",
                violation_error_message="Another map service is the background of the evidence sheets already.",
            ),
        ),
    ]
