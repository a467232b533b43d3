"""A file by its address, fetched whole into a directory.

The last part of an address may hold `*`: of the files that the folder's index names (`<file name="…"/>`, as
opengeodata portals write it), the one that fits is taken, whatever month or spelling its name has.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final
from urllib.parse import quote, unquote, urlsplit

from gis_core.errors import LoadError
from gis_core.loading.fetch.client import (
    CAPABILITIES_MAX_BYTES,
    PAUSES_S,
    STALL_S,
    Client,
    XmlUnreadable,
    xml_read,
)
from gis_core.loading.fetch.pages import label_of

DOWNLOAD_MAX_BYTES: Final = 16 * 1024**3
DOWNLOAD_DEADLINE_S: Final = 2 * 3600.0


def file_fetch(
    url: str,
    directory: Path,
    *,
    max_bytes: int = DOWNLOAD_MAX_BYTES,
    deadline_s: float = DOWNLOAD_DEADLINE_S,
    stall_s: float = STALL_S,
    pauses_s: tuple[float, ...] = PAUSES_S,
) -> Path:
    """The file behind an address. One that was fetched whole before is not fetched again.

    Raises LoadError naming the address and the cause.
    """
    client = Client(label_of(url), stall_s, pauses_s)
    part = directory.with_name(f"{directory.name}.part")
    part.parent.mkdir(parents=True, exist_ok=True)
    address = client.tried(lambda: _address(client, url, part)) if "*" in url else url
    name = unquote(urlsplit(address).path.rpartition("/")[2]).replace("/", "_")
    if name in {"", ".", ".."}:
        raise LoadError("download_nameless", file=client.label)
    path = directory / name
    if not path.exists():
        client.tried(lambda: client.get(address, part, max_bytes=max_bytes, deadline_s=deadline_s))
        directory.mkdir(exist_ok=True)
        part.replace(path)
    return path


def _address(client: Client, url: str, part: Path) -> str:
    """The address of the one file that fits."""
    folder, _, pattern = url.rpartition("/")
    client.get(f"{folder}/", part, max_bytes=CAPABILITIES_MAX_BYTES)
    try:
        named = [str(one.get("name", "")) for one in xml_read(part.read_bytes()).iter("file")]
    except XmlUnreadable as error:
        raise LoadError("wfs_no_xml", file=client.label, cause=str(error)) from error
    fitting = [name for name in named if fnmatchcase(name, pattern)]
    if len(fitting) != 1:
        raise LoadError("download_not_one", file=client.label, pattern=pattern, there=fitting[:20])
    return f"{folder}/{quote(fitting[0])}"
