"""Asking services and servers of files: with patience, and only where it may be asked."""
