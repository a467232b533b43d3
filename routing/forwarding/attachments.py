"""The machine-readable forms of an envelope: GeoJSON (RFC 7946) and the XML of an Open311 request."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any
from xml.etree import ElementTree as ET

from django.template.loader import render_to_string
from django.utils.translation import override

from routing.forwarding.envelope import Envelope
from routing.forwarding.links import photo_link
from routing.forwarding.wording import LANGUAGE

# Not allowed in XML 1.0, not even escaped.
NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def report_text(
    envelope: Envelope, *, attached: Sequence[str] = (), links: Sequence[str] = ()
) -> str:
    """The report in German words, as mails hold it; `attached` and `links` are what is said to come with it."""
    context = {"envelope": envelope, "place": envelope.place, "attached": attached, "links": links}
    with override(LANGUAGE):
        return render_to_string("routing/delivery_mail.txt", context)


def feature(envelope: Envelope) -> dict[str, Any]:
    """The report as one GeoJSON feature: longitude before latitude, WGS84. `webhook.schema.json` describes it."""
    place = envelope.place
    return {
        "type": "Feature",
        "id": envelope.number,
        "geometry": {"type": "Point", "coordinates": [place.longitude, place.latitude]},
        "properties": {
            "report_id": envelope.number,
            "reference": envelope.reference,
            "sender": envelope.sender,
            "recipient": envelope.recipient,
            "is_copy": envelope.is_copy,
            "is_emergency": envelope.is_emergency,
            "is_urgent": envelope.is_urgent,
            "category_code": envelope.category_code,
            "category": envelope.category,
            "description": envelope.description,
            "answers": [asdict(one) | {"keys": list(one.keys)} for one in envelope.answers],
            "received": envelope.received_at.isoformat(),
            "accuracy_m": place.accuracy_m,
            "address": place.address,
            "address_by_cadastre": place.address_derived,
            "parcel_key": place.parcel_key,
            "parcel": place.parcel_label,
            "road": place.road,
            "section": place.section_key,
            "station_m": place.station_m,
            "x": place.easting,
            "y": place.northing,
            "x_y": place.metres,
            "crs_of_x_y": f"EPSG:{place.srid}",
            "asset": asdict(place.asset) if place.asset else None,
            "rule": envelope.rule_id,
            "legal_basis": envelope.legal_basis,
            "reason": envelope.reason,
            "formers": [
                {
                    "name": one.name,
                    "since": one.since.isoformat(),
                    "has_it": one.has_it,
                    "refused": one.refused_at.isoformat() if one.refused_at else None,
                    "named": one.named,
                    "words": one.words,
                }
                for one in envelope.formers
            ],
            "link": envelope.link,
            "photos": [
                photo_link(envelope.link, number)
                for number, _photo in enumerate(envelope.photos, start=1)
            ],
        },
    }


def geojson(envelope: Envelope) -> bytes:
    """A collection of the one feature, as files hold it."""
    collection = {"type": "FeatureCollection", "features": [feature(envelope)]}
    return json.dumps(collection, ensure_ascii=False).encode()


def open311_xml(envelope: Envelope) -> bytes:
    """`service_requests` with one `request`, as GeoReport v2 lists it; `attributes` are what the service asked."""
    place = envelope.place
    root = ET.Element("service_requests")
    request = ET.SubElement(root, "request")
    for name, value in (
        ("service_request_id", envelope.number),
        ("status", "open"),
        ("service_name", envelope.category),
        ("service_code", envelope.category_code),
        ("description", envelope.description),
        ("requested_datetime", envelope.received_at.isoformat()),
        ("address", place.address),
        ("address_id", place.parcel_key),
        ("lat", f"{place.latitude:.7f}"),
        ("long", f"{place.longitude:.7f}"),
    ):
        ET.SubElement(request, name).text = NOT_XML.sub("", value)
    attributes = ET.SubElement(request, "attributes")
    for answer in envelope.answers:
        attribute = ET.SubElement(attributes, "attribute")
        for name, value in (
            ("code", answer.code),
            ("description", answer.question),
            ("value", ", ".join(answer.keys)),
            ("name", answer.value),
        ):
            ET.SubElement(attribute, name).text = NOT_XML.sub("", value)
    return ET.tostring(root, encoding="utf-8", xml_declaration=True)
