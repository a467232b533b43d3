"""Statements: stored by one, planned once, ended in time."""
