"""Models of routing, by what they are about."""

from routing.models.authorities import Authority, AuthorityContact
from routing.models.decisions import Decision
from routing.models.deliveries import Delivery, DeliveryEvent
from routing.models.network import Agreement, Area, Asset, RoadPartArea, RoadSection, ThroughRoad
from routing.models.proposals import Proposal
from routing.models.rules import Rule, RuleSet

__all__ = [
    "Agreement",
    "Area",
    "Asset",
    "Authority",
    "AuthorityContact",
    "Decision",
    "Delivery",
    "DeliveryEvent",
    "Proposal",
    "RoadPartArea",
    "RoadSection",
    "Rule",
    "RuleSet",
    "ThroughRoad",
]
