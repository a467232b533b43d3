"""What was agreed with an authority about its deadlines: the narrowest entry counts."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import Final

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from routing.models import Delivery, ResponseTerms

DEFAULTS: Final = Path(__file__).parent.parent / "defaults" / "response_terms.csv"


def terms_of(delivery: Delivery) -> ResponseTerms:
    """Of the contact and category, of the contact, of the category, of the city, else of the program (not stored)."""
    issue = delivery.decision.issue
    found = ResponseTerms.objects.filter(
        Q(contact=delivery.contact_id) | Q(contact=None),
        Q(category=issue.category_id) | Q(category=None),
        jurisdiction=issue.jurisdiction_id,
    )
    narrowest = found.order_by(
        F("contact").asc(nulls_last=True), F("category").asc(nulls_last=True)
    )
    return narrowest.first() or terms_default()


@cache
def terms_default() -> ResponseTerms:
    """What counts where a city has set nothing."""
    with DEFAULTS.open(encoding="utf-8", newline="") as file:
        [row] = csv.DictReader(file, delimiter=";", strict=True)
    return ResponseTerms(**{name: int(value) if value else None for name, value in row.items()})


@transaction.atomic
def terms_store(*, terms: ResponseTerms) -> ResponseTerms:
    """New or changed deadlines; they count at once, for what is under way as well. Raises ValidationError."""
    terms.full_clean()
    terms.save()
    _look_again(terms)
    return terms


@transaction.atomic
def terms_remove(*, terms: ResponseTerms) -> None:
    """From now on what is wider counts."""
    _look_again(terms)
    terms.delete()


def _look_again(terms: ResponseTerms) -> None:
    Delivery.objects.filter(
        watch_at__isnull=False, authority__jurisdiction=terms.jurisdiction_id
    ).update(watch_at=timezone.now())
