"""Photos that come as text: Base64 or a data: URL in a field of a form or of JSON, as CitySDK's dialect sends them."""

from __future__ import annotations

import base64
import re
from typing import Final
from urllib.parse import unquote_to_bytes

_NAME: Final = re.compile(
    r"(?:media|photo|image|img|picture|file|foto|bild|attachment|upload)s?"
    r"(?:[_-]?(?:data|base64))?(?:[_-]?\d+)?(?:\[\w*\])*",
    re.ASCII | re.IGNORECASE,
)
# How a data: URL and Base64 of JPEG, PNG, WebP, HEIC and AVIF begin.
_BEGINNING: Final = re.compile(
    r"\s*(?:data:|[/_]9j[/_]|iVBORw0KGgo|UklGR|AAAA.GZ0eX)", re.IGNORECASE
)
_ADDRESS: Final = re.compile(r"\s*https?://", re.IGNORECASE)
# A "+" that nobody encoded arrives as a blank; "-" and "_" belong to the alphabet for addresses (RFC 4648).
_ALPHABET: Final = bytes.maketrans(b" -_", b"++/")


def is_photo_name(name: str) -> bool:
    """Whether clients send photos under this name: media, media[0], photo1, image_base64 …"""
    return _NAME.fullmatch(name) is not None


def is_photo_text(value: str) -> bool:
    return _BEGINNING.match(value) is not None


def is_address(value: str) -> bool:
    return _ADDRESS.match(value) is not None


def photo_text_read(value: str) -> bytes:
    """The file that the text stands for; a text that is no Base64 as it is, which no decoder takes for a photo."""
    packed, head = value.strip(), ""
    if packed[:5].lower() == "data:":
        head, _comma, packed = packed.partition(",")
    content = unquote_to_bytes(packed.encode("utf-8", "replace"))
    if head and not head.lower().rstrip().endswith(";base64"):
        return content
    letters = content.strip().translate(_ALPHABET, b"\r\n\t").rstrip(b"=")
    try:
        return base64.b64decode(letters + b"=" * (-len(letters) % 4), validate=True)
    except ValueError:
        return value.encode("utf-8", "replace")
