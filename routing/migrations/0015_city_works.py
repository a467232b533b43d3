"""Which authorities are the city's own works; loading the city's `authorities.csv` again says it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("routing", "0014_priors_from_settled_issues")]

    operations = [
        migrations.AddField(
            "authority",
            "is_city_works",
            models.BooleanField(default=False, verbose_name="looks after what is the city's"),
        ),
    ]
