"""What the law wants to be reachable from every page: imprint, privacy notice, accessibility statement."""

from __future__ import annotations

from typing import Final

from django.contrib.gis.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy

from gis_core.languages import TextsField, text_in
from gis_core.models import Jurisdiction
from issues.enums import LegalKind, RetentionKind

# What stands in the texts for the periods after which the city erases.
PERIODS: Final = {
    RetentionKind.UNCONFIRMED: "{frist_unbestaetigt}",
    RetentionKind.CONTACT: "{frist_kontakt}",
    RetentionKind.ORIGINAL: "{frist_originale}",
    RetentionKind.UNRELEASED: "{frist_fotos}",
    RetentionKind.REPORT: "{frist_texte}",
    RetentionKind.ACCOUNT: "{frist_konto}",
    RetentionKind.NOTICE: "{frist_hinweis}",
}


class LegalPage(models.Model):
    """A page of a city in Markdown without HTML; `{stadt}` stands for its name, the words of `PERIODS` for its periods.

    `is_checked`: a person of the city has read it; until then the page says that it is a template. What is written on
    the page goes to `feedback_to`: `feedback_mail`, else the city's address for the public; without both nothing can be
    written there.
    """

    jurisdiction = models.ForeignKey(
        Jurisdiction, on_delete=models.CASCADE, related_name="legal_pages"
    )
    kind = models.CharField(pgettext_lazy("legal", "page"), max_length=14, choices=LegalKind)
    texts = TextsField(pgettext_lazy("legal", "text"), length_max=30_000)
    is_checked = models.BooleanField(pgettext_lazy("legal", "checked"), default=False)
    feedback_mail = models.EmailField(pgettext_lazy("legal", "feedback goes to"), blank=True)

    class Meta:
        verbose_name = pgettext_lazy("legal", "legal page")
        verbose_name_plural = pgettext_lazy("legal", "legal pages")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["jurisdiction", "kind"], name="legalpage_once"),
            models.CheckConstraint(
                condition=Q(kind__in=LegalKind.values), name="legalpage_kind_is_known"
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_kind_display())

    @property
    def feedback_to(self) -> str:
        return self.feedback_mail or self.jurisdiction.public_mail

    @property
    def text(self) -> str:
        text = text_in(self.texts).replace("{stadt}", self.jurisdiction.name)
        if "{frist_" in text:
            for period in self.jurisdiction.retention_periods.all():
                text = text.replace(PERIODS[RetentionKind(period.kind)], period.told)
        return text
