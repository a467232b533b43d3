"""Readers of files that belong to the issues."""
