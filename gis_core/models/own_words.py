"""Words of sources that an installation added to the program's dictionaries."""

from __future__ import annotations

from django.conf import settings
from django.contrib.gis.db import models
from django.utils.translation import pgettext_lazy

from gis_core.models.jurisdictions import Jurisdiction


class OwnWord(models.Model):
    """What a value of a source means in a column of a dataset; it goes before the program's own meaning.

    `meaning` is a value of the column, "" where rows with the value are left out.
    """

    jurisdiction = models.ForeignKey(Jurisdiction, on_delete=models.CASCADE, related_name="+")
    dataset = models.CharField(pgettext_lazy("own word", "dataset"), max_length=30)
    column = models.CharField(pgettext_lazy("own word", "column"), max_length=30)
    value = models.CharField(pgettext_lazy("own word", "value in the source"), max_length=200)
    meaning = models.CharField(pgettext_lazy("own word", "meaning"), max_length=100, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(pgettext_lazy("own word", "stored"), auto_now=True)

    class Meta:
        verbose_name = pgettext_lazy("own word", "own word")
        verbose_name_plural = pgettext_lazy("own word", "own words")
        constraints = [
            models.UniqueConstraint(
                fields=["jurisdiction", "dataset", "column", "value"], name="ownword_value_once"
            )
        ]

    def __str__(self) -> str:
        return self.value
