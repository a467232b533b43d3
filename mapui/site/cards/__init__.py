"""Parcels and decisions prepared for reading."""
