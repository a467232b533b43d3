"""By what the sources of a load are known again: their bytes and all that decides what comes of them.

A digest covers the sources with their options, the editions that a conversion looks up, and this program with its
profiles and codes. Of a service's answer the time at which it was given does not count. The boundary counts where it
cuts the source, and own words count; whether the source lies near it was asked when the rows became active.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Final

from django.apps import apps

from gis_core.datasets import DatasetSpec
from gis_core.enums import EditionStatus
from gis_core.loading.gml.pieces import START_TAG
from gis_core.loading.read.formats import GZIP_ERRORS, Format, companions, file_open
from gis_core.models import Edition, Jurisdiction
from gis_core.srids import storage_srid

_BLOCK_BYTES: Final = 1 << 20
_TIME_STAMP: Final = re.compile(rb"\stimeStamp\s*=\s*(?:\"[^\"]*\"|'[^']*')")
_PROGRAM: Final = frozenset({".py", ".json", ".csv"})


def sources_digest(
    spec: DatasetSpec,
    jurisdiction: Jurisdiction,
    files: Iterable[tuple[str, Path, Format]],
    more: object,
) -> str:
    """Of files, each with its name and options, and of what cuts and reads them; "" where one cannot be unpacked."""
    looked_up = Edition.objects.filter(
        jurisdiction=jurisdiction, dataset__in=spec.looks_up, status=EditionStatus.ACTIVE
    )
    facts = (
        _program_digest(spec.model._meta.app_label),
        storage_srid(),
        jurisdiction.municipality_key,
        sorted(looked_up.values_list("pk", flat=True)),
        more,
    )
    whole = hashlib.blake2b(repr(facts).encode(), digest_size=16)
    try:
        for described, path, kind in files:
            whole.update(described.encode())
            for part in (path, *companions(path, kind)):
                whole.update(part.name.encode())
                whole.update(_content_digest(part, kind))
    except GZIP_ERRORS:
        return ""
    return whole.hexdigest()


def _content_digest(path: Path, kind: Format) -> bytes:
    digest = hashlib.blake2b()
    with file_open(path) as stream:
        start = stream.read(_BLOCK_BYTES)
        if kind is Format.XML and (root := START_TAG.search(start)):
            start = start[: root.start()] + _TIME_STAMP.sub(b"", root[0]) + start[root.end() :]
        digest.update(start)
        while block := stream.read(_BLOCK_BYTES):
            digest.update(block)
    return digest.digest()


@lru_cache(maxsize=4)
def _program_digest(app: str) -> str:
    """Of the files by which the app's datasets are read."""
    digest = hashlib.blake2b()
    for name in sorted({"gis_core", app}):
        for path in sorted(Path(apps.get_app_config(name).path).rglob("*")):
            if path.suffix in _PROGRAM:
                digest.update(path.read_bytes())
    return digest.hexdigest()
