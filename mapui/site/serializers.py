"""Issues as GeoJSON features. The public one is a whitelist: what is not named here does not leave the house."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from rest_framework import serializers
from rest_framework_gis.fields import GeoJsonDict, GeometryField
from rest_framework_gis.serializers import GeoFeatureModelSerializer

from gis_core.models import Jurisdiction
from issues.models import Issue
from issues.public_view import PublicIssue, public_view
from mapui.site.issues import authorities_by_pk
from routing.deciding.in_force import agency_names
from routing.enums import Outcome


class PlaceField(GeometryField):
    """A point in WGS84; None for what nobody has placed yet: the list shows it, a map cannot. What is public has a
    place."""

    def get_attribute(self, instance: Issue | PublicIssue) -> Issue | PublicIssue:
        return instance

    def to_representation(self, value: Issue | PublicIssue) -> GeoJsonDict | None:
        if isinstance(value, Issue) and not value.is_placed:
            return None
        return GeoJsonDict(type="Point", coordinates=[value.longitude, value.latitude])


class IssueFeatureSerializer(GeoFeatureModelSerializer):
    """What both maps show."""

    geometry = PlaceField()
    category = serializers.CharField(source="category.name")
    state = serializers.CharField(source="status")
    state_text = serializers.CharField(source="get_status_display")
    day = serializers.SerializerMethodField()
    pictogram = serializers.CharField(source="category.pictogram")
    grid = serializers.SerializerMethodField()
    url = serializers.SerializerMethodField()

    class Meta:
        model = Issue
        id_field = "number"
        geo_field = "geometry"
        fields: tuple[str, ...] = (
            "number",
            "category",
            "state",
            "state_text",
            "day",
            "pictogram",
            "grid",
            "url",
        )

    @classmethod
    def features(
        cls, issues: Sequence[Issue], jurisdiction: Jurisdiction | None
    ) -> list[dict[str, Any]]:
        """The features of issues that were read together; no number of queries depends on that of issues."""
        context = cls.context_for(issues, jurisdiction)
        features: list[dict[str, Any]] = cls(issues, many=True, context=context).data["features"]
        return features

    @staticmethod
    def context_for(
        issues: Sequence[Issue], jurisdiction: Jurisdiction | None
    ) -> Mapping[str, Any]:
        """What the fields need to know of all issues together, in one query."""
        raise NotImplementedError

    def get_day(self, issue: Issue | PublicIssue) -> str:
        """The day only: an hour would tell when somebody was where."""
        return date_format(timezone.localtime(issue.received_at), "SHORT_DATE_FORMAT")

    def get_grid(self, issue: Any) -> list[int | None]:
        """Column and row of the place on the grid: which mark or cluster of the map is the issue's."""
        return [issue.grid_x, issue.grid_y]

    def get_url(self, issue: Any) -> str:
        return reverse("public_issue", args=[issue.number])


class PublicIssueSerializer(IssueFeatureSerializer):
    """A part of the public view; its text, address and photos stand on the issue's own page.

    The issues come with category and closing reason.
    """

    category = serializers.CharField()
    title = serializers.CharField()
    state_text = serializers.CharField(source="status_text")
    pictogram = serializers.CharField()
    authority = serializers.CharField()
    note = serializers.CharField()
    accuracy_m = serializers.ReadOnlyField()

    class Meta(IssueFeatureSerializer.Meta):
        fields = (*IssueFeatureSerializer.Meta.fields, "title", "authority", "note", "accuracy_m")

    @staticmethod
    def context_for(
        issues: Sequence[Issue], _jurisdiction: Jurisdiction | None
    ) -> Mapping[str, Any]:
        return {"agencies": agency_names([issue.pk for issue in issues])}

    def to_representation(self, instance: Any) -> Any:
        """Nothing but the public view ever reaches the fields."""
        agency = self.context["agencies"].get(instance.pk, "")
        return super().to_representation(public_view(instance, authority=agency))


class TriageIssueSerializer(IssueFeatureSerializer):
    authority = serializers.SerializerMethodField()
    code = serializers.SerializerMethodField()
    kind = serializers.SerializerMethodField()
    released = serializers.SerializerMethodField()

    class Meta(IssueFeatureSerializer.Meta):
        fields = (*IssueFeatureSerializer.Meta.fields, "authority", "code", "kind", "released")

    @staticmethod
    def context_for(
        _issues: Sequence[Issue], jurisdiction: Jurisdiction | None
    ) -> Mapping[str, Any]:
        return {"authorities": authorities_by_pk(jurisdiction)}

    def _authority(self, issue: Any) -> Any:
        if issue.outcome != Outcome.ASSIGNED:
            return None
        return self.context["authorities"].get(issue.authority_pk)

    def get_url(self, issue: Issue) -> str:
        return reverse("triage_issue", args=[issue.number])

    def get_kind(self, issue: Issue) -> str:
        authority = self._authority(issue)
        return authority.kind if authority else ""

    def get_authority(self, issue: Issue) -> str:
        authority = self._authority(issue)
        return authority.name if authority else ""

    def get_code(self, issue: Issue) -> str:
        authority = self._authority(issue)
        return authority.code if authority else ""

    def get_released(self, issue: Issue) -> bool:
        return issue.released_at is not None and issue.category.is_public
