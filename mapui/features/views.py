"""The addresses of OGC API Features: landing page, conformance, collections, items; and the key for programs."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, Final
from urllib.parse import quote, urlencode

from django.contrib.auth.models import User
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from gis_core.models import Jurisdiction
from gis_core.net.cities import city_address
from gis_core.net.problems import problem_respond
from gis_core.srids import WGS84, storage_srid
from issues.api.views import language_follow
from issues.services.limits import READS_PER_MINUTE
from mapui.features.asked import CRS84, AskedWrongly, Crs, asked_parse, crs_known, epsg_uri
from mapui.features.collections import Collection, collections_for
from mapui.features.keys import key_make, person_asking
from mapui.site.cities import city_shown
from mapui.site.guards import limit_refused
from mapui.site.permissions import MANAGE_GEODATA, SEE, page_for
from mapui.site.types import PageRequest

JSON: Final = "application/json"
GEOJSON: Final = "application/geo+json"
OPENAPI: Final = "application/vnd.oai.openapi+json;version=3.0"
CONFORMANCE: Final = (
    *(
        f"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/{one}"
        for one in ("core", "oas30", "geojson")
    ),
    "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs",
)


class NotThere(Exception):
    """No such collection or object, or none that this person may see."""


class Asking:
    """Who asks about which city; makes addresses within it."""

    def __init__(self, request: PageRequest, jurisdiction: Jurisdiction, person: Any) -> None:
        self.request, self.jurisdiction, self.person = request, jurisdiction, person

    def address(self, name: str, *arguments: str) -> str:
        return city_address(self.jurisdiction, name, self.jurisdiction.identifier, *arguments)

    @property
    def collections(self) -> list[Collection]:
        return list(collections_for(self.person, self.jurisdiction))

    def collection(self, name: str) -> Collection:
        for one in self.collections:
            if one.name == name:
                return one
        raise NotThere


View = Callable[..., HttpResponse]


def endpoint(view: View) -> Callable[..., HttpResponse]:
    """Finds city and person, counts the request and turns errors into problem details."""

    @require_safe
    @wraps(view)
    def answered(request: PageRequest, jurisdiction: str, **named: str) -> HttpResponse:
        language_follow(request)
        if (refused := limit_refused(request, "read", limit=READS_PER_MINUTE)) is not None:
            return refused
        person = person_asking(request)
        if person is None:
            told = pgettext("features", "The key does not hold any longer.")
            return problem_respond(401, told, headers={"WWW-Authenticate": "Bearer"})
        response = _answered(request, jurisdiction, person, view, named)
        # What was withdrawn must not be shown any longer, and what staff see is nobody else's.
        patch_cache_control(response, no_cache=True, private=person.is_authenticated)
        patch_vary_headers(response, ["Accept-Language", "Authorization", "Cookie"])
        return response

    return answered


def _answered(
    request: PageRequest, identifier: str, person: Any, view: View, named: Mapping[str, str]
) -> HttpResponse:
    jurisdiction = city_shown(request, identifier)
    if jurisdiction is None or jurisdiction.identifier != identifier:
        return problem_respond(404, pgettext("features", "There is no such city."))
    try:
        return view(Asking(request, jurisdiction, person), **named)
    except AskedWrongly as error:
        return problem_respond(400, str(error))
    except NotThere:
        return problem_respond(404, pgettext("features", "There is nothing at this address."))


@endpoint
def features_landing(asking: Asking) -> HttpResponse:
    links = [
        _link("self", asking.address("features_landing")),
        _link("service-desc", city_address(asking.jurisdiction, "openapi_document"), OPENAPI),
        _link("conformance", asking.address("features_conformance")),
        _link("data", asking.address("features_collections")),
    ]
    title = pgettext("features", "Reports and geodata of %(city)s")
    return _json({"title": title % {"city": asking.jurisdiction.public_name}, "links": links})


@endpoint
def features_conformance(_asking: Asking) -> HttpResponse:
    return _json({"conformsTo": list(CONFORMANCE)})


@endpoint
def features_collections(asking: Asking) -> HttpResponse:
    """Those that whoever asks may see."""
    return _json(
        {
            "links": [_link("self", asking.address("features_collections"))],
            "collections": [_collection(asking, one) for one in asking.collections],
            "crs": list(crs_known()),
        }
    )


@endpoint
def features_collection(asking: Asking, collection: str) -> HttpResponse:
    return _json(_collection(asking, asking.collection(collection)))


def _collection(asking: Asking, one: Collection) -> dict[str, Any]:
    name, address = one.licence
    links = [
        _link("self", asking.address("features_collection", one.name)),
        _link("items", asking.address("features_items", one.name), GEOJSON),
        *([_link("license", address, "text/html", title=name)] if address else []),
    ]
    extent: dict[str, Any] = {}
    if asking.jurisdiction.boundary is not None:
        box = asking.jurisdiction.boundary.envelope.transform(WGS84, clone=True).extent
        extent["spatial"] = {"bbox": [[round(one, 5) for one in box]], "crs": CRS84}
    return {
        "id": one.name,
        "title": one.title,
        "description": "; ".join(filter(None, [name, one.attribution])),
        "attribution": one.attribution,
        "extent": extent,
        "itemType": "feature",
        "crs": list(crs_known()),
        "storageCrs": epsg_uri(storage_srid()),
        "links": links,
    }


@endpoint
def features_items(asking: Asking, collection: str) -> HttpResponse:
    """A page of features. 400 for what cannot be understood."""
    one, query = asking.collection(collection), asking.request.GET
    asked = asked_parse(query.dict())
    page = one.page(asked)
    here = asking.address("features_items", one.name)
    links = [_link("self", f"{here}?{query.urlencode()}" if query else here, GEOJSON)]
    if page.after:
        following = urlencode({**query.dict(), "after": page.after}, quote_via=quote)
        links.append(_link("next", f"{here}?{following}", GEOJSON))
    content = {
        "type": "FeatureCollection",
        "links": links,
        "numberMatched": page.matched,
        "numberReturned": len(page.features),
        "features": page.features,
    }
    return _geojson(content, asked.crs)


@endpoint
def features_item(asking: Asking, collection: str, item: str) -> HttpResponse:
    if unknown := set(asking.request.GET) - {"crs"}:
        told = pgettext("features", "Unknown parameter: %(name)s.")
        raise AskedWrongly(told % {"name": min(unknown)[:40]})
    one, crs = asking.collection(collection), asked_parse(asking.request.GET.dict()).crs
    feature = one.item(item, crs)
    if feature is None:
        raise NotThere
    links = [
        _link("self", asking.address("features_item", one.name, item), GEOJSON),
        _link("collection", asking.address("features_collection", one.name)),
    ]
    return _geojson({**feature, "links": links}, crs)


def _link(rel: str, href: str, media_type: str = JSON, **more: str) -> dict[str, str]:
    return {"rel": rel, "href": href, "type": media_type, **more}


def _json(content: Mapping[str, Any], media_type: str = JSON) -> HttpResponse:
    body = json.dumps(content, cls=DjangoJSONEncoder, ensure_ascii=False, separators=(",", ":"))
    return HttpResponse(body, content_type=media_type)


def _geojson(content: Mapping[str, Any], crs: Crs) -> HttpResponse:
    response = _json(content, GEOJSON)
    response["Content-Crs"] = f"<{crs.uri}>"
    return response


@page_for(SEE, MANAGE_GEODATA)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def features_key(request: PageRequest) -> HttpResponse:
    """How to read features by a program; POST shows a new key, which nobody sees again."""
    person = get_object_or_404(User, pk=request.user.pk)
    addresses = [
        (one.public_name, city_address(one, "features_landing", one.identifier))
        for one in Jurisdiction.objects.defer("boundary").order_by("name")
    ]
    context = {
        "page": "account",
        "addresses": addresses,
        "key": key_make(person) if request.method == "POST" else "",
    }
    return render(request, "mapui/features/key.html", context)
