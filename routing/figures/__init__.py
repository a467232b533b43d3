"""Figures of a city's reports: what is open, what happened by month, where it lies."""

from routing.figures.reading import (
    Happened,
    Open,
    Place,
    Scope,
    Told,
    figures_by_month,
    figures_by_place,
    figures_open,
    figures_public,
)

__all__ = [
    "Happened",
    "Open",
    "Place",
    "Scope",
    "Told",
    "figures_by_month",
    "figures_by_place",
    "figures_open",
    "figures_public",
]
