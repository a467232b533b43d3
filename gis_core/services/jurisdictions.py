"""Writing jurisdictions."""

from __future__ import annotations

from io import BytesIO
from typing import Any, Final

from django.contrib.gis.geos import GEOSGeometry, MultiPolygon
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from PIL import Image

from gis_core.datasets import dataset_specs
from gis_core.errors import GisError
from gis_core.models import Jurisdiction

# Width and height in pixels at most: twice the height of the header's place for it.
LOGO_SIZE: Final = (400, 56)
REQUIRED: Final = ("id", "name", "ags")
# Told by deliveries, of no use here.
UNUSED: Final = ("population",)
OPTIONAL: Final = (
    "bears_through_roads",
    "acceptance_margin_m",
    "public_names",
    "website",
    "phone",
    "public_mail",
    "licence",
    "licence_url",
    "doubts_noticed",
    "sender_mail",
    "alarm_mail",
    "hosts",
    "path",
    "embedders",
    "leads",
    "brand_colour",
    "accent_colour",
)


def jurisdiction_save(*, facts: dict[str, Any]) -> tuple[Jurisdiction, bool]:
    """Creates or updates the jurisdiction with the identifier `facts["id"]`; second, whether it is new.

    Facts: id, name, ags, issue_prefix (default: the first letters of the name's words), bears_through_roads,
    acceptance_margin_m; for the public public_names (by language), website, phone, public_mail; sender_mail, which
    mails to citizens come from; alarm_mail, who hears of emergencies that do not get through; licence and
    licence_url of the feeds; doubts_noticed; of its pages hosts, path,
    embedders, leads (by language), brand_colour, accent_colour and `logo`, the bytes of a picture. Raises GisError
    naming what is missing, unknown or wrong.
    """
    missing = [name for name in REQUIRED if not facts.get(name)]
    if missing:
        raise GisError(f"the jurisdiction's facts lack {', '.join(missing)}")
    if unknown := sorted(facts.keys() - {*REQUIRED, *OPTIONAL, *UNUSED, "issue_prefix", "logo"}):
        known = ", ".join((*REQUIRED, "issue_prefix", *OPTIONAL, "logo"))
        raise GisError(
            f"the jurisdiction's facts have unknown {', '.join(unknown)}; known: {known}"
        )
    values: dict[str, Any] = {
        "name": facts["name"],
        "municipality_key": facts["ags"],
        "issue_prefix": facts.get("issue_prefix") or _prefix(facts["name"]),
    }
    for optional in OPTIONAL:
        if optional in facts:
            values[optional] = facts[optional]
    found = Jurisdiction.objects.filter(identifier=facts["id"]).first()
    jurisdiction = found or Jurisdiction(identifier=facts["id"])
    for name, value in values.items():
        setattr(jurisdiction, name, value)
    try:
        jurisdiction.full_clean()
    except ValidationError as error:
        told = "; ".join(f"{name}: {' '.join(texts)}" for name, texts in error.message_dict.items())
        raise GisError(told) from error
    if "logo" in facts:
        logo = _logo(facts["logo"])
        jurisdiction.logo.save(f"{jurisdiction.municipality_key}.png", logo, save=False)
    jurisdiction.save()
    return jurisdiction, found is None


def _logo(content: bytes) -> ContentFile[bytes]:
    """A picture made anew as PNG, so that nothing but its pixels is served. Raises GisError."""
    try:
        with Image.open(BytesIO(content), formats=("PNG", "JPEG", "WEBP")) as picture:
            picture.thumbnail(LOGO_SIZE)
            made = BytesIO()
            picture.convert("RGBA").save(made, "PNG")
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        raise GisError("the logo is no PNG, JPEG or WebP picture") from error
    return ContentFile(made.getvalue())


def _prefix(name: str) -> str:
    initials = "".join(word[0] for word in name.replace("-", " ").split())
    return (initials if len(initials) > 1 else name[:3]).upper()[:8]


def jurisdiction_boundary_refresh(*, jurisdiction: Jurisdiction) -> str:
    """Sets the boundary from the best active dataset that gives one, and returns its name ("" for none).

    An area of the municipality comes before the hull of the parcels.
    """
    specs = sorted(dataset_specs(), key=lambda spec: spec.boundary_rank)
    for spec in specs:
        boundary = spec.boundary(jurisdiction) if spec.boundary else None
        if boundary is not None:
            jurisdiction.boundary = _multi(boundary)
            jurisdiction.save(update_fields=["boundary"])
            return spec.dataset
    return ""


def _multi(boundary: GEOSGeometry) -> MultiPolygon:
    if isinstance(boundary, MultiPolygon):
        return boundary
    return MultiPolygon(boundary, srid=boundary.srid)
