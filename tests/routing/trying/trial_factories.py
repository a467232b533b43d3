"""Many reports at drawn places, and drafts of rules to try on them."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.gis.geos import Point
from django.utils import timezone

from gis_core.coordinates import storage_to_wgs84
from gis_core.models import Jurisdiction
from issues.enums import Channel
from issues.models import Category, Issue
from routing.enums import RuleSetStatus
from routing.models import RuleSet, Trial
from tests.gis_core.geodata_factories import EAST, NORTH

CATEGORIES = ("WASTE_DUMP", "RATS", "GRAFFITI", "PARK_BENCH")


def issues_make(city: Jurisdiction, count: int) -> list[Issue]:
    """Undecided reports in turn on parcels 1 to 4, of several categories and accuracies."""
    categories = {one.code: one for one in Category.objects.filter(jurisdiction=city)}
    first = Issue.objects.count()
    now = timezone.now()
    made = []
    for n in range(first, first + count):
        x, y = EAST + 40 * (1 + n % 4) + 5 + n % 7, NORTH + 5 + n % 11
        longitude, latitude = storage_to_wgs84(x, y)
        made.append(
            Issue(
                jurisdiction=city,
                category=categories[CATEGORIES[n % len(CATEGORIES)]],
                number=f"CR-2026-{n:06d}",
                point=Point(x, y, srid=25832),
                latitude=latitude,
                longitude=longitude,
                accuracy_m=(0.0, 3.0, 30.0)[n % 3],
                channel=Channel.STAFF,
                sender_key=f"many-{n}",
                content_hash=b"0" * 32,
                received_at=now + timedelta(seconds=n),
                status_changed_at=now,
            )
        )
    return Issue.objects.bulk_create(made)


def draft_make(city: Jurisdiction, **bodies: str) -> RuleSet:
    """The active rules as a draft, with other bodies by rule id."""
    active = RuleSet.objects.get(jurisdiction=city, status=RuleSetStatus.ACTIVE)
    rules, rows = list(active.rules.all()), [*active.thresholds.all(), *active.priors.all()]
    draft = RuleSet.objects.create(
        jurisdiction=city,
        version=RuleSet.objects.filter(jurisdiction=city).count() + 1,
        source="drawn",
        drafted_from=active,
        assign_from=active.assign_from,
        assign_margin=active.assign_margin,
    )
    for rule in rules:
        rule.pk, rule.rule_set = None, draft
        rule.body = bodies.get(rule.rule_id, rule.body)
    draft.rules.bulk_create(rules)
    for row in rows:
        row.pk, row.rule_set = None, draft
        row.save()
    return draft


def found(trial: Trial) -> list[tuple]:
    """All that a trial found, without its own ids."""
    return list(
        trial.changes.order_by("issue_id").values_list(
            "issue_id",
            "from_body",
            "from_rule",
            "from_outcome",
            "to_body",
            "to_rule",
            "to_outcome",
            "to_explained",
        )
    )
