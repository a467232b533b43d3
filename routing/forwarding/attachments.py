"""The machine-readable forms of an envelope: GeoJSON (RFC 7946) and the XML of an Open311 request."""

from __future__ import annotations

import json
import re
from xml.etree import ElementTree as ET

from routing.forwarding.envelope import Envelope

# Not allowed in XML 1.0, not even escaped.
NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def geojson(envelope: Envelope) -> bytes:
    """One feature, longitude before latitude, WGS84."""
    place = envelope.place
    feature = {
        "type": "Feature",
        "id": envelope.number,
        "geometry": {"type": "Point", "coordinates": [place.longitude, place.latitude]},
        "properties": {
            "report_id": envelope.number,
            "reference": envelope.reference,
            "category_code": envelope.category_code,
            "category": envelope.category,
            "description": envelope.description,
            "received": envelope.received_at.isoformat(),
            "accuracy_m": place.accuracy_m,
            "address": place.address,
            "parcel_key": place.parcel_key,
            "parcel": place.parcel_label,
            "road": place.road,
            "section": place.section_key,
            "station_m": place.station_m,
            "x": place.easting,
            "y": place.northing,
            "crs_of_x_y": f"EPSG:{place.srid}",
            "rule": envelope.rule_id,
            "legal_basis": envelope.legal_basis,
            "reason": envelope.reason,
        },
    }
    return json.dumps(
        {"type": "FeatureCollection", "features": [feature]}, ensure_ascii=False
    ).encode()


def open311_xml(envelope: Envelope) -> bytes:
    """`service_requests` with one `request`, as GeoReport v2 lists it."""
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
    return ET.tostring(root, encoding="utf-8", xml_declaration=True)
