"""Column mappings that an installation made for sources of its own."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.gis.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy

from gis_core.models.jurisdictions import Jurisdiction


class OwnProfile(models.Model):
    """A column mapping; `content` is a profile as gis_core.loading.read.profiles explains it.

    Without a name it is a draft. `source` is the upload that it is made for, "" once that is gone. A draft for an
    address that is still to be fetched has no `source` and nothing but the address in `content`; one that cannot be
    fetched has the `problem` beside the address (gis_core.messages.Told as JSON).
    """

    jurisdiction = models.ForeignKey(Jurisdiction, on_delete=models.CASCADE, related_name="+")
    dataset = models.CharField(pgettext_lazy("own profile", "dataset"), max_length=30)
    name = models.CharField(pgettext_lazy("own profile", "name"), max_length=40, blank=True)
    content = models.JSONField(pgettext_lazy("own profile", "content"), default=dict, blank=True)
    source = models.CharField(pgettext_lazy("own profile", "source"), max_length=500, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(pgettext_lazy("own profile", "created"), auto_now_add=True)

    class Meta:
        verbose_name = pgettext_lazy("own profile", "own column mapping")
        verbose_name_plural = pgettext_lazy("own profile", "own column mappings")
        constraints = [
            models.UniqueConstraint(
                fields=["jurisdiction", "dataset", "name"],
                condition=~Q(name=""),
                name="ownprofile_name_once",
            )
        ]

    @property
    def problem(self) -> dict[str, Any]:
        """Why a draft's address cannot be mapped; {} where nothing is known to be wrong."""
        problem: dict[str, Any] = self.content.get("problem", {})
        return problem

    @property
    def is_fetched(self) -> bool:
        """Whether there is a file, or will be none: the draft waits for no worker."""
        return bool(self.source or self.problem)

    def __str__(self) -> str:
        return self.name
