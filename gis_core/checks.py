"""System checks: wrong set-up fails at start and says what to do."""

from __future__ import annotations

import ipaddress
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from pyproj import CRS
from pyproj.exceptions import CRSError

from gis_core.srids import storage_srid


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
