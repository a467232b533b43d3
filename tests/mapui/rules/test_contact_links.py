"""All links of a contact taken back on its page."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from routing.forwarding.links import partner_token
from routing.models import Delivery
from tests.routing.delivery_factories import contact_make, delivery_make

pytestmark = pytest.mark.django_db


def test_contact_takes_back_its_own_links_and_no_others(client: Client) -> None:
    contact = contact_make("STRNRW")
    links = [partner_token(delivery_make("STRNRW")) for _ in range(2)]
    other = partner_token(delivery_make("EUV"))
    # One that was never tried has no link; one that is old may have a later mail's.
    delivery_make("STRNRW")
    Delivery.objects.exclude(pk=Delivery.objects.last().pk).update(attempts=1)  # type: ignore[union-attr]
    Delivery.objects.update(created_at=timezone.now() - timedelta(days=200))
    client.force_login(User.objects.create_superuser("regina"))
    page = reverse("contact_links", args=[contact.authority_id, contact.pk])
    assert page in client.get(reverse("authorities")).text
    assert "2 Weiterleitungen können noch gelten" in client.get(page).text
    assert [client.get(f"/partner/{one}/").status_code for one in links] == [200, 200]
    told = client.post(page, follow=True).text
    assert "Widerrufen: die Links von 2 Weiterleitungen." in told
    assert [client.get(f"/partner/{one}/").status_code for one in links] == [404, 404]
    assert client.get(f"/partner/{other}/").status_code == 200
