"""Zip archives: unpacked beside everything else, and only when they cannot do harm."""

from __future__ import annotations

import shutil
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Final

from gis_core.errors import LoadError
from gis_core.messages import Message

ZIP_MAGIC: Final = b"PK\x03\x04"
MEMBERS_MAX: Final = 10_000
UNPACKED_MAX_BYTES: Final = 16 * 1024**3
# Coordinates written as text shrink to a fortieth; a bomb shrinks to a thousandth.
RATIO_MAX: Final = 200
# Below this size no ratio is suspicious.
RATIO_FREE_BYTES: Final = 16 * 1024**2
_NESTED: Final = (".zip", ".7z", ".rar", ".tar", ".tgz")
_SYSTEM: Final = ("__MACOSX", ".DS_Store", "Thumbs.db")


def is_zip(path: Path) -> bool:
    """Whether the file begins as a zip archive does."""
    if not path.is_file():
        return False
    with path.open("rb") as raw:
        return raw.read(len(ZIP_MAGIC)) == ZIP_MAGIC


@contextmanager
def archives_unpacked(paths: list[Path]) -> Iterator[list[tuple[str, Path]]]:
    """The files with archives replaced by what they hold, each with the name for messages ("a.zip/b.gml").

    What was unpacked is deleted afterwards. Raises LoadError for an archive that is damaged or harmful.
    """
    with ExitStack() as stack:
        result: list[tuple[str, Path]] = []
        for path in paths:
            if not is_zip(path):
                result.append((path.name, path))
                continue
            directory = Path(stack.enter_context(TemporaryDirectory(prefix="flurpost-")))
            result += [
                (f"{path.name}/{name}", directory / name)
                for name in archive_unpack(path, directory)
            ]
        yield result


def archive_unpack(path: Path, directory: Path) -> list[str]:
    """Unpacks into the directory; the names of the files, sorted. LoadError says what is wrong with which member."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = _members(archive, path.name)
            for member in members:
                target = directory / member.filename
                target.parent.mkdir(parents=True, exist_ok=True)
                # Not more than the directory of the archive says comes out: zipfile stops there.
                with archive.open(member) as packed, target.open("wb") as unpacked:
                    shutil.copyfileobj(packed, unpacked, 1 << 20)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise LoadError("zip_damaged", file=path.name, cause=str(error)) from error
    return sorted(member.filename for member in members)


def _members(archive: zipfile.ZipFile, file: str) -> list[zipfile.ZipInfo]:
    infos = [info for info in archive.infolist() if not info.is_dir()]
    if len(infos) > MEMBERS_MAX:
        raise LoadError("zip_many_files", file=file, count=len(infos), most=MEMBERS_MAX)
    members: dict[str, zipfile.ZipInfo] = {}
    for info in infos:
        if cause := _refused(info):
            raise LoadError(cause, file=file, feature=info.filename)
        if info.filename in members:
            raise LoadError("zip_twice", file=file, feature=info.filename)
        if not set(PurePosixPath(info.filename).parts) & set(_SYSTEM):
            members[info.filename] = info
    size = sum(info.file_size for info in members.values())
    if size > UNPACKED_MAX_BYTES:
        raise LoadError("zip_large", file=file, size=size, most=UNPACKED_MAX_BYTES)
    if not members:
        raise LoadError("zip_empty", file=file)
    return list(members.values())


def _refused(info: zipfile.ZipInfo) -> Message | None:
    name = info.filename
    parts = PurePosixPath(name).parts
    if name.startswith("/") or ".." in parts or "\\" in name or ":" in name:
        return Message("zip_path")
    if stat.S_ISLNK(info.external_attr >> 16):
        return Message("zip_link")
    if info.flag_bits & 0x1:
        return Message("zip_encrypted")
    if name.lower().endswith(_NESTED):
        return Message("zip_nested")
    if info.file_size > max(RATIO_FREE_BYTES, RATIO_MAX * info.compress_size):
        return Message("zip_bomb", {"packed": info.compress_size, "size": info.file_size})
    return None
