"""What an Open311 receiver offers: its services, what each asks, and whether a contact's settings fit them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import pgettext

from routing.forwarding.channels.base import Probe, Service, Step
from routing.forwarding.channels.open311_answers import record_text
from routing.forwarding.channels.open311_endpoint import Endpoint
from routing.outbox.receipts import DeliveryRefused

# Of so many services the definitions are read.
DEFINITIONS_MAX: Final = 100


def services_probe(endpoint: Endpoint, settings: Mapping[str, Any]) -> Probe:
    """Reads the services and says what of the settings does not fit them; raises a DeliveryError without a list."""
    services = _services(endpoint)
    told = pgettext("probe", "%(count)s services, in %(format)s: %(codes)s")
    values = {"count": len(services), "format": endpoint.spoken.upper()}
    read = Step(
        pgettext("probe", "Services"),
        told % {**values, "codes": ", ".join(sorted(services))},
        bool(services),
    )
    used = sorted(set(settings.get("service_codes", {}).values()))
    filled = settings.get("attributes", {})
    return Probe((read, *(_fits(code, services, filled) for code in used)), services)


def _services(endpoint: Endpoint) -> dict[str, Service]:
    records = endpoint.items("services", "service", ("services",))
    services: dict[str, Service] = {}
    for record in records[:DEFINITIONS_MAX]:
        code = record_text(record, "service_code")
        asked = _attributes(endpoint, code) if _is_true(record.get("metadata")) else {}
        if code:
            services[code] = Service(
                record_text(record, "service_name") or code,
                tuple(one for one, is_required in asked.items() if is_required),
                tuple(one for one, is_required in asked.items() if not is_required),
            )
    return services


def _attributes(endpoint: Endpoint, code: str) -> dict[str, bool]:
    """What a service asks for (`services/CODE`), and whether it has to be given; {} where it does not tell."""
    try:
        found = endpoint.items(
            f"services/{endpoint.quoted(code)}", "attribute", ("service_definition", "attributes")
        )
    except DeliveryRefused:
        return {}
    return {
        name: _is_true(one.get("required")) for one in found if (name := record_text(one, "code"))
    }


def _fits(code: str, services: Mapping[str, Service], filled: Mapping[str, str]) -> Step:
    """Whether the receiver has the service, and each attribute that it requires is filled in."""
    title = pgettext("probe", "Service %(code)s") % {"code": code}
    if code not in services:
        return Step(title, pgettext("probe", "The receiver has no such service."), False)
    missing = [one for one in services[code].required if one not in filled]
    if missing:
        told = pgettext("probe", "%(name)s requires what no setting fills: %(codes)s")
        return Step(title, told % {"name": services[code].name, "codes": ", ".join(missing)}, False)
    return Step(title, services[code].name)


def _is_true(value: Any) -> bool:
    return str(value).strip().lower() in {"true", "1"}
