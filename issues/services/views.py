"""Saving a view of the queue, and removing it."""

from __future__ import annotations

from django.contrib.auth.models import User

from gis_core.models import Jurisdiction
from issues.models import SavedView


def view_save(
    *, jurisdiction: Jurisdiction, owner: User, name: str, query: str, is_shared: bool
) -> SavedView:
    """Keeps a filter under a name; one of the same owner and name is replaced."""
    saved, _made = SavedView.objects.update_or_create(
        jurisdiction=jurisdiction,
        owner=owner,
        name=name,
        defaults={"query": query, "is_shared": is_shared},
    )
    return saved


def view_remove(*, pk: int, owner: User) -> bool:
    """Removes a view of this owner; False where there is none."""
    removed, _kinds = SavedView.objects.filter(pk=pk, owner=owner).delete()
    return bool(removed)
