"""OGC API Features (`mapui.features`). The names are those of the standard."""

from __future__ import annotations

from typing import Any, Final

from rest_framework import serializers

from config.openapi.describing import GEOJSON, JSON, Operation, in_path, in_query, problems
from mapui.features.asked import LIMIT, LIMIT_MAX

CITY: Final = in_path("jurisdiction", "Its identifier.")
COLLECTION: Final = in_path("collection", "Its id: issues, staff-issues or a dataset.")
CRS: Final = in_query("crs", "The address of a coordinate reference system of the collection.")
LANDING: Final = "api/ogc/{jurisdiction}"
ROOT: Final = f"{LANDING}/"
COLLECTIONS: Final = f"{ROOT}collections"
FAULTS: Final = problems(401, 404, 429)


class Link(serializers.Serializer[Any]):
    rel = serializers.CharField()
    href = serializers.CharField()
    type = serializers.CharField()
    title = serializers.CharField(required=False)


class Landing(serializers.Serializer[Any]):
    title = serializers.CharField()
    links = Link(many=True)


class Conformance(serializers.Serializer[Any]):
    conformsTo = serializers.ListField(child=serializers.CharField())  # noqa: N815


class Collection(serializers.Serializer[Any]):
    """`description`: licence and attribution."""

    id = serializers.CharField()
    title = serializers.CharField()
    description = serializers.CharField(allow_blank=True)
    attribution = serializers.CharField(allow_blank=True)
    extent = serializers.DictField()
    itemType = serializers.CharField()  # noqa: N815
    crs = serializers.ListField(child=serializers.CharField())
    storageCrs = serializers.CharField()  # noqa: N815
    links = Link(many=True)


class Collections(serializers.Serializer[Any]):
    links = Link(many=True)
    collections = Collection(many=True)
    crs = serializers.ListField(child=serializers.CharField())


class FeatureItem(serializers.Serializer[Any]):
    type = serializers.ChoiceField(["Feature"])
    id = serializers.CharField()
    geometry = serializers.DictField(allow_null=True)
    properties = serializers.DictField()
    links = Link(many=True, required=False)


class FeaturePage(serializers.Serializer[Any]):
    """A page; the link `next` leads to the one behind it."""

    type = serializers.ChoiceField(["FeatureCollection"])
    links = Link(many=True)
    numberMatched = serializers.IntegerField()  # noqa: N815
    numberReturned = serializers.IntegerField()  # noqa: N815
    features = FeatureItem(many=True)


OPERATIONS: Final = (
    Operation(
        "features_landing",
        LANDING,
        {
            "summary": "OGC API Features: where everything is",
            "parameters": [CITY],
            "responses": {(200, JSON): Landing, **FAULTS},
        },
    ),
    Operation(
        "features_conformance",
        f"{ROOT}conformance",
        {
            "summary": "The classes of the standard that are kept",
            "parameters": [CITY],
            "responses": {(200, JSON): Conformance, **FAULTS},
        },
    ),
    Operation(
        "features_collections",
        COLLECTIONS,
        {
            "summary": "What is offered: public reports; to staff by their key all reports and the geodata",
            "parameters": [CITY],
            "responses": {(200, JSON): Collections, **FAULTS},
        },
    ),
    Operation(
        "features_collection",
        f"{COLLECTIONS}/{{collection}}",
        {
            "summary": "One collection: title, licence, extent and systems",
            "parameters": [CITY, COLLECTION],
            "responses": {(200, JSON): Collection, **FAULTS},
        },
    ),
    Operation(
        "features_items",
        f"{COLLECTIONS}/{{collection}}/items",
        {
            "summary": "A page of features",
            "parameters": [
                CITY,
                COLLECTION,
                in_query("limit", f"{LIMIT} where it is missing, {LIMIT_MAX} at most.", kind=int),
                in_query("bbox", "west,south,east,north, in the order of the axes of bbox-crs"),
                in_query("bbox-crs", "The address of the box's coordinate reference system."),
                in_query("datetime", "When reports were received: a moment, or two with a slash."),
                in_query("after", "From the link to the next page."),
                CRS,
            ],
            "responses": {(200, GEOJSON): FeaturePage, **FAULTS},
        },
    ),
    Operation(
        "features_item",
        f"{COLLECTIONS}/{{collection}}/items/{{item}}",
        {
            "summary": "One feature",
            "parameters": [
                CITY,
                COLLECTION,
                in_path("item", "The number of a report or the key of an object."),
                CRS,
            ],
            "responses": {(200, GEOJSON): FeatureItem, **FAULTS},
        },
    ),
)
