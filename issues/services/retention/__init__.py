"""Erasing what is personal: by the city's periods, and because whoever reported asks for it (ADR 26)."""
