"""Priors as data of a rule set; the probability of a body decides, no longer multiplied by the rule's confidence."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import django.db.models.deletion
from django.db import migrations, models

# What was compared with probability times confidence said 0.70 (ADR 4).
FORMER, NEW = Decimal("0.70"), Decimal("0.90")


def thresholds_raise(apps: Any, schema_editor: Any) -> None:
    for name in ("RuleSet", "Threshold"):
        model = apps.get_model("routing", name)
        model.objects.filter(assign_from=FORMER).update(assign_from=NEW)


def thresholds_lower(apps: Any, schema_editor: Any) -> None:
    for name in ("RuleSet", "Threshold"):
        model = apps.get_model("routing", name)
        model.objects.filter(assign_from=NEW).update(assign_from=FORMER)


class Migration(migrations.Migration):
    dependencies = [("routing", "0012_rail_tracks")]

    operations = [
        migrations.RenameField("decision", "confidence", "probability"),
        migrations.AlterField(
            "decision", "probability", models.FloatField(verbose_name="probability")
        ),
        migrations.RenameField("proposal", "confidence", "probability"),
        migrations.AlterField(
            "proposal", "probability", models.FloatField(verbose_name="probability")
        ),
        migrations.AlterField(
            "ruleset",
            "assign_from",
            models.DecimalField(
                decimal_places=2,
                default=Decimal("0.90"),
                max_digits=3,
                verbose_name="sent by itself from this probability",
            ),
        ),
        migrations.AlterField(
            "threshold",
            "assign_from",
            models.DecimalField(
                decimal_places=2, max_digits=3, verbose_name="sent by itself from this probability"
            ),
        ),
        migrations.CreateModel(
            name="Prior",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("category", models.CharField(max_length=300, verbose_name="category")),
                ("road_class", models.CharField(default="*", max_length=30, verbose_name="class")),
                ("usage", models.CharField(default="*", max_length=100, verbose_name="land use")),
                ("part", models.CharField(default="*", max_length=100, verbose_name="part")),
                (
                    "built_up",
                    models.CharField(default="*", max_length=20, verbose_name="built-up area"),
                ),
                ("weight", models.FloatField(verbose_name="weight")),
                (
                    "rule_set",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="priors",
                        to="routing.ruleset",
                    ),
                ),
            ],
            options={
                "verbose_name": "prior",
                "verbose_name_plural": "priors",
                "ordering": ["category", "usage", "part", "road_class", "built_up"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("rule_set", "category", "road_class", "usage", "part", "built_up"),
                        name="prior_once_per_set",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("weight__range", (0.01, 100.0))),
                        name="prior_weight_in_range",
                    ),
                ],
            },
        ),
        migrations.RunPython(thresholds_raise, thresholds_lower),
    ]
