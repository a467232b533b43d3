"""What the server shows of categories and issues: a whitelist, never more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from gis_core.languages import text_in
from issues.api.bodies import TEXTS_MAX
from issues.api.parameters import WINDOW_MAX
from issues.enums import IssueStatus
from issues.models import ApiKey, Category, CategoryAttribute, Issue
from issues.public_view import PublicIssue, note_public, public_view
from issues.selectors import LIST_MAX
from issues.services.answers import CODE_KEPT
from issues.services.limits import READS_PER_MINUTE, REFUSALS_PER_MINUTE
from issues.services.location import ACCURACY_MAX_M
from issues.services.photos.stored import PHOTOS_PER_REPORT
from issues.services.texts import DESCRIPTION_MAX
from issues.types import Received

# When the interface last changed.
CHANGESET: Final = "2026-11-28T00:00:00Z"
NAMES_SHOWN: Final = 20
SPECIFICATION: Final = "http://wiki.open311.org/GeoReport_v2"


def discovery_shown() -> dict[str, Any]:
    """Where the server is, what it speaks and whom to ask for a key."""
    base = reverse("open311_discovery").rpartition("/")[0]
    return {
        "changeset": CHANGESET,
        "contact": _("Questions and requests for an api_key: %(address)s")
        % {"address": settings.DEFAULT_FROM_EMAIL},
        "key_service": _("Keys are given by the administration of this installation: %(address)s")
        % {"address": settings.DEFAULT_FROM_EMAIL},
        "endpoints": [
            {
                "specification": SPECIFICATION,
                "url": f"{settings.PUBLIC_URL}{base}",
                "changeset": CHANGESET,
                "type": "production",
                "formats": ["text/xml", "application/json"],
            }
        ],
        "limits": limits_shown(),
    }


def limits_shown() -> dict[str, int]:
    """Every limit that a client may meet (an extension of the specification): counts, bytes, days and per minute."""
    return {
        "page_size": LIST_MAX,
        "window_days": WINDOW_MAX.days,
        "description_characters": DESCRIPTION_MAX,
        "photos": PHOTOS_PER_REPORT,
        "photo_bytes": settings.PHOTO_MAX_BYTES,
        "form_bytes": settings.DATA_UPLOAD_MAX_MEMORY_SIZE,
        "text_characters": TEXTS_MAX,
        "form_fields": settings.DATA_UPLOAD_MAX_NUMBER_FIELDS,
        "accuracy_metres": int(ACCURACY_MAX_M),
        "reads_per_minute": READS_PER_MINUTE,
        "refusals_per_minute": REFUSALS_PER_MINUTE,
    }


def service_shown(category: Category) -> dict[str, Any]:
    return {
        "service_code": category.code,
        "service_name": category.name,
        "description": category.description or None,
        "metadata": bool(category.attributes.all()),
        "type": "realtime",
        "keywords": category.keywords or None,
        "group": category.group or None,
    }


def definition_shown(category: Category) -> dict[str, Any]:
    return {
        "service_code": category.code,
        "attributes": [_attribute_shown(question) for question in category.attributes.all()],
    }


def _attribute_shown(question: CategoryAttribute) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "variable": question.is_variable,
        "code": question.code,
        "datatype": question.datatype,
        "required": question.is_required,
        "datatype_description": text_in(question.datatype_descriptions) or None,
        "order": question.order,
        "description": text_in(question.descriptions),
    }
    if question.values:
        shown["values"] = [
            {"key": value["key"], "name": text_in(value["names"])} for value in question.values
        ]
    return shown


def received_shown(
    received: Received,
    account_id: str,
    *,
    ignored: Sequence[str],
    is_accuracy_read: bool,
    questions: Mapping[int, Mapping[str, object]],
    photos_refused: Sequence[str],
) -> dict[str, Any]:
    """The answer to a new report; with `extended_attributes` where the reporter is asked something.

    The notice names all of the report that could not be used; `ignored` are names of parameters, `photos_refused` the
    reasons why photos of it were not taken. `is_accuracy_read` is false for one that says nothing.
    """
    notices = [
        _("The report is checked before it is shown to the public.")
        if received.issue.category.is_public
        else _("Reports of this category are not shown to the public.")
    ]
    if warnings := received.issue.category.warnings:
        notices = warnings + notices
    elif received.issue.category.is_emergency:
        notices.insert(0, _("Danger to life? Call 112 or 110 at once."))
    if not received.issue.is_placed:
        notices.append(_("The address was not found; a person places the report on the map."))
    if received.issue.set_aside:
        notices.append(
            _("These attributes fit no question and were set aside: %(names)s.")
            % {"names": _named(sorted(received.issue.set_aside))}
        )
    if ignored:
        notices.append(
            _("These parameters are not known and were ignored: %(names)s.")
            % {"names": _named(ignored)}
        )
    if not is_accuracy_read:
        notices.append(_("accuracy is not a number of metres and was ignored."))
    notices += [_("A photo was not taken: %(reason)s") % {"reason": one} for one in photos_refused]
    return {
        "service_request_id": received.issue.number,
        "service_notice": " ".join(notices),
        "account_id": account_id or None,
        **_question_shown(received.issue, questions),
    }


def _named(names: Sequence[str]) -> str:
    """The first of them, and how many more there are."""
    shown = ", ".join(
        name[:CODE_KEPT] or pgettext("of a parameter", "one without a name")
        for name in names[:NAMES_SHOWN]
    )
    more = len(names) - NAMES_SHOWN
    return f"{shown} … (+{more})" if more > 0 else shown


def _question_shown(
    issue: Issue, questions: Mapping[int, Mapping[str, object]]
) -> dict[str, Mapping[str, object]]:
    asked = questions.get(issue.pk)
    return {"extended_attributes": asked} if asked else {}


def issue_is_of(issue: Issue, api_key: ApiKey | None) -> bool:
    """Whether the key's owner has sent this report."""
    return api_key is not None and issue.api_key_id == api_key.pk


