"""Own rasters: which there are, how far preparing is, and loading one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from gis_core.enums import Visibility
from gis_core.maps.raster_files import RasterRefused
from gis_core.models import OwnRaster
from gis_core.services.rasters import classes_parse, raster_nudge, raster_order
from gis_core.services.uploads import upload_drop, upload_keep, upload_remove
from mapui.geodata.streaming import uploads_stream
from mapui.site.jurisdictions import jurisdiction_shown
from mapui.site.permissions import MANAGE_GEODATA, page_for
from mapui.site.types import PageRequest

rasters_permission = page_for(MANAGE_GEODATA)


class RasterForm(forms.Form):
    """A raster and how it is shown at first; its entry can be changed afterwards."""

    upload = forms.FileField(
        label=pgettext_lazy("own raster", "File"),
        help_text=gettext_lazy(
            "GeoTIFF, COG or JPEG 2000. Coordinate reference system and place must stand in the file itself."
        ),
        widget=forms.FileInput(attrs={"accept": ".tif,.tiff,.jp2,.j2k"}),
    )
    title = forms.CharField(label=gettext_lazy("Name in the layer list"), max_length=100)
    attribution = forms.CharField(label=gettext_lazy("Attribution"), max_length=300)
    licence = forms.CharField(
        label=gettext_lazy("Licence"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("e.g. dl-de/zero-2-0"),
    )
    visibility = forms.ChoiceField(
        label=gettext_lazy("Who sees it"),
        choices=[(one.value, one.label) for one in (Visibility.STAFF, Visibility.PUBLIC)],
    )
    classes = forms.CharField(
        label=gettext_lazy("Names of the classes"),
        required=False,
        help_text=gettext_lazy(
            "Only where the values are classes and no colours: one line for each, value;name. The first line is these"
            " two words."
        ),
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
    )

    def clean_classes(self) -> str:
        text = str(self.cleaned_data["classes"])
        try:
            classes_parse(text)
        except RasterRefused as error:
            raise forms.ValidationError(error.shown()) from error
        return text


@csrf_exempt
@rasters_permission
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def rasters_list(request: PageRequest) -> HttpResponse:
    """All own rasters; POST loads one. The token is checked by the inner view, as in geodata_new()."""
    if request.method == "POST" and not uploads_stream(request):
        return _page(request, RasterForm(label_suffix=""), status=413)
    response: HttpResponse = _rasters_list(request)
    return response


@csrf_protect
def _rasters_list(request: PageRequest) -> HttpResponse:
    if request.method != "POST":
        return _page(request, RasterForm(label_suffix=""))
    form = RasterForm(request.POST, request.FILES, label_suffix="")
    if not form.is_valid():
        upload_drop(request.FILES.getlist("upload"))
        return _page(request, form, status=422)
    values: dict[str, Any] = {**form.cleaned_data}
    [path] = upload_keep([values.pop("upload")])
    try:
        raster = raster_order(path=path, **values)
    except RasterRefused as error:
        upload_remove(path)
        form.add_error("upload", error.shown())
        return _page(request, form, status=422)
    if not raster_nudge(raster):
        messages.warning(
            request, _("The queue cannot be reached; the raster is prepared when it is back.")
        )
    return redirect("rasters")


def _page(request: PageRequest, form: RasterForm, status: int = 200) -> HttpResponse:
    context = {
        "page": "geodata",
        "jurisdiction": jurisdiction_shown(request.GET.get("jurisdiction", "")),
        "form": form,
        **_rasters(),
    }
    return render(request, "mapui/geodata/rasters.html", context, status=status)


def _rasters() -> dict[str, Any]:
    rasters = list(OwnRaster.objects.select_related("service"))
    return {"rasters": rasters, "is_under_way": any(one.is_under_way for one in rasters)}


@rasters_permission
@require_safe
@never_cache
def rasters_progress(request: PageRequest) -> HttpResponse:
    """The table of rasters, which asks for itself again as long as one is being prepared."""
    return render(request, "mapui/geodata/_rasters.html", _rasters())
