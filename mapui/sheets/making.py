"""Makes a sheet: facts and ground become a page, the page a tagged PDF (PDF/UA-1), the PDF a picture.

The same facts, photos and ground give the same bytes: nothing here reads a clock or draws a random number.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import shapely
from django.core.files.storage import default_storage
from django.template.loader import render_to_string
from django.utils.translation import override
from shapely.geometry.base import BaseGeometry

from issues.models import Issue
from issues.services.photos.drawing import photo_redraw
from mapui.sheets.background import background_draw, background_service
from mapui.sheets.drawing import map_draw
from mapui.sheets.facts import PhotoFacts, SheetFacts, sheet_facts
from mapui.sheets.frame import SCALES, Frame, frame_choose
from mapui.sheets.ground import Ground, ground_read
from routing.forwarding.wording import LANGUAGE

PICTURE_DPI: Final = 150
# Photos are printed some eight centimetres wide.
PHOTO_DPI: Final = 200
PHOTO_QUALITY: Final = 80


@dataclass(frozen=True)
class Sheet:
    """A finished sheet in its two forms; the picture shows all pages, one below the other.

    `is_whole`: nothing is missing that a later try might bring.
    """

    pdf: bytes
    png: bytes
    is_whole: bool = True


@dataclass(frozen=True)
class MapShown:
    """`address` holds the drawing itself; `is_whole` says whether the circle of accuracy is seen whole.

    `lacks_background`: the map service below it did not draw.
    """

    address: str
    scale: int
    is_whole: bool
    is_empty: bool
    lacks_background: bool


def sheet_make(issue: Issue) -> Sheet:
    """The sheet of an issue as it is now; takes about a second of one processor."""
    with override(LANGUAGE):
        facts = sheet_facts(issue)
        shown = map_shown(issue, facts) if facts.place else None
        pdf = pdf_write(page_write(facts, shown))
    is_whole = shown is None or not shown.lacks_background
    return Sheet(pdf=pdf, png=picture_draw(pdf), is_whole=is_whole)


def page_write(facts: SheetFacts, shown: MapShown | None) -> str:
    """The page in HTML, with everything that it shows inside."""
    context = {
        "facts": facts,
        "map": shown,
        "photos": [data_address("image/jpeg", content) for content in _contents(facts.photos)],
        "code": _code(facts.status_url),
    }
    return render_to_string("mapui/sheets/sheet.html", context)


def map_shown(issue: Issue, facts: SheetFacts) -> MapShown:
    """The map of a placed issue, at the largest scale that shows circle and parcel."""
    accuracy_m = facts.place.accuracy_m if facts.place else None
    decided = [facts.decision.parcel_key] if facts.decision else []
    keys = list(dict.fromkeys([*decided, *(parcel.key for parcel in facts.parcels)]))
    disc = _disc(issue, accuracy_m)
    ground, frame = _ground_framed(issue, disc, keys)
    service = background_service() if facts.background else None
    picture = background_draw(service, frame) if service else None
    drawing = map_draw(
        ground,
        frame,
        parcel_keys=keys,
        accuracy_m=accuracy_m,
        background=data_address("image/jpeg", picture) if picture else "",
    )
    return MapShown(
        address=data_address("image/svg+xml", drawing),
        scale=frame.scale,
        is_whole=frame.holds(disc),
        is_empty=ground.is_empty,
        lacks_background=service is not None and picture is None,
    )


def map_plain(issue: Issue, *, parcel_key: str) -> bytes:
    """The same map as SVG, of the city's own geodata alone: no map service is asked."""
    ground, frame = _ground_framed(issue, _disc(issue, issue.accuracy_m), [parcel_key])
    return map_draw(
        ground, frame, parcel_keys=[parcel_key], accuracy_m=issue.accuracy_m, background=""
    )


def _disc(issue: Issue, accuracy_m: float | None) -> BaseGeometry:
    """Where the issue may be; storage CRS."""
    point = shapely.Point(issue.point.x, issue.point.y)
    return point.buffer(accuracy_m) if accuracy_m else point


def _ground_framed(
    issue: Issue, disc: BaseGeometry, parcel_keys: Sequence[str]
) -> tuple[Ground, Frame]:
    """What is drawn, and the largest frame that shows disc and parcels whole."""
    x, y = issue.point.x, issue.point.y
    widest = Frame(x, y, SCALES[-1])
    ground = ground_read(jurisdiction=issue.jurisdiction, box=widest.box)
    own = [shape.geometry for shape in ground.parcels if shape.key in parcel_keys]
    frame = frame_choose(x, y, shapes=[disc, *own])
    return (ground if frame == widest else ground.within(frame.box)), frame


def pdf_write(page: str) -> bytes:
    """The page as PDF/UA-1; it can load nothing but what it holds."""
    from PIL import ImageFile
    from weasyprint import CSS, HTML
    from weasyprint.urls import URLFetcher

    # The import lets Pillow take cut pictures for whole ones in all of the process; map tiles are checked by it too.
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    document = HTML(string=page, url_fetcher=URLFetcher(allowed_protocols=["data"]))
    style = CSS(string=render_to_string("mapui/sheets/sheet.css"))
    written: bytes = document.write_pdf(
        stylesheets=[style],
        pdf_variant="pdf/ua-1",
        pdf_identifier=hashlib.sha256(page.encode()).hexdigest()[:32].encode(),
        optimize_images=True,
        dpi=PHOTO_DPI,
        jpeg_quality=PHOTO_QUALITY,
    )
    return written


def picture_draw(pdf: bytes) -> bytes:
    """All pages of a PDF as one PNG, one below the other."""
    import numpy as np
    import pyvips
    from pypdfium2 import PdfDocument

    with PdfDocument(pdf) as document:
        pages = [
            page.render(scale=PICTURE_DPI / 72, rev_byteorder=True).to_numpy() for page in document
        ]
    picture: bytes = pyvips.Image.new_from_array(np.vstack(pages)).pngsave_buffer()
    return picture


def _contents(photos: Iterable[PhotoFacts]) -> Iterable[bytes]:
    for one in photos:
        with default_storage.open(one.name) as file:
            content = file.read()
        is_edited = one.turned or one.boxes
        yield photo_redraw(content, turned=one.turned, boxes=one.boxes) if is_edited else content


def data_address(kind: str, content: bytes) -> str:
    """What a page holds of a picture: nothing of it is loaded."""
    return f"data:{kind};base64,{b64encode(content).decode()}"


def _code(url: str) -> str:
    """The address as a QR code; "" for none."""
    import segno

    return segno.make(url, error="m", micro=False).svg_data_uri(border=2) if url else ""
