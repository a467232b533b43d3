"""Checks of single texts: no control characters, no overlong values, e-mail and web addresses that can be ones."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from typing import Final
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from issues.errors import EmailInvalid, IssuesError, MediaUrlInvalid, TextNotClean, TextTooLong
from issues.models import Issue, Photo, Reporter
from issues.types import ReporterInput

DESCRIPTION_MAX: Final = 4000

# What XML 1.0 cannot carry: control characters except tab and line ends, surrogates, two non-characters.
XML_FORBIDDEN: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# What turns the direction of the words behind it, also of words that are not the sender's.
TURNING: Final = re.compile("[\u202a-\u202e\u2066-\u2069]")
UNSEEN: Final = re.compile(r"[\s\u200b-\u200f\u2060\ufeff]*")


class Problems(list[IssuesError]):
    """Collects what is wrong, so that the sender learns everything at once."""

    @contextmanager
    def collect(self) -> Iterator[None]:
        try:
            yield
        except IssuesError as error:
            self.extend(error.errors)


def text_checked(value: str, *, field: str, limit: int) -> str:
    """The text without blanks around it and without marks that turn its direction; "" where nothing can be seen.

    Raises `TextNotClean` or `TextTooLong` (characters).
    """
    text = TURNING.sub("", value).strip()
    if UNSEEN.fullmatch(text):
        return ""
    if XML_FORBIDDEN.search(text):
        raise TextNotClean(_("%(field)s holds control characters.") % {"field": field}, field=field)
    if len(text) > limit:
        raise TextTooLong(
            _("%(field)s has %(length)d characters; at most %(limit)d are possible.")
            % {"field": field, "length": len(text), "limit": limit},
            field=field,
        )
    return text


def field_length(model: type[Issue | Photo | Reporter], name: str) -> int:
    """The greatest length that the model's field can hold."""
    return int(getattr(model._meta.get_field(name), "max_length", 0))


def reporter_checked(reporter: ReporterInput, problems: Problems) -> dict[str, str]:
    """The given values by field name, blank ones left out."""
    checked: dict[str, str] = {}
    for field in fields(reporter):
        with problems.collect():
            value = text_checked(
                getattr(reporter, field.name),
                field=field.name,
                limit=field_length(Reporter, field.name),
            )
            if value and field.name == "email":
                _email_check(value)
            if value:
                checked[field.name] = value
    return checked


def email_checked(value: str) -> str:
    """One mail address; raises `EmailInvalid`, `TextNotClean` or `TextTooLong`."""
    address = text_checked(value, field="email", limit=field_length(Reporter, "email"))
    _email_check(address)
    return address


def _email_check(value: str) -> None:
    try:
        validate_email(value)
    except ValidationError as error:
        raise EmailInvalid(_("email is not an e-mail address."), field="email") from error


def media_url_checked(value: str) -> str:
    """An http or https address; where it leads is checked when the photo is fetched."""
    url = text_checked(value, field="media_url", limit=field_length(Photo, "source_url"))
    try:
        parts = urlsplit(url)
        usable = (
            parts.scheme in {"http", "https"}
            and bool(parts.hostname)
            and parts.username is None
            and parts.port != 0
            and not re.search(r"\s", url)
        )
    except ValueError:
        usable = False
    if not usable:
        raise MediaUrlInvalid(
            _("media_url is not an address that begins with http:// or https://."),
            field="media_url",
        )
    return url
