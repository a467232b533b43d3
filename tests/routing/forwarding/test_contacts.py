"""Contacts as data."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.exceptions import ValidationError

from routing.forwarding.contacts import ContactsUnreadable, contact_store, contacts_load
from routing.models import AuthorityContact
from routing.rulebook import authorities_load
from tests.routing.delivery_factories import authority_make, contact_make, jurisdiction_make

pytestmark = pytest.mark.django_db
FIXTURES = Path(__file__).parents[3] / "fixtures" / "castrop_rauxel"
HEADER = "code;area_code;name;channel;address;settings\n"


def contacts_write(folder: Path, *lines: str) -> Path:
    path = folder / "contacts.csv"
    path.write_text(HEADER + "".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def test_contacts_load_model_city_reaches_every_authority() -> None:
    jurisdiction = jurisdiction_make()
    authorities_load(jurisdiction=jurisdiction, path=FIXTURES / "authorities.csv")

    assert contacts_load(jurisdiction=jurisdiction, path=FIXTURES / "contacts.csv") == 31
    assert contacts_load(jurisdiction=jurisdiction, path=FIXTURES / "contacts.csv") == 31

    assert AuthorityContact.objects.count() == 31
    reached = set(AuthorityContact.objects.values_list("authority__code", flat=True))
    expected = set(jurisdiction.authorities.values_list("code", flat=True))
    assert expected - reached == {"PRIV"}
    by_open311 = AuthorityContact.objects.filter(channel="open311")
    assert set(by_open311.values_list("authority__code", flat=True)) == {"STRNRW", "KREIS66"}


def test_contacts_load_switches_off_what_vanished(tmp_path: Path) -> None:
    old = contact_make("EUV", area_code="05916000")
    contacts_load(
        jurisdiction=jurisdiction_make(), path=contacts_write(tmp_path, "EUV;;;mail;a@b.example;")
    )
    old.refresh_from_db()
    assert not old.is_active
    assert AuthorityContact.objects.get(is_active=True).address == "a@b.example"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("NOBODY;;;mail;a@b.example;", "line 2: 'NOBODY' is no authority"),
        ("EUV;;;pigeon;a@b.example;", "line 2: {'channel'"),
        ("EUV;;;mail;;", "line 2: {'address'"),
        ("EUV;;;mail;a@b.example;{", "line 2: Expecting property name"),
        (
            "EUV;;;mail;a@b.example;\nEUV;;;mail;c@d.example;",
            "line 3: this contact is there already",
        ),
    ],
)
def test_contacts_load_faulty(tmp_path: Path, line: str, told: str) -> None:
    authority_make("EUV")
    with pytest.raises(ContactsUnreadable, match=told):
        contacts_load(jurisdiction=jurisdiction_make(), path=contacts_write(tmp_path, line))
    assert not AuthorityContact.objects.exists()


def test_contacts_load_without_column(tmp_path: Path) -> None:
    path = tmp_path / "contacts.csv"
    path.write_text("code;address\n", encoding="utf-8")
    with pytest.raises(ContactsUnreadable, match="no column area_code, channel, name, settings"):
        contacts_load(jurisdiction=jurisdiction_make(), path=path)


def test_contacts_load_with_categories_and_days(tmp_path: Path) -> None:
    authority_make("EUV")
    path = tmp_path / "contacts.csv"
    header = HEADER.strip() + ";categories;valid_from;valid_to\n"
    line = "EUV;;Nachfolge;mail;b@b.example;;TREE_DANGER|BRIDGE;2027-01-01;\n"
    path.write_text(f"{header}EUV;;;mail;a@b.example;;;;2026-12-31\n{line}", encoding="utf-8")
    for _time in range(2):
        assert contacts_load(jurisdiction=jurisdiction_make(), path=path) == 2
    later = AuthorityContact.objects.get(address="b@b.example")
    assert (later.categories, str(later.valid_from)) == (["BRIDGE", "TREE_DANGER"], "2027-01-01")
    assert AuthorityContact.objects.count() == 2
    path.write_text(header + line.replace("2027-01-01", "morgen"), encoding="utf-8")
    with pytest.raises(ContactsUnreadable, match=r"line 2: .*morgen"):
        contacts_load(jurisdiction=jurisdiction_make(), path=path)


def test_contact_names_no_other_secret_of_the_installation() -> None:
    contact = contact_make("EUV", channel="open311", address="https://receiver.example/v2")
    contact.settings = {"api_key_env": "SECRET_KEY"}
    with pytest.raises(ValidationError, match="OPEN311_KEY_"):
        contact_store(contact=contact)
    contact.settings = {"api_key_env": "OPEN311_KEY_EUV"}
    contact_store(contact=contact)
    contact.refresh_from_db()
    assert contact.settings == {"api_key_env": "OPEN311_KEY_EUV"}
