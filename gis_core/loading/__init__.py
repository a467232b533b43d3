"""Loading geodata: source → batches of rows → staging table → difference → new edition, in one transaction."""

from gis_core.loading.service import LoadResult, geodata_load
from gis_core.loading.sources import Source

__all__ = ["LoadResult", "Source", "geodata_load"]
