"""What people see: Folium maps, triage, public pages, administration of geodata."""
