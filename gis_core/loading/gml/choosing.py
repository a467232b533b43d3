"""Which profile reads an XML document."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from gis_core.errors import LoadError
from gis_core.loading.gml.document import GmlError, Head, head_read
from gis_core.loading.read.formats import GZIP_ERRORS, file_open
from gis_core.loading.read.profiles import Profile

_SERVICE_ERRORS: Final = frozenset({"ExceptionReport", "ServiceExceptionReport"})
# Roots of documents that only say something about the data beside them: metadata, a style.
_DESCRIPTIONS: Final = frozenset(
    {"MD_Metadata", "MI_Metadata", "metadata", "qgis", "StyledLayerDescriptor"}
)
# Namespaces of the container, which say nothing of the model.
_COMMON: Final = ("http://www.opengis.net/", "http://www.w3.org/", "http://schemas.opengis.net/")


def is_description(path: Path) -> bool:
    """Whether an XML file is no data, but says something about data."""
    try:
        with file_open(path) as stream:
            return head_read(stream).root in _DESCRIPTIONS
    except (GmlError, *GZIP_ERRORS):
        return False


def profile_read(path: Path, profiles: list[Profile]) -> Profile:
    """The profile that fits a file by its root element; LoadError where none does."""
    try:
        with file_open(path) as stream:
            return profile_choose(head_read(stream), profiles, path.name)
    except GmlError as error:
        raise LoadError(error.message, file=path.name) from error
    except GZIP_ERRORS as error:
        raise LoadError("gzip_damaged", file=path.name, cause=str(error)) from error


def profile_choose(head: Head, profiles: list[Profile], file: str) -> Profile:
    """The profile that fits a document; LoadError where none does, with what is there."""
    if head.root in _SERVICE_ERRORS:
        raise LoadError("xml_service_error", file=file, root=head.root)
    for profile in profiles:
        if any(uri.startswith(profile.namespace) for uri in head.namespaces):
            return profile
    known = [f"{profile.name} ({profile.namespace}…)" for profile in profiles]
    there = sorted(uri for uri in head.namespaces if not uri.startswith(_COMMON))
    raise LoadError(
        "xml_root_unknown", file=file, root=head.root, there=there or ["–"], known=known
    )
