"""The map of an edition: what would change, and which issues it would concern."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from gis_core.enums import ChangeKind
from gis_core.models import Edition, MapService
from mapui.maps.building import map_begin, map_texts, outline_add
from mapui.maps.elements import FlurpostLayer, Legend, MapReady
from mapui.maps.layer_panel import layers_add, services_add
from mapui.maps.rendering import RenderedMap, map_render
from mapui.site.types import Bounds

# Text, line and pattern say the same as the colour (WCAG 1.4.1); each has 4.5:1 on white.
KIND_COLOURS = {
    ChangeKind.NEW: "#1b6e3c",
    ChangeKind.CHANGED: "#8a5a00",
    ChangeKind.VANISHED: "#b3261e",
    ChangeKind.SPLIT: "#1b4f9c",
    ChangeKind.MERGED: "#6a2c91",
}


class ChangeLayer(FlurpostLayer):
    """Changes of one kind in view. Options: url, kind, truncated, related."""

    factory = "changeLayer"


class FindingLayer(FlurpostLayer):
    """Places that the checks give as examples. Options: url."""

    factory = "findingLayer"


class ImpactLayer(FlurpostLayer):
    """Issues that would get another authority. Options: url."""

    factory = "impactLayer"


def edition_map_build(
    *,
    edition: Edition,
    kinds: Iterable[ChangeKind],
    has_impact: bool,
    has_findings: bool,
    has_faults: bool,
    bounds: Bounds,
    services: Iterable[MapService],
) -> RenderedMap:
    """One layer for each kind of change that occurs, one for findings and one for the issues concerned."""
    kinds = list(kinds)
    built = map_begin(bounds=bounds)
    services_add(built, services)
    outline_add(built, edition.jurisdiction, bounds)
    for kind in kinds:
        ChangeLayer(
            name=_named(kind),
            url=f"{reverse('geodata_changes_feed', args=[edition.pk])}?kind={kind.value}",
            kind=kind.value,
            truncated=_("Not everything is shown. Please zoom in."),
            related=_("Successors: ") if kind in _GONE else _("Predecessors: "),
        ).add_to(built)
    if has_findings:
        url = reverse("geodata_findings_feed", args=[edition.pk])
        FindingLayer(name=str(_FOUND[has_faults][0]), url=url).add_to(built)
    if has_impact:
        url = reverse("geodata_impact_feed", args=[edition.pk])
        ImpactLayer(name=_("Issues concerned"), url=url).add_to(built)
    layers_add(built)
    entries = [
        {"kind": f"change change-{kind.value}", "colour": KIND_COLOURS[kind], "text": _named(kind)}
        for kind in kinds
    ]
    if has_findings:
        entries.append({"kind": "finding", "colour": "#c2185b", "text": str(_FOUND[has_faults][1])})
    if has_impact:
        entries.append({"kind": "impact", "colour": "#1c2526", "text": _("Issue concerned")})
    Legend(title=_("Legend"), entries=entries, symbols=static("mapui/symbols.svg")).add_to(built)
    texts: dict[str, Any] = {**map_texts(), "map": _("Map of the changes")}
    MapReady(texts=texts, bounds=bounds).add_to(built)
    return map_render(built, name="geodata")


# What the layer of findings holds and a mark in it means: without and with rows that cannot be stored.
_FOUND = {
    False: (gettext_lazy("Findings of the checks"), gettext_lazy("Finding of a check")),
    True: (
        pgettext_lazy("geodata", "Rows that cannot be stored"),
        pgettext_lazy("geodata", "Row that cannot be stored"),
    ),
}
_GONE = (ChangeKind.VANISHED, ChangeKind.SPLIT, ChangeKind.MERGED)


def _named(kind: ChangeKind) -> str:
    label = str(kind.label)
    return label[:1].upper() + label[1:]
