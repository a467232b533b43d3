"""Rules in the shadow: they only propose until what people made of their decisions shows that they are right."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Final

from django.conf import settings
from django.core.cache import cache
from redis.exceptions import RedisError

from gis_core.models import Jurisdiction
from routing.models import Rule
from routing.rulebook.statistics import rule_precisions

logger = logging.getLogger(__name__)

# How long what was measured counts before it is measured again; every decision records what it was made with.
MEASURED_FOR_SECONDS: Final = 300


def precisions_demanded(rule_set_id: int) -> Mapping[str, Decimal]:
    """Rule → the precision it has to reach before it sends anything by itself; most rules have none."""
    found = Rule.objects.filter(rule_set_id=rule_set_id, precision_from__isnull=False)
    return {
        rule_id: wanted
        for rule_id, wanted in found.values_list("rule_id", "precision_from")
        if wanted is not None
    }


# For rule sets that are never edited any more.
precisions_demanded_kept: Final = lru_cache(maxsize=64)(precisions_demanded)


def rules_shadowed(jurisdiction_id: int, demanded: Mapping[str, Decimal]) -> tuple[str, ...]:
    """The ids of those rules that only propose at present, sorted.

    A rule leaves the shadow once people have judged SHADOW_SAMPLE of its decisions or more, over all
    versions of the rules, and the share that was right has reached what is demanded.
    """
    if not demanded:
        return ()
    measured = _measured(jurisdiction_id)
    return tuple(
        sorted(
            rule_id
            for rule_id, wanted in demanded.items()
            if not _has_proved(measured.get(rule_id, (0, 0)), wanted)
        )
    )


def _has_proved(measured: tuple[int, int], wanted: Decimal) -> bool:
    right, judged = measured
    return judged >= settings.SHADOW_SAMPLE and right >= wanted * judged


def _measured(jurisdiction_id: int) -> Mapping[str, tuple[int, int]]:
    key = f"rule_precisions:{jurisdiction_id}"
    try:
        known: Mapping[str, tuple[int, int]] | None = cache.get(key)
    except (RedisError, OSError) as error:
        logger.warning("precisions are measured anew, the cache cannot be reached: %s", error)
        known = None
    if known is None:
        known = rule_precisions(Jurisdiction.objects.get(pk=jurisdiction_id))
        try:
            cache.set(key, known, MEASURED_FOR_SECONDS)
        except (RedisError, OSError) as error:
            logger.warning("precisions are not kept, the cache cannot be reached: %s", error)
    return known
