"""Following by mail: what, how often, the button behind the mailed link, what one follows, and ending it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.contrib.gis.gdal import GDALException
from django.contrib.gis.geos import GEOSException, GEOSGeometry
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import pgettext, pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from gis_core.languages import language_shown
from gis_core.models import Jurisdiction
from gis_core.net.cities import in_city
from gis_core.net.clients import client_address
from issues.enums import FollowKind, Frequency
from issues.errors import IssuesError, RequestsTooMany, SubjectUnknown
from issues.models import Follower, Issue
from issues.services.following.subjects import (
    Subject,
    area_subject,
    category_subject,
    issue_subject,
    parcel_subject,
    street_subject,
    subject_told,
)
from issues.services.following.subscribing import (
    follower_by_token,
    follower_forget,
    follower_token,
    list_send,
    subscribe,
    subscription_by_token,
    subscription_confirm,
    subscription_end,
    subscription_set,
    subscriptions_of,
)
from issues.services.limits import limit_check
from mapui.maps.page import map_context
from mapui.site.cities import city_shown
from mapui.site.enums import MapName
from mapui.site.fields import MailField
from mapui.site.issues import categories_shown
from mapui.site.places import PlacesSeveral, place_meant, road_called
from mapui.site.public_filter import METRES, METRES_USUAL
from mapui.site.triage_filter import area_parse
from mapui.site.types import PageRequest
from parcels.selectors import parcels_search

LOOKS_PER_MINUTE: Final = 60
# Letters that one address is sent because somebody asked, and that one client may cause.
LETTERS_PER_DAY: Final = 4
ASKED_PER_HOUR: Final = 15
HOUR_S, DAY_S = 3600, 86_400
# What somebody may choose on the page; a report is followed from its own page.
CHOSEN: Final = (FollowKind.STREET, FollowKind.AREA, FollowKind.PARCEL, FollowKind.CATEGORY)


class MailForm(forms.Form):
    email = MailField(
        label=pgettext_lazy("follow", "Your e-mail address"),
        max_length=254,
        widget=forms.EmailInput({"autocomplete": "email"}),
    )


class FollowForm(MailForm):
    """What to follow, by `kind`; the fields of the other kinds are left out."""

    frequency = forms.ChoiceField(
        label=pgettext_lazy("follow", "How often should we write?"), choices=Frequency.choices
    )
    field_order = ("place", "metres", "category", "area", "email", "frequency")

    def __init__(self, data: Any, *, kind: FollowKind, jurisdiction: Jurisdiction) -> None:
        super().__init__(data, label_suffix="", initial={"frequency": Frequency.AT_ONCE})
        if kind in {FollowKind.STREET, FollowKind.PARCEL}:
            label = {
                FollowKind.STREET: pgettext("follow", "Which street?"),
                FollowKind.PARCEL: pgettext("follow", "Which parcel?"),
            }[kind]
            hint = pgettext("follow", "Gemarkung, Flur and parcel, its key, or an address.")
            self.fields["place"] = forms.CharField(
                label=label, max_length=200, help_text="" if kind is FollowKind.STREET else hint
            )
        if kind is FollowKind.AREA:
            self.fields["place"] = forms.CharField(
                label=pgettext("follow", "Around which place?"),
                max_length=200,
                required=False,
                help_text=pgettext(
                    "follow", "An address or coordinates; or draw the area on the map."
                ),
            )
            self.fields["metres"] = forms.TypedChoiceField(
                label=pgettext("follow", "How far around it?"),
                choices=[(one, f"{one} m") for one in METRES],
                coerce=int,
                initial=METRES_USUAL,
                required=False,
                empty_value=None,
            )
            self.fields["area"] = forms.CharField(
                required=False, max_length=10_000, widget=forms.HiddenInput
            )
        if kind is FollowKind.CATEGORY:
            offered = categories_shown(jurisdiction, public_only=True)
            self.fields["category"] = forms.ChoiceField(
                label=pgettext("follow", "Which category?"),
                choices=[("", "…"), *((one.code, one.name) for one in offered)],
            )
        self.order_fields(self.field_order)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def follow_page(request: PageRequest) -> HttpResponse:
    """The form for a street, an area, a parcel or a category, or for the report that `issue` names."""
    given = request.POST if request.method == "POST" else request.GET
    issue = _issue(request, given.get("issue", ""))
    jurisdiction = (
        issue.jurisdiction if issue else city_shown(request, given.get("jurisdiction", ""))
    )
    if jurisdiction is None:
        raise Http404
    kind = _kind(given.get("kind", ""), issue)
    if request.method == "POST":
        form = FollowForm(request.POST, kind=kind, jurisdiction=jurisdiction)
        status = _subscribe(request, form, kind, jurisdiction, issue)
        if status == 200:
            return redirect("follow_sent")
    else:
        form = FollowForm(None, kind=kind, jurisdiction=jurisdiction)
        form.initial.update(
            {name: request.GET[name] for name in form.fields if name in request.GET}
        )
        status = 200
    context: dict[str, Any] = {
        "page": "follow",
        "jurisdiction": jurisdiction,
        "issue": issue,
        "kind": kind,
        "kinds": CHOSEN,
        "form": form,
    }
    if kind is FollowKind.AREA:
        context |= map_context(MapName.FOLLOWING, jurisdiction, request.user)
    return render(request, "mapui/public/follow.html", context, status=status)


def _issue(request: PageRequest, number: str) -> Issue | None:
    """The public report of this number, None where none is named. Raises Http404."""
    if not number:
        return None
    public = Issue.objects.public().select_related("jurisdiction")
    found = public.filter(in_city(request), number=number).first()
    if found is None:
        raise Http404(pgettext("follow", "There is no such issue."))
    issue: Issue = found
    return issue


def _kind(asked: str, issue: Issue | None) -> FollowKind:
    if issue is not None:
        return FollowKind.ISSUE
    return FollowKind(asked) if asked in CHOSEN else FollowKind.STREET


def _subscribe(
    request: PageRequest,
    form: FollowForm,
    kind: FollowKind,
    jurisdiction: Jurisdiction,
    issue: Issue | None,
) -> int:
    """The status of the answer; what is wrong stands in the form. Whoever follows it already hears the same."""
    if not form.is_valid():
        return 422
    try:
        limit_check(f"follow:{client_address(request)}", limit=ASKED_PER_HOUR, window_s=HOUR_S)
        subject = _subject(form.cleaned_data, kind, jurisdiction, issue)
    except IssuesError as error:
        form.add_error(error.field if error.field in form.fields else None, error.message)
        return error.code if isinstance(error, RequestsTooMany) else 422
    email = form.cleaned_data["email"]
    # Who asks hears nothing of it: it would tell what the address follows.
    with suppress(RequestsTooMany):
        _letter_count(email)
        subscribe(
            subject=subject,
            email=email,
            frequency=Frequency(form.cleaned_data["frequency"]),
            language=language_shown(),
        )
    return 200


def _letter_count(email: str) -> None:
    """Keeps anybody from having one address mailed again and again. Raises RequestsTooMany."""
    limit_check(f"follow-mail:{email.lower()}", limit=LETTERS_PER_DAY, window_s=DAY_S)


def _subject(
    data: dict[str, Any], kind: FollowKind, jurisdiction: Jurisdiction, issue: Issue | None
) -> Subject:
    """Raises an `IssuesError`."""
    if issue is not None:
        return issue_subject(issue)
    if kind is FollowKind.CATEGORY:
        return category_subject(jurisdiction, data["category"])
    if kind is FollowKind.STREET:
        road = road_called(jurisdiction, data["place"].strip())
        return street_subject(jurisdiction, road or data["place"], is_known=bool(road))
    if kind is FollowKind.AREA:
        return _area_subject(jurisdiction, data)
    found = parcels_search(jurisdiction=jurisdiction, text=data["place"].replace("\0", ""))
    if len(found) != 1:
        told = pgettext("follow", "This names no parcel, or several. Please write more of it.")
        raise SubjectUnknown(told, field="place")
    return parcel_subject(jurisdiction, found[0])


def _area_subject(jurisdiction: Jurisdiction, data: dict[str, Any]) -> Subject:
    if data["area"]:
        try:
            area: GEOSGeometry = area_parse(data["area"])
        except (ValueError, GEOSException, GDALException) as error:
            told = pgettext("follow", "This is no area. Please draw it again.")
            raise SubjectUnknown(told, field="place") from error
        return area_subject(jurisdiction, area, pgettext("follow", "a drawn area"))
    if not data["place"]:
        told = pgettext("follow", "Please name a place, or draw the area on the map.")
        raise SubjectUnknown(told, field="place")
    try:
        place = place_meant(jurisdiction=jurisdiction, text=data["place"])
    except PlacesSeveral as error:
        raise SubjectUnknown(error.message, field="place") from error
    metres = data["metres"] or METRES_USUAL
    name = pgettext("follow", "%(metres)d m around %(place)s")
    return area_subject(
        jurisdiction, place.point.buffer(metres), name % {"metres": metres, "place": place.label}
    )


@require_safe
def follow_sent(request: PageRequest) -> HttpResponse:
    """Says that a mail is under way, to nobody in particular."""
    return render(request, "mapui/public/follow_sent.html", {"page": "follow"})


def looks_limited(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Keeps anybody from trying links."""

    @wraps(view)
    def limited(request: PageRequest, token: str) -> HttpResponse:
        try:
            limit_check(f"follow-look:{client_address(request)}", limit=LOOKS_PER_MINUTE)
        except RequestsTooMany as error:
            return HttpResponse(error.message, status=error.code, content_type="text/plain")
        return view(request, token)

    return limited


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@looks_limited
def follow_confirm(request: PageRequest, token: str) -> HttpResponse:
    """A button; a POST begins to tell. Scanners of mails follow links and press nothing."""
    subscription = subscription_by_token(token)
    context: dict[str, Any] = {"page": "follow", "subscription": subscription}
    if subscription is None:
        return render(request, "mapui/public/follow_confirm.html", context, status=410)
    if request.method == "POST":
        confirmed = subscription_confirm(subscription)
        told = pgettext("follow", "Confirmed. We write to you as soon as there is something new.")
        messages.success(request, told)
        return redirect("follow_list", token=follower_token(confirmed.follower))
    context |= {
        "jurisdiction": subscription.follower.jurisdiction,
        "what": subject_told(subscription),
    }
    return render(request, "mapui/public/follow_confirm.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@looks_limited
def follow_list(request: PageRequest, token: str) -> HttpResponse:
    """What the address follows; a POST changes how often (`frequency`), ends one (`end`), or everything (`all`)."""
    follower = follower_by_token(token)
    if follower is None:
        return render(request, "mapui/public/follow_end.html", {"page": "follow"}, status=410)
    if request.method == "POST":
        return _list_change(request, follower, token)
    context = {
        "page": "follow",
        "jurisdiction": follower.jurisdiction,
        "follower": follower,
        "rows": [(one, subject_told(one)) for one in subscriptions_of(follower)],
        "frequencies": Frequency.choices,
        "token": token,
    }
    return render(request, "mapui/public/follow_list.html", context)


def _list_change(request: PageRequest, follower: Follower, token: str) -> HttpResponse:
    if "all" in request.POST:
        follower_forget(follower)
        return render(request, "mapui/public/follow_end.html", _ended(follower))
    wanted = request.POST.get("end") or request.POST.get("change", "")
    for one in subscriptions_of(follower):
        if str(one.public_id) != wanted:
            continue
        if "end" in request.POST:
            subscription_end(one)
            if not Follower.objects.filter(pk=follower.pk).exists():
                return render(request, "mapui/public/follow_end.html", _ended(follower))
            messages.success(request, pgettext("follow", "You follow this no longer."))
        elif (frequency := request.POST.get("frequency", "")) in Frequency.values:
            subscription_set(subscription=one, frequency=Frequency(frequency))
            messages.success(request, pgettext("follow", "Changed."))
    return redirect("follow_list", token=token)


def _ended(follower: Follower) -> dict[str, Any]:
    return {"page": "follow", "jurisdiction": follower.jurisdiction, "is_ended": True}


@csrf_exempt  # programs for mail press the button by themselves (RFC 8058): the link is what permits it
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@looks_limited
def follow_end(request: PageRequest, token: str) -> HttpResponse:
    """A button that ends everything; a second time it says the same."""
    follower = follower_by_token(token)
    if follower is None:
        # Whoever is forgotten already has what the click is for.
        context = {"page": "follow", "is_ended": request.method == "POST"}
        return render(
            request,
            "mapui/public/follow_end.html",
            context,
            status=200 if context["is_ended"] else 410,
        )
    if request.method == "POST":
        follower_forget(follower)
        return render(request, "mapui/public/follow_end.html", _ended(follower))
    context = {"page": "follow", "jurisdiction": follower.jurisdiction, "follower": follower}
    return render(request, "mapui/public/follow_end.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def follow_link(request: PageRequest) -> HttpResponse:
    """Has the link to what an address follows mailed; the answer is always the same."""
    jurisdiction = city_shown(
        request, request.POST.get("jurisdiction", "") or request.GET.get("jurisdiction", "")
    )
    if jurisdiction is None:
        raise Http404
    form = MailForm(request.POST or None, label_suffix="")
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                scope = f"follow:{client_address(request)}"
                limit_check(scope, limit=ASKED_PER_HOUR, window_s=HOUR_S)
            except RequestsTooMany as error:
                form.add_error(None, error.message)
                status = error.code
            else:
                with suppress(RequestsTooMany):
                    _letter_count(form.cleaned_data["email"])
                    list_send(jurisdiction=jurisdiction, email=form.cleaned_data["email"])
                return redirect("follow_sent")
    context = {"page": "follow", "jurisdiction": jurisdiction, "form": form}
    return render(request, "mapui/public/follow_link.html", context, status=status)
