"""What the program says about geodata: a code with parameters is kept, words are made of it for who reads.

A message is stored and sent as JSON, so that a German page and an English command tell the same, whatever language the
process spoke that met the cause. Each app registers its texts; `gis_core.texts` holds those of this one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.utils.formats import localize
from django.utils.translation import gettext

from gis_core.dataset_names import dataset_label
from gis_core.enums import EditionStatus
from gis_core.texts import TEXTS

_LINE: Final = re.compile(r"^line (\d+)$")
_texts: dict[str, str] = dict(TEXTS)


def feature_shown(feature: str) -> str:
    """A feature's name in the active language: lines of a table are called so in each, all else is a proper name."""
    match = _LINE.match(feature)
    return gettext("line %(number)s") % {"number": match[1]} if match else feature


# Parameters whose values are codes of the program, and what people call them.
_LABELS: Final[dict[str, Callable[[str], str]]] = {
    "dataset": dataset_label,
    "status": lambda status: str(EditionStatus(status).label),
    "feature": feature_shown,
    "features": feature_shown,
}


def messages_register(texts: Mapping[str, str]) -> None:
    """Makes codes known, with their English texts: msgids whose parameters are "%(name)s"."""
    _texts.update(texts)


def message_texts() -> dict[str, str]:
    """All codes with their English texts."""
    return dict(_texts)


@dataclass(frozen=True)
class Message:
    """A code and its parameters. Values are what JSON knows, messages, or lists of either.

    `str()` is English, for logs and for what is stored beside; `shown()` speaks the language of the reader.
    """

    code: str
    params: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        # A code that nobody knows is a mistake of the program, found where it is made.
        _ = str(self)

    def __str__(self) -> str:
        return _texts[self.code] % {name: _plain(value) for name, value in self.params.items()}

    def shown(self) -> str:
        """The text in the active language."""
        return gettext(_texts[self.code]) % {
            name: _shown(name, value) for name, value in self.params.items()
        }

    def as_json(self) -> dict[str, Any]:
        return {"code": self.code, "params": _json(self.params)}


def message_from_json(values: Mapping[str, Any]) -> Message | None:
    """The inverse of Message.as_json(); None for a code that is not known any more, or takes other parameters."""
    params = {name: _from_json(value) for name, value in values.get("params", {}).items()}
    try:
        return Message(values.get("code", ""), params)
    except KeyError:
        return None


@dataclass(frozen=True)
class Told:
    """A message with the file and the feature it is about ("" for none)."""

    message: Message
    file: str = ""
    feature: str = ""

    def __str__(self) -> str:
        return self._joined(str(self.message))

    def shown(self) -> str:
        return self._joined(self.message.shown(), feature_shown(self.feature))

    def _joined(self, text: str, feature: str | None = None) -> str:
        named = self.feature if feature is None else feature
        return ": ".join(part for part in (self.file, named, text) if part)

    def as_json(self) -> dict[str, Any]:
        """As it is stored: with the English text, for the day on which the code is no longer known."""
        named = {"file": self.file, "feature": self.feature, "text": str(self)}
        return {**self.message.as_json(), **{name: text for name, text in named.items() if text}}


def told_from_json(values: Mapping[str, Any]) -> Told | None:
    """The inverse of Told.as_json(); None as message_from_json()."""
    message = message_from_json(values)
    if message is None:
        return None
    return Told(message, values.get("file", ""), values.get("feature", ""))


def told_text(values: Mapping[str, Any] | str) -> str:
    """What is stored of a message in the active language; what was stored as words before, as it is."""
    if isinstance(values, str):
        return values
    told = told_from_json(values)
    return told.shown() if told else str(values.get("text", ""))


def _plain(value: Any) -> str:
    if isinstance(value, list | tuple):
        return _separator(value).join(map(str, value))
    return str(value)


def _shown(name: str, value: Any) -> str:
    if isinstance(value, Message):
        return value.shown()
    if isinstance(value, list | tuple):
        return _separator(value).join(_shown(name, one) for one in value)
    if isinstance(value, float):
        return str(localize(value))
    label = _LABELS.get(name)
    return label(value) if label and isinstance(value, str) else str(value)


def _separator(values: list[Any] | tuple[Any, ...]) -> str:
    return "; " if any(isinstance(value, Message) for value in values) else ", "


def _json(value: Any) -> Any:
    return _mapped(
        value, lambda one: {"message": one.as_json()} if isinstance(one, Message) else one
    )


def _from_json(value: Any) -> Any:
    if isinstance(value, Mapping) and set(value) == {"message"}:
        return message_from_json(value["message"]) or ""
    return [_from_json(one) for one in value] if isinstance(value, list) else value


def _mapped(value: Any, make: Callable[[Any], Any]) -> Any:
    if isinstance(value, Mapping):
        return {name: _mapped(one, make) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_mapped(one, make) for one in value]
    return make(value)
