"""The shapes of what the interfaces of the pages take and answer; a whitelist of names lies with each view."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from issues.enums import IssueStatus


class SingleError(serializers.Serializer[Any]):
    code = serializers.IntegerField()
    description = serializers.CharField()


class ErrorsListed(serializers.Serializer[Any]):
    """Problem details (RFC 9457) with every single error."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField(required=False)
    errors = SingleError(many=True, required=False)  # type: ignore[assignment]


class Body(serializers.Serializer[Any]):
    """An authority; `name_de`, `name_en` … beside `name`."""

    code = serializers.CharField()
    name = serializers.CharField()
    website = serializers.CharField(allow_null=True)
    phone = serializers.CharField(allow_null=True)
    mail = serializers.CharField(allow_null=True)


class Asking(serializers.Serializer[Any]):
    """To be asked again with `question` its kind and `answer` the code of an option."""

    kind = serializers.CharField()
    options = serializers.ListField(child=serializers.DictField())


class Responsibility(serializers.Serializer[Any]):
    category = serializers.CharField()
    lat = serializers.FloatField()
    long = serializers.FloatField()
    is_clear = serializers.BooleanField()
    authorities = Body(many=True)
    question = Asking(allow_null=True)
    reason = serializers.CharField()
    data_as_of = serializers.DateField(allow_null=True)


class Choice(serializers.Serializer[Any]):
    place = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    lat = serializers.FloatField()
    long = serializers.FloatField()


class Choices(serializers.Serializer[Any]):
    errors = SingleError(many=True)  # type: ignore[assignment]
    choices = Choice(many=True)


class Option(serializers.Serializer[Any]):
    code = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]


class ReporterQuestion(serializers.Serializer[Any]):
    service_request_id = serializers.CharField()
    question = serializers.CharField()
    options = Option(many=True)
    until = serializers.DateTimeField()
    is_open = serializers.BooleanField()
    answer = serializers.CharField(allow_null=True)
    agency_responsible = serializers.CharField(allow_null=True)


class Answer(serializers.Serializer[Any]):
    answer = serializers.CharField(help_text="The code of an option.")


class Feature(serializers.Serializer[Any]):
    type = serializers.ChoiceField(["Feature"])
    geometry = serializers.DictField(allow_null=True)
    properties = serializers.DictField()


class FeatureCollection(serializers.Serializer[Any]):
    """RFC 7946, WGS84."""

    type = serializers.ChoiceField(["FeatureCollection"])
    features = Feature(many=True)


class Reason(serializers.Serializer[Any]):
    code = serializers.CharField()
    status = serializers.CharField()
    names = serializers.DictField(child=serializers.CharField())


class State(serializers.Serializer[Any]):
    number = serializers.CharField()
    seen = serializers.CharField()
    status = serializers.ChoiceField(IssueStatus.choices)
    reason = serializers.CharField(allow_null=True)
    note = serializers.CharField(allow_blank=True)
    duplicate_of = serializers.CharField(allow_null=True)
    may_become = serializers.DictField(child=serializers.BooleanField())
    reasons = Reason(many=True)
    step = serializers.UUIDField(required=False)
    held_until = serializers.DateTimeField(required=False, allow_null=True)


class Step(serializers.Serializer[Any]):
    """The fields of the page's form; these are those of `move`."""

    seen = serializers.CharField(required=False, help_text="Of the GET.")
    status = serializers.ChoiceField(IssueStatus.choices, required=False)
    reason = serializers.CharField(required=False)
    note = serializers.CharField(required=False)
    tells = serializers.BooleanField(required=False)
    reply = serializers.CharField(required=False)


class Releasable(serializers.Serializer[Any]):
    number = serializers.CharField()
    is_public = serializers.BooleanField()
    may_be_public = serializers.BooleanField()
    text = serializers.CharField()
    address = serializers.CharField()
    reported = serializers.DictField()
    photos = serializers.ListField(child=serializers.DictField())
    seen = serializers.CharField()


class Release(serializers.Serializer[Any]):
    text = serializers.CharField()
    address = serializers.CharField()
    photos = serializers.ListField(child=serializers.UUIDField())
    seen = serializers.CharField(help_text="Of the GET.")


class ParcelFound(serializers.Serializer[Any]):
    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    active = serializers.BooleanField()
    distance_m = serializers.FloatField(allow_null=True)


class Parcels(serializers.Serializer[Any]):
    jurisdiction = serializers.CharField(required=False)
    parcels = ParcelFound(many=True)
    limit = serializers.IntegerField(allow_null=True)


class Suggestions(serializers.Serializer[Any]):
    suggestions = serializers.ListField(child=serializers.DictField())


class WebhookAnswerData(serializers.Serializer[Any]):
    """`reference`: as the webhook got it; `named`: the code of whoever is responsible instead; `photo`: Base64."""

    reference = serializers.CharField()
    text = serializers.CharField(required=False, max_length=4000)
    number = serializers.CharField(required=False, max_length=200)
    named = serializers.CharField(required=False, max_length=20)
    photo = serializers.CharField(required=False)


class WebhookAnswer(serializers.Serializer[Any]):
    type = serializers.ChoiceField(
        [
            "report.accepted",
            "report.in_progress",
            "report.done",
            "report.refused",
            "report.question",
        ]
    )
    timestamp = serializers.DateTimeField(required=False)
    data = WebhookAnswerData()  # type: ignore[assignment]


class WebhookTaken(serializers.Serializer[Any]):
    new = serializers.BooleanField(help_text="False: it was stored before.")
