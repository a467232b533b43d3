"""Batches into the staging tables of an edition."""
