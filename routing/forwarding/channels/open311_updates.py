"""What an Open311 receiver says of our requests, and what it is told of them.

Beside the lists of GeoReport v2 there are `updated_after` (CitySDK) and `servicerequestupdates`, the extension that
FixMyStreet and its adapter speak: https://github.com/mysociety/fixmystreet/wiki/Open311-FMS---Complete-Spec.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import models
from django.utils import timezone
from django.utils.translation import pgettext_lazy

from routing.forwarding.channels.base import Foreign
from routing.forwarding.channels.open311_answers import WRAPPERS, record_text
from routing.forwarding.channels.open311_endpoint import Endpoint
from routing.forwarding.channels.open311_statuses import status_meaning
from routing.outbox.receipts import DeliveryDelayed, DeliveryRefused, DeliveryShut, told_plainly

UPDATES: Final = "servicerequestupdates"
UPDATE_WRAPPERS: Final = ("service_request_updates", "request_updates", "request_update")
# Numbers in one address, and so many that the receiver left out are asked for one by one.
NUMBERS: Final = 50
SINGLES: Final = 50
# Of a list: 25,000 entries of a receiver that shows 50 on a page.
PAGES_MAX: Final = 500
# A window of GeoReport has 90 days at most.
WINDOW: Final = timedelta(days=89)
TEXT_MAX: Final = 4000


class AnswersBy(models.TextChoices):
    """How a receiver's answers are read."""

    NUMBERS = "numbers", pgettext_lazy("channel", "state of each report, by its number")
    CHANGES = "changes", pgettext_lazy("channel", "reports changed since (updated_after)")
    UPDATES = "updates", pgettext_lazy("channel", "updates, both ways (servicerequestupdates)")
    NEVER = "never", pgettext_lazy("channel", "not at all")


def answers_read(
    endpoint: Endpoint, *, since: datetime, until: datetime, numbers: Collection[str]
) -> Iterator[Foreign]:
    """What the receiver says of these requests, the whole of it; raises DeliveryDelayed or DeliveryRefused."""
    match AnswersBy(endpoint.settings.get("answers_by", AnswersBy.NUMBERS)):
        case AnswersBy.NUMBERS:
            yield from _states(endpoint, _by_number(endpoint, sorted(numbers)))
        case AnswersBy.CHANGES:
            for start, end in _windows(since, until):
                span = {"updated_after": start, "updated_before": end, "status": "open,closed"}
                yield from _states(endpoint, _pages(endpoint, "requests", **span))
        case AnswersBy.UPDATES:
            for start, end in _windows(since, until):
                span = {"start_date": start, "end_date": end}
                for record in _pages(endpoint, UPDATES, **span):
                    yield _update(endpoint, record)
        case AnswersBy.NEVER:
            return


def update_post(
    endpoint: Endpoint, *, number: str, update_id: str, text: str, is_closed: bool
) -> bool:
    """Tells the receiver something new of a request; False: it takes no updates.

    `update_id` is the same for every attempt. Raises DeliveryDelayed or DeliveryRefused.
    """
    form = {
        "service_request_id": number,
        "update_id": update_id,
        "updated_datetime": _moment(timezone.now()),
        "status": "CLOSED" if is_closed else "OPEN",
        "description": text[:TEXT_MAX],
    }
    try:
        endpoint.form_post(UPDATES, form)
    except DeliveryShut as error:
        if error.status in {404, 405}:
            return False
        raise
    return True


def _windows(since: datetime, until: datetime) -> Iterator[tuple[str, str]]:
    while since < until:
        end = min(since + WINDOW, until)
        yield _moment(since), _moment(end)
        since = end


def _moment(moment: datetime) -> str:
    return moment.astimezone(tz=timezone.get_default_timezone()).isoformat(timespec="seconds")


def _by_number(endpoint: Endpoint, numbers: Sequence[str]) -> Iterator[dict[str, Any]]:
    """The records of these numbers; a receiver that takes one number at a time is asked so."""
    missing: list[str] = []
    for first in range(0, len(numbers), NUMBERS):
        asked = numbers[first : first + NUMBERS]
        try:
            records = endpoint.items(
                "requests", "request", WRAPPERS, service_request_id=",".join(asked)
            )
        except (DeliveryRefused, DeliveryShut):
            records = []
        yield from records
        there = {record_text(one, "service_request_id") for one in records}
        missing += [one for one in asked if one not in there]
    for number in missing[:SINGLES]:
        try:
            record = endpoint.request_get(number)
        except (DeliveryRefused, DeliveryShut):
            # One that the receiver shows no more, or not yet.
            continue
        if record:
            yield record


def _pages(endpoint: Endpoint, path: str, **parameters: str) -> Iterator[dict[str, Any]]:
    """All records of a list. A receiver that knows no pages refuses the second, or gives the first one again."""
    name, wrappers = (
        ("request_update", UPDATE_WRAPPERS) if path == UPDATES else ("request", WRAPPERS)
    )
    seen: set[str] = set()
    for page in range(1, PAGES_MAX + 1):
        more = {"page": str(page)} if page > 1 else {}
        try:
            records = endpoint.items(path, name, wrappers, **parameters, **more)
        except (DeliveryRefused, DeliveryShut):
            if page > 1:
                return
            raise
        new = [one for one in records if _identity(one) not in seen]
        if not new:
            return
        seen |= {_identity(one) for one in new}
        yield from new
    raise DeliveryDelayed(f"its list of {path} has no end")


def _identity(record: dict[str, Any]) -> str:
    names = ("update_id", "service_request_id", "updated_datetime", "status", "description")
    return "|".join(record_text(record, name) for name in names)


def _states(endpoint: Endpoint, records: Iterator[dict[str, Any]]) -> Iterator[Foreign]:
    for record in records:
        status = _status(record)
        if not status:
            continue
        notes = told_plainly(record_text(record, "status_notes"))
        digest = hashlib.blake2b(f"{status}|{notes}".encode(), digest_size=12).hexdigest()
        yield Foreign(
            number=record_text(record, "service_request_id"),
            meaning=status_meaning(status, endpoint.settings.get("statuses", {})),
            status=status,
            text=notes,
            at=moment_read(record_text(record, "updated_datetime")),
            mark=f"state {digest}",
            is_state=True,
        )


def _update(endpoint: Endpoint, record: dict[str, Any]) -> Foreign:
    status = _status(record)
    at = moment_read(record_text(record, "updated_datetime"))
    text, photo_url = (
        record_text(record, "description")[:TEXT_MAX],
        record_text(record, "media_url"),
    )
    # An update without a name is known by what it says.
    name = record_text(record, "update_id") or f"{at}|{status}|{text}|{photo_url}"
    digest = hashlib.blake2b(name.encode(), digest_size=12).hexdigest()
    return Foreign(
        number=record_text(record, "service_request_id"),
        meaning=status_meaning(status or "open", endpoint.settings.get("statuses", {})),
        status=status,
        text=text,
        at=at,
        mark=f"update {digest}",
        photo_url=photo_url,
    )


def _status(record: dict[str, Any]) -> str:
    """The finer status of CitySDK where there is one."""
    extended = record.get("extended_attributes")
    fine = record_text(extended, "detailed_status") if isinstance(extended, dict) else ""
    found = fine or record_text(record, "detailed_status") or record_text(record, "status")
    return told_plainly(found)[:100]


def moment_read(text: str) -> datetime | None:
    """A moment as receivers write it; without a zone it is the installation's. None for what is none."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else timezone.make_aware(moment)
