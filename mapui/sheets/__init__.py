"""The evidence sheet: one issue on A4 as PDF and PNG, with a map at a true scale."""
