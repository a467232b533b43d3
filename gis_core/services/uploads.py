"""Uploaded sources. They stream to disk, piece by piece, and lie there until their edition is done with.

Each upload has a directory of its own below `settings.UPLOAD_ROOT`; nothing of a name that came from outside
but its last part, made harmless, becomes part of a path.
"""

from __future__ import annotations

import shutil
import tempfile
import time
import uuid
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest
from django.utils.text import get_valid_filename

from gis_core.models import Edition

# The parts of a shapefile that are read through its .shp.
_COMPANIONS: Final = {".dbf", ".shx", ".prj", ".cpg", ".qix", ".sbn", ".sbx"}
_NAME_LENGTH: Final = 120
_INCOMING: Final = "incoming-"
_STALE_SECONDS: Final = 24 * 3600


class UploadTooLarge(StopUpload):
    """All files of one request together have more bytes than the installation allows."""


class StreamedUpload(UploadedFile):  # type: ignore[type-arg]  # generic in the stubs only
    """A file that was written where it will stay on the same disk, so that keeping it is a renaming."""

    def __init__(self, file: Any, name: str, content_type: str, size: int) -> None:
        super().__init__(file, name, content_type, size)
        self.path = Path(file.name)


class StreamingHandler(FileUploadHandler):
    """Writes each file to UPLOAD_ROOT while it arrives; a broken or refused upload leaves nothing behind."""

    chunk_size = 1 << 20

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self._written = 0
        self._files: list[Any] = []

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        root = upload_root()
        self._files.append(
            # Closed by Django with the request; removed there unless upload_keep() took it.
            tempfile.NamedTemporaryFile(dir=root, prefix=_INCOMING, delete=False)  # noqa: SIM115
        )

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self._written += len(raw_data)
        if self._written > settings.UPLOAD_MAX_BYTES:
            self._remove()
            raise UploadTooLarge(connection_reset=True)
        self._files[-1].write(raw_data)

    def file_complete(self, file_size: int) -> StreamedUpload:
        self._files[-1].flush()
        self._files[-1].seek(0)
        return StreamedUpload(
            self._files[-1], str(self.file_name), str(self.content_type), file_size
        )

    def upload_interrupted(self) -> None:
        self._remove()

    def _remove(self) -> None:
        for file in self._files:
            file.close()
            Path(file.name).unlink(missing_ok=True)


def upload_root() -> Path:
    root = Path(settings.UPLOAD_ROOT)
    root.mkdir(parents=True, exist_ok=True)
    return root


def upload_keep(files: Iterable[StreamedUpload]) -> list[Path]:
    """Moves the files into one new directory; returns the sources among them (a shapefile is its .shp)."""
    directory = upload_root() / uuid.uuid4().hex
    directory.mkdir()
    kept: list[Path] = []
    for file in files:
        target = _free(directory, file.name or "")
        file.path.rename(target)
        kept.append(target)
    shapes = {path.stem for path in kept if path.suffix.lower() == ".shp"}
    return [
        path
        for path in sorted(kept)
        if path.suffix.lower() not in _COMPANIONS or path.stem not in shapes
    ]


def upload_fetch(fetch: Callable[[Path], Path]) -> Path:
    """Keeps the one file that `fetch` writes into the directory it is given; a failure leaves nothing behind."""
    with tempfile.TemporaryDirectory(dir=upload_root(), prefix=_INCOMING) as folder:
        fetched = fetch(Path(folder) / "files")
        directory = upload_root() / uuid.uuid4().hex
        directory.mkdir()
        return fetched.rename(_free(directory, fetched.name))


def _free(directory: Path, name: str) -> Path:
    harmless = get_valid_filename(Path(name).name or "upload").lstrip(".")[-_NAME_LENGTH:]
    target = directory / (harmless or "upload")
    while target.exists():
        target = target.with_name(f"_{target.name}")
    return target


def upload_drop(files: Iterable[UploadedFile[Any]]) -> None:
    """Removes what arrived but was not wanted."""
    for file in files:
        if isinstance(file, StreamedUpload):
            file.path.unlink(missing_ok=True)


def incoming_remove_stale() -> None:
    """Removes uploads that a killed server, and fetched files that a killed worker, left unfinished."""
    for path in upload_root().glob(f"{_INCOMING}*"):
        if path.stat().st_mtime < time.time() - _STALE_SECONDS:
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


def uploads_remove(edition: Edition) -> None:
    """Removes what was uploaded for an edition; files from elsewhere stay where they are."""
    for source in edition.request.get("sources", []):
        upload_remove(Path(source.get("path") or ""))


def upload_remove(path: Path) -> None:
    """Removes the upload that the file belongs to; a file from elsewhere stays where it is."""
    directory = path.resolve().parent
    if directory.parent == upload_root().resolve():
        shutil.rmtree(directory, ignore_errors=True)
