"""Deliveries leave the house: built, sent through a channel, recorded."""
