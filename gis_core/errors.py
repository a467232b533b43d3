"""Errors of gis_core. `str()` is English, for logs; `shown()` speaks the language of the reader."""

from __future__ import annotations

from typing import Any

from gis_core.messages import Message, Told


class GisError(Exception):
    """Base of all errors of gis_core."""

    def shown(self) -> str:
        """What to tell a person."""
        return str(self)


class CodedError(GisError):
    """An error that is a message: a code with parameters, or what another error said."""

    def __init__(self, message: Message | str, **params: Any) -> None:
        self.message = message if isinstance(message, Message) else Message(message, params)
        super().__init__(str(self.message))

    @property
    def told(self) -> Told:
        return Told(self.message)

    def shown(self) -> str:
        return self.told.shown()


class CoordinateError(CodedError):
    """A coordinate reference system is unknown, or coordinates do not fit the one that is named."""


class GeometryError(CodedError):
    """A geometry cannot be read or is not of the kind that is wanted."""


class LoadError(CodedError):
    """Geodata cannot be loaded; nothing was stored.

    It names the file, the feature where there is one, and the cause.
    """

    def __init__(
        self, message: Message | str, *, file: str = "", feature: str = "", **params: Any
    ) -> None:
        super().__init__(message, **params)
        self.file, self.feature = file, feature

    @property
    def told(self) -> Told:
        return Told(self.message, self.file, self.feature)

    def __str__(self) -> str:
        return str(self.told)


class RowsError(LoadError):
    """Rows of a batch cannot be stored; it names the first one. `rows` are their places, each with its message."""

    def __init__(
        self, rows: dict[int, Message], *, file: str, features: list[str], column: str = ""
    ) -> None:
        first = min(rows)
        super().__init__(rows[first], file=file, feature=features[first])
        self.rows, self.column = rows, column


class EditionError(CodedError):
    """An edition cannot be activated, rolled back or discarded; the message says why and what would help."""


class LoadCancelled(LoadError):
    """A person cancelled the load; what was read so far is kept and can be resumed or discarded."""
