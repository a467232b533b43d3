"""Rasters of this installation: files that were loaded, prepared for maps, and are drawn here."""

from __future__ import annotations

from django.contrib.gis.db import models
from django.core.validators import MaxValueValidator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gis_core.enums import RasterState
from gis_core.messages import Message, message_from_json, told_text
from gis_core.models.map_services import MapService


class OwnRaster(models.Model):
    """A raster behind an entry of the registry, which holds its title, attribution, licence and who sees it.

    `source`: the path of the delivered file. The prepared one has the name in `service.layers`. `crs`: an EPSG code,
    else the system's name. `dtype` and `bands`: of the delivered file; `width`, `height` in pixels. `is_classes`: its
    values are classes and no colours; `classes`: their names by value. `notes`: messages about what was
    changed in preparing. `progress` in percent. `attempts`: how often a worker began; `ordered_at`: when it was to.
    `problem`: the message that ended it.
    """

    service = models.OneToOneField(MapService, on_delete=models.CASCADE, related_name="raster")
    source = models.CharField(_("file"), max_length=500)
    crs = models.CharField(_("coordinate reference system"), max_length=200)
    bands = models.PositiveSmallIntegerField(_("bands"))
    dtype = models.CharField(_("type of values"), max_length=20)
    width = models.PositiveIntegerField(_("width"))
    height = models.PositiveIntegerField(_("height"))
    is_classes = models.BooleanField(_("classes"), default=False)
    classes = models.JSONField(_("names of the classes"), default=dict, blank=True)
    state = models.CharField(
        pgettext_lazy("own raster", "state"),
        max_length=20,
        choices=RasterState,
        default=RasterState.WAITING,
    )
    progress = models.PositiveSmallIntegerField(
        _("progress"), default=0, validators=[MaxValueValidator(100)]
    )
    attempts = models.PositiveSmallIntegerField(default=0)
    notes = models.JSONField(default=list, blank=True)
    problem = models.JSONField(default=dict, blank=True)
    ordered_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("own raster")
        verbose_name_plural = _("own rasters")
        ordering = ["-ordered_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(progress__lte=100), name="ownraster_progress_percent"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=RasterState.values), name="ownraster_state_known"
            ),
        ]

    def __str__(self) -> str:
        return self.service.title

    @property
    def is_under_way(self) -> bool:
        return self.state in {RasterState.WAITING, RasterState.WORKING}

    @property
    def problem_text(self) -> str:
        """What ended it, in the active language."""
        return told_text(self.problem) if self.problem else ""

    @property
    def note_texts(self) -> list[str]:
        """What was changed in preparing it, in the active language."""
        notes: list[Message | None] = [message_from_json(note) for note in self.notes]
        return [note.shown() for note in notes if note]
