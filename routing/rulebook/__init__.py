"""Rule sets: read from files, drafted, edited, activated and taken back."""

from routing.rulebook.activation import rule_set_activate, rule_set_retire
from routing.rulebook.drafts import (
    content_completed,
    draft_create,
    draft_describe,
    draft_discard,
    draft_import,
    prior_delete,
    prior_store,
    rule_delete,
    rule_store,
    threshold_delete,
    threshold_store,
)
from routing.rulebook.loading import authorities_load, rule_set_load
from routing.rulebook.reading import content_read, csv_rows, rules_read

__all__ = [
    "authorities_load",
    "content_completed",
    "content_read",
    "csv_rows",
    "draft_create",
    "draft_describe",
    "draft_discard",
    "draft_import",
    "prior_delete",
    "prior_store",
    "rule_delete",
    "rule_set_activate",
    "rule_set_load",
    "rule_set_retire",
    "rule_store",
    "rules_read",
    "threshold_delete",
    "threshold_store",
]
