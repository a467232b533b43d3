"""Administration: keys are kept here; issues are looked at only, services change them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from issues.models import ApiKey, Issue, IssueEvent, Photo


@admin.register(ApiKey)
class ApiKeyAdmin(admin.ModelAdmin):
    """Keys are made by the command create_api_key, which shows them once."""

    list_display = ["name", "jurisdiction", "is_active", "reports_per_minute", "created_at"]
    list_filter = ["jurisdiction", "is_active"]
    readonly_fields = ["jurisdiction", "created_at"]
    exclude = ["key_hash"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class LookOnly:
    """No adding, changing or deleting."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class PhotoInline(LookOnly, admin.TabularInline):
    model = Photo
    fk_name = "issue"
    fields = ["public_id", "status", "source_url", "refused_because", "is_released"]
    # Nothing is changed here, and a form would refuse the public identifier, which the model does not let anyone edit.
    readonly_fields = ["public_id", "status", "source_url", "refused_because", "is_released"]
    extra = 0


class IssueEventInline(LookOnly, admin.TabularInline):
    model = IssueEvent
    fields = ["at", "kind", "by", "detail"]
    extra = 0


@admin.register(Issue)
class IssueAdmin(LookOnly, admin.ModelAdmin):
    list_display = ["number", "category", "status", "received_at", "released_at", "channel"]
    list_filter = ["jurisdiction", "status", "channel", "category"]
    list_select_related = ["category"]
    search_fields = ["number", "description", "address_text"]
    exclude = ["content_hash", "sender_key"]
    inlines = [PhotoInline, IssueEventInline]
