"""A citizen reports: four steps, and the private page of whoever reported."""
