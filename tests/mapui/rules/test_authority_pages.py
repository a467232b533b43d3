"""Authorities and contacts in the browser."""

from __future__ import annotations

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse

from routing.enums import AuthorityKind
from routing.forwarding.channels import channels_all
from routing.forwarding.channels.base import ChannelSettings
from routing.forwarding.channels.mail import MailChannel
from routing.models import Authority, AuthorityContact
from tests.routing.delivery_factories import contact_make, jurisdiction_make

pytestmark = pytest.mark.django_db
HOSTILE = "<script>alert(1)</script>"
READ = [
    "rules_set",
    "rules_coverage",
    "rules_coverage_csv",
    "rules_coverage_json",
    "rules_difference",
    "rules_csv",
    "rules_json",
]
EDIT = [
    "rules_describe",
    "rules_row_new",
    "rules_threshold_new",
    "rules_prior_new",
    "rules_discard",
]


def test_authority_and_contact_are_stored(activator):
    jurisdiction = jurisdiction_make()
    data = {
        "code": "BAUHOF",
        "kind": "city",
        "name_de": "Bauhof",
        "name_en": "Works",
        "public_name_de": "Bauhof",
        "public_name_en": "Works",
        "colour": "#112233",
        "valid_from": "2026-01-01",
        "is_city_works": "on",
    }
    assert activator.post("/rules/authorities/new/", data).status_code == 302
    authority = Authority.objects.get(code="BAUHOF")
    assert (authority.jurisdiction, str(authority.valid_from)) == (jurisdiction, "2026-01-01")
    assert authority.is_city_works
    assert authority.kind == AuthorityKind.CITY
    assert "kümmert sich um Eigentum der Stadt" in activator.get("/rules/authorities/").text
    edited = {**data, "code": "OTHER", "valid_to": "2025-01-01"}
    response = activator.post(reverse("authority_edit", args=[authority.pk]), edited)
    assert response.status_code == 422
    edited["valid_to"] = "2027-01-01"
    activator.post(reverse("authority_edit", args=[authority.pk]), edited)
    authority.refresh_from_db()
    assert (authority.code, str(authority.valid_to)) == ("BAUHOF", "2027-01-01")
    contact = {
        "channel": "open311",
        "address": "https://receiver.example/v2",
        "is_active": "on",
        "api_key_env": "OPEN311_KEY_BAUHOF",
        "photos": "on",
        "service_codes": "ROAD_SURFACE = FAHRBAHN\n* = SONSTIGES",
    }
    activator.post(reverse("contact_new", args=[authority.pk]), contact)
    stored = AuthorityContact.objects.get()
    assert stored.settings == {
        "api_key_env": "OPEN311_KEY_BAUHOF",
        "photos": "upload",
        "service_codes": {"ROAD_SURFACE": "FAHRBAHN", "*": "SONSTIGES"},
    }
    page = activator.get("/rules/authorities/").content.decode()
    assert "receiver.example" in page


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"address": "kein Postfach"}, "address"),
        ({"channel": "open311", "address": "javascript:alert(1)"}, "address"),
        ({"channel": "pigeon"}, "channel"),
        ({"api_key_env": "SECRET_KEY"}, "api_key_env"),
        ({"service_codes": "ROAD_SURFACE"}, "service_codes"),
        ({"categories": ["NOBODY"]}, "categories"),
    ],
)
def test_contact_that_cannot_be_is_refused(activator, fields, field):
    authority = contact_make("EUV").authority
    data = {"channel": "mail", "address": "a@b.example", "is_active": "on", **fields}
    response = activator.post(reverse("contact_new", args=[authority.pk]), data)
    assert response.status_code == 422
    assert field in response.context["form"].errors
    assert AuthorityContact.objects.count() == 1


def test_contact_of_another_authority_is_not_found(activator):
    contact, other = contact_make("EUV"), contact_make("ORD")
    address = reverse("contact_edit", args=[other.authority_id, contact.pk])
    assert activator.get(address).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_list_of_authorities_has_a_constant_number_of_queries(
    activator, count, django_assert_num_queries
):
    for number in range(count):
        contact_make(f"A{number}", area_code=str(number))
        contact_make(f"A{number}")
    # Session, user, two kinds of permissions; jurisdiction; authorities with contacts; words: categories, authorities.
    with django_assert_num_queries(10):
        page = activator.get("/rules/authorities/").content.decode()
    assert page.count('class="authority-card"') == count


class Asking(ChannelSettings):
    depth = forms.CharField(initial="3", max_length=2)


class AskingChannel(MailChannel):
    settings_form = Asking

    def settings_check(self, settings):
        if settings.get("depth") == "9":
            raise ValidationError({"settings": "zu tief"})


@pytest.fixture
def asking(monkeypatch):
    """Open311's place taken by a channel with a setting that it needs."""
    monkeypatch.setitem(channels_all(), "open311", AskingChannel())


def test_settings_of_a_channel_are_asked_of_its_own_contacts(activator, asking):
    authority = contact_make("EUV").authority
    address = reverse("contact_new", args=[authority.pk])
    mail = {"channel": "mail", "address": "a@b.example", "area_code": "1", "is_active": "on"}
    assert activator.post(address, {**mail, "depth": "3"}).status_code == 302
    assert AuthorityContact.objects.get(area_code="1").settings == {}
    other = {**mail, "channel": "open311", "area_code": "2"}
    assert "depth" in activator.post(address, {**other, "depth": ""}).context["form"].errors
    assert activator.post(address, {**other, "depth": "3"}).status_code == 302
    assert AuthorityContact.objects.get(area_code="2").settings == {"depth": "3"}


def test_settings_that_a_channel_refuses_are_told_on_the_page(activator, asking):
    authority = contact_make("EUV").authority
    data = {"channel": "open311", "address": "a@b.example", "area_code": "1", "depth": "9"}
    response = activator.post(reverse("contact_new", args=[authority.pk]), data)
    assert response.status_code == 422
    assert "zu tief" in response.content.decode()


def test_settings_of_other_channels_stand_folded(activator):
    contact = contact_make("EUV", channel="open311", address="https://receiver.example/v2")
    address = reverse("contact_edit", args=[contact.authority_id, contact.pk])
    page = activator.get(address).content.decode()
    assert "<details open><summary>Open311</summary>" in page
    assert "<details><summary>Webhook</summary>" in page
    wrong = {"channel": "mail", "address": "a@b.example", "secret_env": "nonsense"}
    page = activator.post(address, wrong).content.decode()
    assert "<details><summary>Open311</summary>" in page
    assert "<details open><summary>Webhook</summary>" in page
