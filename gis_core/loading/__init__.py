"""Loading geodata: source → batches of rows → staging table → difference → new edition, in one transaction."""

from gis_core.loading.service import LoadResult, Source, geodata_load

__all__ = ["LoadResult", "Source", "geodata_load"]
