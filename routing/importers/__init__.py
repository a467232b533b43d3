"""What of the network can be loaded: roads, parts of roads, through-road stretches, assets, areas, agreements."""

from routing.importers.datasets import datasets_register

__all__ = ["datasets_register"]
