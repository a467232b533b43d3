"""The answer as plain tables, whatever the service spoke."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Final

from gis_core.errors import CodedError
from gis_core.messages import Message

FEATURES_MAX: Final = 10
VALUES_MAX: Final = 60
VALUE_LENGTH: Final = 500
NAME_LENGTH: Final = 100
# Control characters, signs that turn the direction of writing, and half characters, which nothing can store.
_UNSHOWN: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)

Pair = tuple[str, str]


class InfoUnavailable(CodedError):
    """There is no answer that can be shown; the message says why."""


@dataclass(frozen=True)
class Feature:
    """An object at the place. `layer` may be empty; a name is empty where the service sent a line of prose."""

    layer: str
    values: tuple[Pair, ...]


@dataclass(frozen=True)
class FeatureInfo:
    """The objects in the service's order, and what was cut. Without objects there is nothing at the place.

    `media_type`: as what it was sent.
    """

    media_type: str
    features: tuple[Feature, ...]
    notes: tuple[Message, ...] = ()


@dataclass(frozen=True)
class Found:
    """An object as it was read: not cleaned, of any length."""

    layer: str
    values: list[Pair]


def info_of(found: Iterable[Found], *, media_type: str) -> FeatureInfo:
    """Cleaned and cut to what a person can read. Values without text are left out."""
    features: list[Feature] = []
    shortened = False
    is_more = False
    for one in found:
        pairs = [(_clean(name), _clean(value)) for name, value in one.values]
        told = [pair for pair in pairs if pair[1]]
        if not told:
            continue
        if len(features) == FEATURES_MAX:
            is_more = True
            break
        shortened |= len(told) > VALUES_MAX
        shortened |= any(len(text) > VALUE_LENGTH for _name, text in told)
        values = tuple(
            (name[:NAME_LENGTH], value[:VALUE_LENGTH]) for name, value in islice(told, VALUES_MAX)
        )
        features.append(Feature(_clean(one.layer)[:NAME_LENGTH], values))
    notes = []
    if is_more:
        notes.append(Message("info_cut_objects", {"most": FEATURES_MAX}))
    if shortened:
        notes.append(Message("info_cut_values"))
    return FeatureInfo(media_type, tuple(features), tuple(notes))


def _clean(text: str) -> str:
    """In one line, without signs that cannot be seen."""
    return " ".join(_UNSHOWN.sub(" ", text).split())