def issue_shown(
    issue: Issue,
    *,
    api_key: ApiKey | None,
    agencies: Mapping[int, str],
    questions: Mapping[int, Mapping[str, object]],
) -> dict[str, Any]:
    """One request of GeoReport v2: its own sender gets what it sent, everybody else the public view.

    What the reporter is asked is shown to the sender alone, who passes it on. `issues_by_number` and
    `issues_listed` prefetch the released photos in their order.
    """
    agency = agencies.get(issue.pk)
    if issue_is_of(issue, api_key):
        return _own_shown(issue, agency) | _question_shown(issue, questions)
    return _public_shown(public_view(issue, authority=agency or "", photos=issue.photos.all()))


def _public_shown(view: PublicIssue) -> dict[str, Any]:
    shown = {
        "service_request_id": view.number,
        "status": "closed" if view.status.is_closed else "open",
        "status_notes": view.note or None,
        "service_name": view.category,
        "service_code": view.category_code,
        "description": view.text or None,
        "agency_responsible": view.authority or None,
        "service_notice": None,
        "requested_datetime": view.received_at,
        "updated_datetime": view.changed_at,
        "expected_datetime": None,
        "address": view.address or None,
        # As sent it is free text as well, and nobody releases it.
        "address_id": None,
        "zipcode": None,
        "lat": view.latitude,
        "long": view.longitude,
        "media_url": next((photo_url(photo.name) for photo in view.photos), None),
    }
    if view.accuracy_m is None:
        return shown
    return {**shown, "extended_attributes": {"accuracy": view.accuracy_m}}


def _own_shown(issue: Issue, agency: str | None) -> dict[str, Any]:
    return {
        "service_request_id": issue.number,
        "status": "closed" if IssueStatus(issue.status).is_closed else "open",
        "status_notes": note_public(issue) or None,
        "service_name": issue.category.name,
        "service_code": issue.category.code,
        "description": issue.description or None,
        "agency_responsible": agency,
        "service_notice": None,
        "requested_datetime": timezone.localtime(issue.received_at),
        "updated_datetime": timezone.localtime(issue.public_changed_at),
        "expected_datetime": None,
        "address": issue.address_text or None,
        "address_id": issue.address_id or None,
        "zipcode": None,
        "lat": issue.latitude if issue.is_placed else None,
        "long": issue.longitude if issue.is_placed else None,
        "media_url": next(
            (photo_url(one.copy_id) for one in issue.photos.all() if one.copy_id), None
        ),
    }


def photo_url(name: object) -> str:
    """The absolute address under which a released photo is served."""
    return f"{settings.PUBLIC_URL}{reverse('photo', args=[name])}"
