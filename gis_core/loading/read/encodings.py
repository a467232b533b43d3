"""Which encoding a text is in that does not say so: what its bytes above ASCII are in German."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Final

UTF8: Final = "UTF-8"
_SEQUENCE: Final = re.compile(rb"[\xc2-\xf4][\x80-\xbf]+")
_ABOVE_ASCII: Final = re.compile(rb"[\x80-\xff]")
# What Windows and DOS wrote in Germany.
_CODE_PAGES: Final = ("Windows-1252", "CP850")
_LETTERS: Final = {page: "äöüßÄÖÜ".encode(page) for page in _CODE_PAGES}
_CHUNK: Final = 1024 * 1024
_HEADER: Final = 32


def encoding_guess(text: bytes) -> str:
    """UTF-8, Windows-1252 or CP850; "" where all is ASCII.

    Most bytes above ASCII have to be characters of UTF-8, for a table may cut one in half; else the code page counts
    in which more of them are German letters.
    """
    above = len(_ABOVE_ASCII.findall(text))
    if not above:
        return ""
    if 2 * sum(len(found) for found in _SEQUENCE.findall(text)) > above:
        return UTF8
    return max(_CODE_PAGES, key=lambda page: sum(text.count(letter) for letter in _LETTERS[page]))


def shapefile_encoding(path: Path) -> str:
    """The encoding of a shapefile's texts where no .cpg beside it names one; "" where one does, or all is ASCII."""
    table = next((one for one in _beside(path, ".dbf")), None)
    if path.suffix.lower() != ".shp" or table is None or any(_beside(path, ".cpg")):
        return ""
    told = table.stat()
    return _table_encoding(table, told.st_size, told.st_mtime_ns)


def _beside(path: Path, suffix: str) -> list[Path]:
    names = (path.with_suffix(suffix), path.with_suffix(suffix.upper()))
    return [one for one in names if one.exists()]


@lru_cache(maxsize=16)
def _table_encoding(table: Path, _size: int, _time: int) -> str:
    with table.open("rb") as file:
        header = int.from_bytes(file.read(_HEADER)[8:10], "little")
        # The names of the columns tell as well; between header and names there is nothing but numbers.
        file.seek(min(header, _HEADER))
        while chunk := file.read(_CHUNK):
            if found := encoding_guess(chunk):
                return found
    return ""


def text_options(path: Path) -> dict[str, str]:
    """How GDAL is to read the texts of a shapefile that names no encoding; {} for everything else."""
    encoding = shapefile_encoding(path)
    return {"encoding": encoding} if encoding else {}
