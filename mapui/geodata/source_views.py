"""What is changed of one of several sources of a dataset at once, without an edition."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST

from gis_core.errors import GisError
from gis_core.services.sources import source_rename
from mapui.geodata.views import edition_or_404, geodata_permission
from mapui.site.types import PageRequest


@geodata_permission
@require_POST
def source_renamed(request: PageRequest, pk: int) -> HttpResponse:
    """Gives the source of an active edition another name."""
    edition = edition_or_404(request, pk)
    try:
        name = source_rename(edition=edition, name=request.POST.get("name", ""))
    except GisError as error:
        messages.error(request, error.shown())
    else:
        told = pgettext("geodata", "The source is called %(name)s now.") % {"name": name}
        messages.success(request, told)
    return redirect("geodata_edition", pk=pk)
