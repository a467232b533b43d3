"""Models of routing, by what they are about."""

from routing.models.answers import ServiceAnswer
from routing.models.authorities import Authority, AuthorityContact, Breaker, ContactSync
from routing.models.clarifications import Clarification
from routing.models.clearing import ClearingMail
from routing.models.contradictions import Contradiction
from routing.models.decisions import Decision
from routing.models.deliveries import GONE_OUT, Delivery, DeliveryEvent, ReporterNotice
from routing.models.digests import Digest
from routing.models.ground import GroundCoverage, GroundRow
from routing.models.network import (
    Agreement,
    Area,
    Asset,
    RailTrack,
    RoadPartArea,
    RoadSection,
    ThroughRoad,
)
from routing.models.probes import ContactProbe
from routing.models.proposals import Proposal
from routing.models.rules import Prior, Rule, RuleSet, Threshold
from routing.models.terms import ResponseTerms
from routing.models.trials import GoldenCase, Trial, TrialChange, TrialChunk

__all__ = [
    "GONE_OUT",
    "Agreement",
    "Area",
    "Asset",
    "Authority",
    "AuthorityContact",
    "Breaker",
    "Clarification",
    "ClearingMail",
    "ContactProbe",
    "ContactSync",
    "Contradiction",
    "Decision",
    "Delivery",
    "DeliveryEvent",
    "Digest",
    "GoldenCase",
    "GroundCoverage",
    "GroundRow",
    "Prior",
    "Proposal",
    "RailTrack",
    "ReporterNotice",
    "ResponseTerms",
    "RoadPartArea",
    "RoadSection",
    "Rule",
    "RuleSet",
    "ServiceAnswer",
    "Threshold",
    "ThroughRoad",
    "Trial",
    "TrialChange",
    "TrialChunk",
]
