"""System checks: wrong set-up fails at start and says what to do."""

from __future__ import annotations

import ipaddress
from email.utils import getaddresses
from typing import Any, Final

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from pyproj import CRS
from pyproj.exceptions import CRSError

from gis_core.srids import storage_srid

# A local part has no more than 64 octets (RFC 5321, 4.5.3.1.1). Addresses for answers add a plus and up to 32 of them.
LOCAL_PART_MAX: Final = 64 - 33


@register()
def storage_srid_is_metric(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """STORAGE_SRID must be a projected CRS in metres: distances and areas are computed in it."""
    try:
        crs = CRS.from_epsg(storage_srid())
    except CRSError:
        return [
            Error(
                f"STORAGE_SRID {storage_srid()} is not a CRS of the EPSG register.",
                hint="Set STORAGE_SRID to a projected CRS in metres such as 25832.",
                id="gis_core.E001",
            )
        ]
    if crs.is_projected and crs.axis_info[0].unit_name == "metre":
        return []
    return [
        Error(
            f"STORAGE_SRID {storage_srid()} ({crs.name}) is not a projected CRS in metres.",
            hint="Set STORAGE_SRID to a projected CRS in metres such as 25832.",
            id="gis_core.E002",
        )
    ]


@register()
def private_networks_are_networks(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """PRIVATE_NETWORKS_… must hold networks: a misspelt one would fail at the first request."""
    errors: list[CheckMessage] = []
    for purpose, networks in settings.PRIVATE_NETWORKS.items():
        for network in networks:
            try:
                ipaddress.ip_network(network)
            except ValueError as error:
                errors.append(
                    Error(
                        f"{network!r} is no network that a {purpose} may lie in: {error}.",
                        hint="Write PRIVATE_NETWORKS_… as networks with commas: 10.1.0.0/16,fd00::/8.",
                        id="gis_core.E003",
                    )
                )
    return errors


@register()
def mail_sender_is_one_address(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """DEFAULT_FROM_EMAIL must be one address, and short enough to grow into addresses for answers."""
    sender = settings.DEFAULT_FROM_EMAIL
    addresses = [address for _name, address in getaddresses([sender])]
    try:
        [address] = addresses
        validate_email(address)
    except (ValueError, ValidationError):
        return [
            Error(
                f"DEFAULT_FROM_EMAIL {sender!r} is not one mail address.",
                hint='Write it as name@example.org or "City, office" <name@example.org>; a comma needs the quotes.',
                id="gis_core.E004",
            )
        ]
    if len(address.rpartition("@")[0].encode()) <= LOCAL_PART_MAX:
        return []
    return [
        Error(
            f"What stands before the @ of DEFAULT_FROM_EMAIL {sender!r} is too long.",
            hint=f"Answers come to an address that is 33 octets longer and may have 64: use at most {LOCAL_PART_MAX}.",
            id="gis_core.E005",
        )
    ]
