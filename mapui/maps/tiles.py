"""The staff's vector map: its style and its tiles."""

from __future__ import annotations

from typing import Final

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from gis_core.maps.attribution import attribution_own
from gis_core.maps.tiles import TileError, edition_mark, tile_address_check, tile_render
from mapui.maps.style.colours import Variant
from mapui.maps.style.maplibre import style_build
from mapui.maps.tile_layers import TILE_SETS
from mapui.site.permissions import staff_feed

TILE_TYPE: Final = "application/vnd.mapbox-vector-tile"
# A tile whose address names its editions never changes.
FOR_EVER: Final = "private, max-age=31536000, immutable"
ASKED_AGAIN: Final = "private, no-cache"


@require_safe
@staff_feed
def style(request: HttpRequest, variant: str) -> HttpResponse:
    """The style of a variant for MapLibre; the addresses of its tiles name the editions that are active now."""
    if variant not in list(Variant):
        raise Http404(_("There is no such style."))
    addresses = {
        name: f"{_tile_template(name)}?editions={edition_mark(datasets=one.datasets)}"
        for name, one in TILE_SETS.items()
    }
    response = JsonResponse(
        style_build(
            Variant(variant),
            tiles=addresses,
            attribution=attribution_own() or _("Own geodata of this installation"),
        )
    )
    response["Cache-Control"] = ASKED_AGAIN
    return response


def _tile_template(name: str) -> str:
    return reverse("tile", args=[name, 0, 0, 0]).replace("/0/0/0.mvt", "/{z}/{x}/{y}.mvt")


@require_safe
@staff_feed
def tile(request: HttpRequest, layer: str, zoom: int, column: int, row: int) -> HttpResponse:
    """A vector tile; its ETag are the editions, so an unchanged tile costs one small query."""
    if layer not in TILE_SETS:
        raise Http404(_("There is no such layer."))
    tiles = TILE_SETS[layer]
    try:
        tile_address_check(zoom=zoom, column=column, row=row)
    except TileError as error:
        raise Http404(str(error)) from error
    editions = edition_mark(datasets=tiles.datasets)
    etag = quote_etag(f"{layer}-{editions}")
    known = (
        get_conditional_response(request, etag=etag)
        if request.headers.get("If-None-Match")
        else None
    )
    if known is not None:
        return known
    content = tile_render(tiles.layers, zoom=zoom, column=column, row=row)
    response = HttpResponse(content, content_type=TILE_TYPE)
    response["ETag"] = etag
    response["Cache-Control"] = FOR_EVER if request.GET.get("editions") == editions else ASKED_AGAIN
    return response
