"""What the commands about rule sets are told: a jurisdiction, a version."""

from __future__ import annotations

from argparse import ArgumentTypeError
from datetime import date
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from gis_core.models import Jurisdiction
from routing.models import RuleSet
from routing.rulebook.listed import rule_set_in_effect


def arguments_add(parser: Any) -> None:
    parser.add_argument("--jurisdiction", required=True, help="identifier, e.g. castrop-rauxel.de")


def count_read(text: str) -> int:
    """The N of the newest N: a whole number from 1 on."""
    if not text.isascii() or not text.isdigit() or not int(text):
        raise ArgumentTypeError(f"{text!r} is no number from 1 on")
    return int(text)


def day_read(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text!r} is no day such as 2027-01-31") from error


def jurisdiction_named(identifier: str) -> Jurisdiction:
    try:
        return Jurisdiction.objects.get(identifier=identifier)
    except Jurisdiction.DoesNotExist as error:
        raise CommandError(f"There is no jurisdiction {identifier}.") from error


def rule_set_named(jurisdiction: Jurisdiction, version: int | None) -> RuleSet:
    """That version, or the one in effect today."""
    if version is None:
        found = rule_set_in_effect(jurisdiction, on=timezone.localdate())
        if found is None:
            raise CommandError(f"No rule set counts in {jurisdiction} today.")
        return found
    try:
        return RuleSet.objects.get(jurisdiction=jurisdiction, version=version)
    except RuleSet.DoesNotExist as error:
        raise CommandError(f"There is no rule set of version {version}.") from error
