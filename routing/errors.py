"""Errors of routing; all share one base."""

from __future__ import annotations


class RoutingError(Exception):
    """Base of everything that goes wrong in routing."""


class RuleSetError(RoutingError):
    """A rule set that cannot be used; the message names the rule and what is wrong with it."""
