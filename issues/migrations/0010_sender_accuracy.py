"""What a sender's accuracy means, per key."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("issues", "0009_texts_in_languages")]

    operations = [
        migrations.AddField(
            model_name="apikey",
            name="accuracy_m",
            field=models.FloatField(
                blank=True,
                help_text="Radius in metres. Empty: what is assumed of every sender.",
                null=True,
                validators=[MinValueValidator(0), MaxValueValidator(5000)],
                verbose_name="accuracy of coordinates that say nothing of it (m)",
            ),
        ),
        migrations.AddField(
            model_name="apikey",
            name="accuracy_confidence",
            field=models.FloatField(
                blank=True,
                help_text="What the sender's accuracy means: 0.68 (Android), 0.95 (browsers). Empty: 0.95.",
                null=True,
                validators=[MinValueValidator(0.1), MaxValueValidator(0.999)],
                verbose_name="share of the places within the accuracy",
            ),
        ),
        migrations.AddConstraint(
            model_name="apikey",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("accuracy_m__isnull", True),
                    models.Q(("accuracy_m__gte", 0), ("accuracy_m__lte", 5000)),
                    _connector="OR",
                ),
                name="api_key_accuracy_in_range",
            ),
        ),
        migrations.AddConstraint(
            model_name="apikey",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("accuracy_confidence__isnull", True),
                    models.Q(
                        ("accuracy_confidence__gte", 0.1), ("accuracy_confidence__lte", 0.999)
                    ),
                    _connector="OR",
                ),
                name="api_key_confidence_in_range",
            ),
        ),
    ]
