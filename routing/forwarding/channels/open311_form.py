"""What an Open311 receiver is told of a report: the fields of the form, and the description."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from django.utils import timezone

from routing.forwarding.answers import Answer
from routing.forwarding.chain import Former
from routing.forwarding.envelope import Envelope

DESCRIPTION_MAX: Final = 4000
ANSWER: Final = "answer "

# What an attribute of a receiver may be filled with, beside a fixed text ("…") and an answer (answer CODE).
SOURCES: Final[Mapping[str, Callable[[Envelope], str]]] = {
    "number": lambda one: one.number,
    "category": lambda one: one.category,
    "address": lambda one: one.place.address,
    "parcel_key": lambda one: one.place.parcel_key,
    "parcel": lambda one: one.place.parcel_label,
    "road": lambda one: one.place.road,
    "section": lambda one: one.place.section_key,
    "station": lambda one: "" if one.place.station_m is None else f"{one.place.station_m:.0f}",
    "easting": lambda one: f"{one.place.easting:.2f}",
    "northing": lambda one: f"{one.place.northing:.2f}",
    "asset": lambda one: one.place.asset.number if one.place.asset else "",
    "link": lambda one: one.link,
}


def source_is_known(source: str) -> bool:
    is_fixed = len(source) > 1 and source[0] == source[-1] == '"'
    is_answer = source.startswith(ANSWER) and bool(source.removeprefix(ANSWER).strip())
    return is_fixed or is_answer or source in SOURCES


def service_code(settings: Mapping[str, Any], category_code: str) -> str:
    codes: dict[str, str] = settings.get("service_codes", {})
    return codes.get(category_code) or codes.get("*") or category_code


def form_of(envelope: Envelope, settings: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a POST service request; without the key and the photos."""
    place = envelope.place
    attributes = _attributes(envelope, settings.get("attributes", {}))
    form: dict[str, Any] = {
        **settings.get("fields", {}),
        **attributes,
        "service_code": service_code(settings, envelope.category_code),
        "lat": f"{place.latitude:.7f}",
        "long": f"{place.longitude:.7f}",
        "description": description(envelope, settings),
    }
    if settings.get("jurisdiction_id"):
        form["jurisdiction_id"] = settings["jurisdiction_id"]
    if place.address:
        form["address_string"] = place.address
    return form


def _attributes(envelope: Envelope, mapping: Mapping[str, str]) -> dict[str, str | list[str]]:
    """`attribute[CODE]`, with `[]` where several answers were given; those without a value are left out."""
    answers = {one.code: one for one in envelope.answers}
    filled: dict[str, str | list[str]] = {}
    for code, source in mapping.items():
        if source.startswith(ANSWER):
            answer = answers.get(source.removeprefix(ANSWER).strip())
            values = answer.keys if answer else ()
        elif source in SOURCES:
            values = (SOURCES[source](envelope),)
        else:
            values = (source.strip('"'),)
        if len(values) > 1:
            filled[f"attribute[{code}][]"] = list(values)
        elif any(values):
            filled[f"attribute[{code}]"] = values[0]
    return filled


def answers_unmapped(envelope: Envelope, mapping: Mapping[str, str]) -> list[Answer]:
    """The answers that no attribute of the receiver takes: they go into the description."""
    mapped = {
        source.removeprefix(ANSWER).strip()
        for source in mapping.values()
        if source.startswith(ANSWER)
    }
    return [one for one in envelope.answers if one.code not in mapped]


def reference_marker(envelope: Envelope) -> str:
    return f"[{envelope.reference}]"


def description(envelope: Envelope, settings: Mapping[str, Any]) -> str:
    """What the receiver's staff read; our reference comes first, where no receiver cuts it off."""
    place = envelope.place
    told = answers_unmapped(envelope, settings.get("attributes", {}))
    station = "" if place.station_m is None else f", Station {place.station_m:.0f} m"
    section = f"Abschnitt {place.section_key}{station}" if place.section_key else ""
    derived = (
        place.address_derived and f"Lage laut Kataster, nicht gemeldet: {place.address_derived}"
    )
    number = ""
    if place.asset:
        title = "Nummer am Objekt" if place.asset.is_reported else "Nächstes Objekt im Bestand"
        number = f"{title}: {place.asset.number}"
    with_photos = settings.get("photos") == "upload"
    photos = len(envelope.photos)
    lines = [
        f"{reference_marker(envelope)} {envelope.category}",
        f"Vielleicht schon bei Ihnen: {', '.join(envelope.perhaps)}" if envelope.perhaps else "",
        envelope.description,
        "\n".join(f"{one.question} {one.value}" for one in told),
        " · ".join(filter(None, (place.road, section, place.address, place.parcel_label))),
        derived,
        number,
        envelope.reason,
        "\n".join(_former(one) for one in envelope.formers),
        f"Fotos unter dem folgenden Link: {photos}" if photos and not with_photos else "",
        f"Antworten: {envelope.link}",
    ]
    return "\n\n".join(line for line in lines if line)[:DESCRIPTION_MAX]


def _former(one: Former) -> str:
    """A body that had it before, in one line."""
    day = f"{timezone.localtime(one.refused_at):%d.%m.%Y}" if one.refused_at else ""
    refused = f"am {day} abgelehnt" if day else ""
    named = f"nennt {one.named}" if one.named else ""
    told = ", ".join(filter(None, (f"Vorher bei: {one.name}", refused, named)))
    return f"{told} („{one.words}“)" if one.words else told
