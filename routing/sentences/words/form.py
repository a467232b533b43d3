"""What every language has to say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one language."""

    assigned: str
    because: str
    because_elsewhere: str
    other_parcel: str
    doubtful: str
    numbered: str
    share: str
    percent: str
    percent_low: str
    percent_high: str
    by_person: str
    no_rule_names: str
    more: str
    why_checked: str
    nobody: str
    wants_triage: str
    no_rules: str
    basis: str
    parcel: str
    on_numbered: str
    by_numbered: str
    on_street: str
    in_street: str
    in_neighbour: str
    nowhere: str
    two_levels: str
    bridge: Mapping[str, str]
    road_class: Mapping[str, str]
    staatsstrasse: str
    no_class: str
    lies: str
    supposed: str
    supposed_alone: str
    part: Mapping[str, str]
    about_part: str
    owner: Mapping[str, str]
    of_parcel: str
    of_road: str
    everywhere: str
    and_: str
    not_: str
    reported: str
    flur: str
    through_road: Mapping[str, str]
    built_up: Mapping[str, str]
    usage: Mapping[str, str]
    doubts: Mapping[str, str]
    datasets: Mapping[str, str]
    columns: Mapping[str, str]
    asked_clear: str
    asked_municipality: str
    asked_unclear: str
    asked_nobody: str
    column_fails: str
    condition_fails: str
    body_unresolved: str
    body_lapsed: str
    asked_back: str
    asks_reporter: str
    no_contact: str
    person_decided: str
    refused: str
    refused_naming: str
    refused_sent: str
    refused_next: str
    refused_unnamed: str
    refused_open: str
    refused_again: str
    refused_public: str
    clearing: str
    no_clearing: str
    or_: str
