"""The page behind the signed link of a delivery. Whoever has the link acts for that authority, in that matter alone.

A GET changes nothing: programs that look through mails open every link. An answer is a POST with a token of the page.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, Final, ParamSpec, TypeVar

from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.utils.translation import pgettext, pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from gis_core.net.clients import client_address
from issues.errors import PhotoRefused, RequestsTooMany
from issues.services.limits import limit_check
from mapui.partner.forms import FORMS, PartnerForm
from mapui.partner.shown import partner_context
from mapui.sheets.making import map_plain
from mapui.site.types import PageRequest
from routing.answering.partner import STATES, PartnerVerb, partner_answer
from routing.errors import AnswerOutdated, ChangeRefused
from routing.forwarding.envelope import envelope_build, photo_open
from routing.forwarding.links import LinkExpired, LinkInvalid, delivery_of_link
from routing.models import Delivery

P = ParamSpec("P")
Found = TypeVar("Found")
# A whole office may share one address; each look loads map and photos.
LOOKS_PER_MINUTE: Final = 240
TOLD: Final = "told"
THANKS: Final = {
    PartnerVerb.ACCEPT: pgettext_lazy("partner", "Thank you. You have taken it over."),
    PartnerVerb.PROGRESS: pgettext_lazy("partner", "Thank you. It counts as being worked on."),
    PartnerVerb.REFUSE: pgettext_lazy("partner", "Thank you. You need not do anything more."),
    PartnerVerb.DONE: pgettext_lazy("partner", "Thank you. It counts as done with you."),
    PartnerVerb.ASK: pgettext_lazy("partner", "Thank you. Your question is with our staff."),
}


def link_view(
    read: Callable[[str], Found],
) -> Callable[
    [Callable[Concatenate[PageRequest, Found, str, P], HttpResponseBase]],
    Callable[Concatenate[PageRequest, str, P], HttpResponseBase],
]:
    """For what a link leads to, read by its token: kept by no browser, followed by no search engine.

    410 for a link that is too old, 404 for one that is revoked, changed or another's; 429 for whoever tries many.
    """

    def decorate(
        view: Callable[Concatenate[PageRequest, Found, str, P], HttpResponseBase],
    ) -> Callable[Concatenate[PageRequest, str, P], HttpResponseBase]:
        @never_cache
        @wraps(view)
        def guarded(
            request: PageRequest, token: str, *args: P.args, **kwargs: P.kwargs
        ) -> HttpResponseBase:
            try:
                limit_check(f"partner:{client_address(request)}", limit=LOOKS_PER_MINUTE)
                found = read(token)
            except RequestsTooMany as error:
                return HttpResponse(error.message, status=error.code, content_type="text/plain")
            except LinkInvalid as error:
                is_old = isinstance(error, LinkExpired)
                context = {"page": "partner", "is_old": is_old}
                status = 410 if is_old else 404
                return render(request, "mapui/partner/closed.html", context, status=status)
            response = view(request, found, token, *args, **kwargs)
            response["X-Robots-Tag"] = "noindex"
            return response

        return guarded

    return decorate


partner_view = link_view(delivery_of_link)


@require_safe
@partner_view
def partner_page(request: PageRequest, delivery: Delivery, token: str) -> HttpResponse:
    """All that the authority was sent, who has said what, and the answers that are open."""
    return _shown(request, delivery, token, told=request.GET.get(TOLD, ""))


@require_http_methods(["GET", "HEAD", "POST"])
@partner_view
def partner_step(request: PageRequest, delivery: Delivery, token: str, verb: str) -> HttpResponse:
    """A POST answers; a GET leads to the page."""
    if verb not in set(PartnerVerb):
        raise Http404
    if request.method != "POST":
        return redirect("partner", token)
    form = FORMS[PartnerVerb(verb)](request.POST, request.FILES, delivery=delivery)
    if not form.is_valid():
        return _shown(request, delivery, token, form=form, status=422)
    try:
        answer, mark = form.answer(), form.cleaned_data["mark"]
        partner_answer(delivery=delivery, answer=answer, mark=mark)
    except PhotoRefused as error:
        form.add_error("photo", error.message)
        return _shown(request, delivery, token, form=form, status=422)
    except (AnswerOutdated, ChangeRefused) as error:
        is_outdated = isinstance(error, AnswerOutdated)
        told = (
            pgettext("partner", "Somebody else has answered meanwhile. Please look, then choose.")
            if is_outdated
            else pgettext("partner", "This can no longer be answered so. Please look at it again.")
        )
        return _shown(request, delivery_of_link(token), token, form=form, error=told, status=409)
    return redirect(f"{request.path.removesuffix(f'{verb}/')}?{urlencode({TOLD: verb})}")


@require_safe
@partner_view
def partner_map(_request: PageRequest, delivery: Delivery, _token: str) -> HttpResponse:
    """The place on the city's own map, drawn as a picture."""
    issue = delivery.decision.issue
    picture = map_plain(issue, parcel_key=delivery.decision.parcel_key)
    response = HttpResponse(picture, content_type="image/svg+xml")
    response["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    return response


@require_safe
@partner_view
def partner_photo(
    _request: PageRequest, delivery: Delivery, _token: str, place: int
) -> HttpResponseBase:
    """A photo as the authority gets it, by its place among those of the message (from 1)."""
    photos = envelope_build(delivery).photos
    if not 1 <= place <= len(photos):
        raise Http404
    try:
        file = photo_open(photos[place - 1])
    except FileNotFoundError as error:
        raise Http404 from error
    name = f"{delivery.decision.issue.number}-{place}.jpg"
    response = FileResponse(file, content_type="image/jpeg", filename=name)
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _shown(
    request: PageRequest,
    delivery: Delivery,
    token: str,
    *,
    told: str = "",
    form: PartnerForm | None = None,
    error: str = "",
    status: int = 200,
) -> HttpResponse:
    """The page; after an answer that was not taken with what was typed."""
    context = {
        **partner_context(delivery, token, form),
        "told": _thanks(delivery, told),
        "error": error,
    }
    return render(request, "mapui/partner/page.html", context, status=status)


def _thanks(delivery: Delivery, told: str) -> str:
    """Thanks for the answer that was given, and for none that a kept or made-up address names."""
    if told not in set(PartnerVerb):
        return ""
    verb = PartnerVerb(told)
    return str(THANKS[verb]) if STATES.get(verb, delivery.state) == delivery.state else ""
