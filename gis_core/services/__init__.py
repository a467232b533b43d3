"""What changes jurisdictions and editions of geodata."""

from gis_core.services.jurisdictions import jurisdiction_boundary_refresh, jurisdiction_save

__all__ = ["jurisdiction_boundary_refresh", "jurisdiction_save"]
