"""Loading geodata: source → batches of rows → staging tables → checks and difference; activation is a service."""

from gis_core.loading.sources import Source

__all__ = ["Source"]
