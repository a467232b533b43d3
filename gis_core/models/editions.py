"""Dated editions of geodata: what was loaded, what was found, what changed."""

from __future__ import annotations

from django.conf import settings
from django.contrib.gis.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy

from gis_core.dataset_names import dataset_label
from gis_core.enums import ChangeKind, EditionStatus, Severity
from gis_core.messages import Message, message_from_json, told_text
from gis_core.models.jurisdictions import Jurisdiction
from gis_core.srids import storage_srid


class Edition(models.Model):
    """One load of one source of a dataset: what, from where, as of when, by whom, under which licence.

    `source_name` says which of several sources of the dataset it is ("": the one without a name); of objects that
    two sources have, the one of the lower `precedence` counts, then that of the first name.

    Activating an edition opens its new rows and closes those it replaces in one transaction. `base` is the
    edition that was active when the difference was computed; `restores` says which edition's state a roll-back
    brought back (`base` is then the edition that was rolled back). `request` is what is needed to resume
    the load, `progress` how far it came: {"file", "features", "batches", "rows"}. An edition without a file has
    "ends" in `request` where its source ends, "leads" where that comes to count first.
    """

    jurisdiction = models.ForeignKey(
        Jurisdiction, on_delete=models.PROTECT, related_name="editions"
    )
    dataset = models.CharField(_("dataset"), max_length=30)
    status = models.CharField(
        _("status"), max_length=12, choices=EditionStatus, default=EditionStatus.STAGED
    )
    source = models.CharField(_("file or address"), max_length=500)
    source_name = models.CharField(_("source"), max_length=60, blank=True)
    precedence = models.IntegerField(_("precedence"), default=0)
    profile = models.CharField(_("profile"), max_length=50)
    as_of = models.DateField(_("as of"), null=True, blank=True)
    licence = models.CharField(_("licence"), max_length=100, blank=True)
    attribution = models.CharField(_("attribution"), max_length=300, blank=True)
    report = models.JSONField(_("report"), default=dict, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    activated_at = models.DateTimeField(_("activated"), null=True, blank=True)
    activated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    override_reason = models.TextField(_("why activated in spite of errors"), blank=True)
    base = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    restores = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    request = models.JSONField(_("request"), default=dict, blank=True)
    progress = models.JSONField(_("progress"), default=dict, blank=True)
    # gis_core.messages.Told as JSON.
    error = models.JSONField(_("error"), default=dict, blank=True)
    cancel_requested = models.BooleanField(_("to be cancelled"), default=False)

    class Meta:
        verbose_name = _("edition")
        verbose_name_plural = _("editions")
        permissions = [("manage_geodata", _("Can load, activate and roll back geodata"))]
        constraints = [
            models.UniqueConstraint(
                fields=["jurisdiction", "dataset", "source_name"],
                condition=Q(status=EditionStatus.ACTIVE),
                name="edition_one_active_per_source",
            ),
            models.CheckConstraint(
                condition=Q(status__in=EditionStatus.values), name="edition_status_is_known"
            ),
            models.CheckConstraint(
                condition=~Q(status=EditionStatus.ACTIVE) | Q(activated_at__isnull=False),
                name="edition_active_has_date",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dataset_label} {self.as_of or self.created_at:%Y-%m-%d}"

    @property
    def dataset_label(self) -> str:
        return dataset_label(self.dataset)

    @property
    def title(self) -> str:
        """What people call it: "areas 12", of a source with a name "areas 12, county"."""
        named = f", {self.source_name}" if self.source_name else ""
        return f"{self.dataset_label} {self.pk}{named}"

    @property
    def source_label(self) -> str:
        """What people call the source, in the active language."""
        return self.source_name or pgettext("source of geodata", "unnamed")

    @property
    def is_first(self) -> bool:
        """Whether there was nothing to compare it with: everything in it is new, and no changes are stored."""
        return self.base_id is None and self.restores_id is None and "new" in self.report

    @property
    def error_text(self) -> str:
        """Why the load failed, in the active language; "" when it did not."""
        return told_text(self.error) if self.error else ""

    @property
    def notes(self) -> list[str]:
        """What the load noticed beside its findings, in the active language."""
        notes = self.report.get("notes", [])
        return [told_text(n) for n in notes if isinstance(n, str) or n["code"] != "parts_missing"]


class EditionLocations(models.Model):
    """What an edition's deliveries of the cadastre say of locations: later updates refer to what they do not bring.

    `streets`: {key of 13 digits: name}; `places`: {object identifier: [name, key of the street, house number]};
    `points`: {object identifier: rank of the way by which the house number got its point, 0 for the best}.
    """

    edition = models.OneToOneField(
        Edition, on_delete=models.CASCADE, primary_key=True, related_name="locations"
    )
    streets = models.JSONField(_("streets"), default=dict)
    places = models.JSONField(_("locations"), default=dict)
    points = models.JSONField(pgettext_lazy("locations", "ways to the points"), default=dict)

    class Meta:
        verbose_name = _("locations of an edition")
        verbose_name_plural = _("locations of editions")

    def __str__(self) -> str:
        return str(self.edition)


class EditionCheck(models.Model):
    """One finding of the checks of an edition: the text of its code takes `params`, `details` holds samples and places.

    In `details`: "samples", a list of objects that may have "key", "feature", "wkt" (storage CRS), "before" and
    "after" (WKT); and numbers such as thresholds by name.
    """

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="checks")
    code = models.CharField(_("check"), max_length=40)
    severity = models.CharField(_("severity"), max_length=10, choices=Severity)
    params = models.JSONField(_("parameters"), default=dict, blank=True)
    count = models.PositiveIntegerField(_("number"), default=0)
    details = models.JSONField(_("details"), default=dict, blank=True)

    class Meta:
        verbose_name = _("check")
        verbose_name_plural = _("checks")
        ordering = ["edition", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["edition", "code"], name="editioncheck_code_once"),
            models.CheckConstraint(
                condition=Q(severity__in=Severity.values), name="editioncheck_severity_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"

    @property
    def told(self) -> Message | str:
        """What was found; findings from before there were codes have kept their words."""
        values = {"code": f"check_{self.code}", "params": self.params}
        return message_from_json(values) or str(self.params.get("text", ""))

    @property
    def message(self) -> str:
        """What was found, in the active language."""
        told = self.told
        return told.shown() if isinstance(told, Message) else told


class EditionChange(models.Model):
    """How one object differs between an edition and its base. First editions have none: everything is new.

    `geometry` is that of the edition, of vanished, split and merged objects that of the base. `related` lists
    the keys of successors (of gone objects) or predecessors (of new and changed ones).
    """

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="changes")
    kind = models.CharField(_("kind"), max_length=10, choices=ChangeKind)
    key = models.CharField(_("key"), max_length=64)
    district = models.CharField(_("cadastral district"), max_length=6, blank=True)
    related = models.JSONField(_("related"), default=list, blank=True)
    geometry = models.GeometryField(srid=storage_srid(), null=True, spatial_index=False)

    class Meta:
        verbose_name = _("change")
        verbose_name_plural = _("changes")
        indexes = [models.Index(fields=["edition", "kind", "key"], name="editionchange_kind")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class Succession(models.Model):
    """Which object took the place of which, found by overlapping areas; it counts once the edition was activated."""

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="successions")
    predecessor = models.CharField(_("predecessor"), max_length=64)
    successor = models.CharField(_("successor"), max_length=64)
    area = models.FloatField(_("common area (m²)"))

    class Meta:
        verbose_name = _("succession")
        verbose_name_plural = _("successions")
        indexes = [
            models.Index(fields=["predecessor"], name="succession_predecessor"),
            models.Index(fields=["successor"], name="succession_successor"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["edition", "predecessor", "successor"], name="succession_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.predecessor} → {self.successor}"
