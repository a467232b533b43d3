"""Parcel keys by the thousand. Where all have the usual form, their parts are cut out of one array of characters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from gis_core.datasets import RowError
from parcels.errors import ParcelKeyError
from parcels.keys import KEY_LENGTH, ParcelKey, parcel_key_parse, parcel_reference_parse

# Where the parts stand in a key: parcels.keys.
_DISTRICT: Final = slice(0, 6)
_FLUR: Final = slice(6, 9)
_NUMERATOR: Final = slice(9, 14)
_DENOMINATOR: Final = slice(14, 18)
_SEQUENCE: Final = slice(18, 20)
_ZERO: Final = ord("0")
_EMPTY: Final = ord("_") - _ZERO


@dataclass(frozen=True)
class KeyColumns:
    """Parcel keys of 20 characters and their parts, each as a column."""

    key: list[str]
    gemarkung_key: list[str]
    flur: list[int | None]
    numerator: list[int]
    denominator: list[int | None]


def key_columns(values: list[Any]) -> KeyColumns:
    """Keys in any of their spellings; RowError names the first invalid one."""
    texts = list(map(str, values))
    return _usual_read(texts) or _read(texts)


def _read(texts: list[str]) -> KeyColumns:
    """Keys in any of their spellings, one by one."""
    keys = []
    for row, text in enumerate(texts):
        try:
            keys.append(_key(text))
        except ParcelKeyError as error:
            raise RowError(row, "parcel_key", text=repr(text)) from error
    return KeyColumns(
        list(map(str, keys)),
        [key.gemarkung_key for key in keys],
        [key.flur for key in keys],
        [key.numerator for key in keys],
        [key.denominator for key in keys],
    )


def _key(text: str) -> ParcelKey:
    """A key, or what registers write instead ("055287-014-00123/4"), as far as it names the Land."""
    try:
        return parcel_key_parse(text)
    except ParcelKeyError:
        meant = parcel_reference_parse(text)
        if meant.land is None or meant.gemarkung is None:
            raise
        return ParcelKey(
            meant.land, meant.gemarkung, meant.flur, meant.numerator, meant.denominator
        )


def _usual_read(texts: list[str]) -> KeyColumns | None:
    """The parts of keys that are written in full, without a sequence; None where one is not."""
    whole = "".join(texts)
    if not whole.isascii() or set(map(len, texts)) != {KEY_LENGTH}:
        return None
    characters = np.frombuffer(whole.encode(), dtype=np.uint8).reshape(-1, KEY_LENGTH)
    digits = characters.astype(np.int32) - _ZERO
    flur, numerator = _number(digits[:, _FLUR]), _number(digits[:, _NUMERATOR])
    denominator = _number(digits[:, _DENOMINATOR])
    district = digits[:, _DISTRICT]
    usual = (
        ((district >= 0) & (district <= 9)).all()
        and (digits[:, _SEQUENCE] == _EMPTY).all()
        and 0 not in flur
        and 0 not in denominator
        and (numerator > 0).all()
    )
    if not usual:
        return None
    keys = [text[_DISTRICT] for text in texts]
    return KeyColumns(texts, keys, _optional(flur), numerator.tolist(), _optional(denominator))


def _number(digits: NDArray[np.int32]) -> NDArray[np.int32]:
    """The number that each row's digits make; -1 where all are underscores, 0 for anything else."""
    powers = 10 ** np.arange(digits.shape[1] - 1, -1, -1, dtype=np.int32)
    numbers = np.where(((digits >= 0) & (digits <= 9)).all(axis=1), digits @ powers, 0)
    return np.where((digits == _EMPTY).all(axis=1), -1, numbers)


def _optional(numbers: NDArray[np.int32]) -> list[int | None]:
    values: list[int | None] = numbers.tolist()
    return [None if value == -1 else value for value in values]
