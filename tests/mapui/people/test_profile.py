"""One's own profile: stored with the person, in force on every device."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from issues.models import Profile
from tests.mapui.factories import PASSWORD, staff_create

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(db) -> User:
    return staff_create("personal", permissions=())


def text_of(response) -> str:
    return response.content.decode()


def test_profile_is_stored_with_the_person(client, manager):
    client.force_login(manager)
    assert "Mein Profil" in text_of(client.get(reverse("profile")))
    fields = {
        "first_name": "Pia",
        "last_name": "Personal",
        "email": "pia@example.org",
        "language": "en",
        "density": "comfortable",
    }
    stored = client.post(reverse("profile"), fields, follow=True)
    assert "Your profile is stored." in text_of(stored)
    assert 'class=" comfortable" data-single-keys="off"' in text_of(stored)
    manager.refresh_from_db()
    assert (manager.get_full_name(), manager.email) == ("Pia Personal", "pia@example.org")
    assert Profile.objects.get(person=manager).has_single_keys is False

    other = type(client)()
    other.post("/login/", {"username": "personal", "password": PASSWORD})
    again = text_of(other.get(reverse("profile")))
    assert "My profile" in again
    assert 'data-single-keys="off"' in again


def test_profile_refuses_the_mail_address_of_another(client, manager):
    User.objects.create(username="mia", email="mia@example.org")
    client.force_login(manager)
    fields = {"email": "MIA@example.org", "language": "de", "density": "compact"}
    answer = client.post(reverse("profile"), fields)
    assert answer.status_code == 422
    assert "Diese E-Mail-Adresse hat schon jemand." in text_of(answer)
