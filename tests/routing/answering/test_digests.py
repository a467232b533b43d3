"""The weekly mail: one a week to whoever has something open, with one link, by real SMTP."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from issues.enums import Density, IssueStatus, ReplyState
from issues.models import Issue
from issues.services.people import profile_store
from routing.answering.digests import digests_queue, digests_send_due
from routing.answering.links import contact_links_revoke, delivery_links_revoke
from routing.enums import ChannelKind, DeliveryState, Part
from routing.forwarding.links import open_cases_link, partner_token
from routing.models import AuthorityContact, Decision, Delivery, DeliveryEvent, Digest
from tests.routing.delivery_factories import contact_make, delivery_make
from tests.routing.forwarding.servers import Mailbox, smtp_server

pytestmark = pytest.mark.django_db
# A Monday.
NOW = datetime(2026, 4, 13, 7, 5, tzinfo=ZoneInfo("Europe/Berlin"))


@pytest.fixture
def mailbox(settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    with smtp_server() as (box, port):
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
        yield box


def sent(code: str = "STRNRW", *, days: int = 0) -> Delivery:
    delivery = delivery_make(code)
    Delivery.objects.filter(pk=delivery.pk).update(
        state=DeliveryState.SENT, sent_at=NOW - timedelta(days=days)
    )
    return Delivery.objects.select_related("contact").get(pk=delivery.pk)


def run() -> int:
    queued = digests_queue()
    digests_send_due()
    return queued


def texts(mailbox: Mailbox) -> dict[str, str]:
    return {
        str(one["To"]): one.get_body().get_content().replace("\r\n", "\n")
        for one in mailbox.messages
    }


def path_in(text: str) -> str:
    [found] = re.findall(r"https?://[^/\s]+(/\S+)", text)
    return str(found)


def test_each_authority_hears_once_a_week_what_is_open_by_age(mailbox, monkeypatch) -> None:
    for days in (1, 7, 40, 41):
        sent(days=days)
    done = sent("EUV", days=3)
    Delivery.objects.filter(pk=done.pk).update(state=DeliveryState.DONE)
    Delivery.objects.filter(sent_at__lt=NOW - timedelta(days=40, hours=1)).update(
        deadline_at=NOW - timedelta(days=30)
    )
    assert (run(), run(), run()) == (1, 0, 0)
    [(to, text)] = texts(mailbox).items()
    assert to == "strnrw@authority.example"
    assert "4 Meldungen, die wir an Amt STRNRW geschickt haben, sind offen:" in text
    assert "- weniger als 5 Tage: 1\n- weniger als 30 Tage: 1\n- älter: 2\nÜberfällig: 1" in text
    monkeypatch.setattr(timezone, "now", lambda: NOW + timedelta(days=7))
    assert run() == 1
    assert len(mailbox.messages) == 2


@pytest.mark.parametrize("change", ["off", "closed", "broken", "portal"])
def test_nobody_is_written_to_in_vain(mailbox, change) -> None:
    delivery = sent()
    match change:
        case "off":
            AuthorityContact.objects.update(has_digest=False)
        case "closed":
            Issue.objects.update(status=IssueStatus.DONE)
        case "broken":
            AuthorityContact.objects.update(broken_address=delivery.contact.address)
        case "portal":
            AuthorityContact.objects.update(channel=ChannelKind.HAND, address="https://x.example/")
    assert run() == 0
    assert not mailbox.messages


def test_what_is_done_between_order_and_sending_goes_to_nobody(mailbox) -> None:
    sent()
    digests_queue()
    Issue.objects.update(status=IssueStatus.DONE)
    digests_send_due()
    assert not mailbox.messages
    assert Digest.objects.get().state == ReplyState.SENT


def test_clerk_hears_of_own_reports_unless_switched_off(mailbox) -> None:
    names = {"first_name": "Klara", "last_name": "Beispiel", "email": "klara@stadt.example"}
    clerk = User.objects.create_user("klara", **names)
    AuthorityContact.objects.update(has_digest=False)
    issue = delivery_make().decision.issue
    AuthorityContact.objects.update(has_digest=False)
    Issue.objects.filter(pk=issue.pk).update(assignee=clerk, due_at=NOW - timedelta(days=1))
    assert run() == 1
    [(to, text)] = texts(mailbox).items()
    assert to == "klara@stadt.example"
    assert "1 Meldung bearbeiten Sie" in text
    assert "Überfällig: 1" in text
    assert path_in(text) == "/triage/?work=mine"
    # Nothing of the report leaves the house.
    assert issue.number not in text
    chosen = {"language": "de", "density": Density.COMPACT, "has_single_keys": True}
    profile_store(person=clerk, names=names, has_digest=False, **chosen)
    Digest.objects.all().delete()
    assert run() == 0


def test_link_lists_the_open_cases_of_the_contact_alone(mailbox, client: Client) -> None:
    old, new = sent(days=9), sent(days=1)
    other = sent("EUV")
    Issue.objects.update(address_text="Ickerner Straße 41")
    run()
    path = path_in(texts(mailbox)["strnrw@authority.example"])
    before = list(Delivery.objects.values().order_by("pk"))
    page = client.get(path)
    assert [one["delivery"] for one in page.context["cases"]] == [old, new]
    assert other.decision.issue.number not in page.text
    assert page.text.count("Ickerner Straße 41") == 2
    assert list(Delivery.objects.values().order_by("pk")) == before
    assert client.post(path).status_code == 405
    case = re.findall(r'href="(/partner/[^"]+)"', page.text)[0]
    assert old.decision.issue.number in client.get(case).text
    parts = [one for one in Part.values if one != Part.ADDRESS]
    AuthorityContact.objects.update(parts=parts)
    assert "Ickerner" not in client.get(path).text
    Decision.objects.update(road="", parcel_key="055285014001230004__")
    assert ", Flurstück 123/4" in client.get(path).text


@pytest.mark.parametrize("count", [1, 3])
def test_list_costs_the_same_for_one_case_and_for_three(
    client: Client, count, django_assert_num_queries
) -> None:
    first, *_more = [sent() for _ in range(count)]
    path = path_in(open_cases_link(first.contact))
    # Contact; cases; whose links were taken back; their number.
    with django_assert_num_queries(4):
        client.get(path)


def test_list_given_out_before_leads_to_no_case_whose_links_were_taken_back(
    client: Client, monkeypatch
) -> None:
    delivery, other = sent(), sent()
    given = path_in(open_cases_link(delivery.contact))
    delivery_links_revoke(delivery=delivery, by=User.objects.create_user("regina"))
    # A token is signed to the second, an event noted to the microsecond.
    DeliveryEvent.objects.filter(detail__has_key="links").update(
        at=datetime.now().astimezone() + timedelta(seconds=1)
    )
    text = client.get(given).text
    assert delivery.decision.issue.number in text
    [case] = re.findall(r'href="(/partner/[^"]+)"', text)
    assert other.decision.issue.number in client.get(case).text
    later = time.time() + 2
    monkeypatch.setattr("django.core.signing.time.time", lambda: later)
    following = path_in(open_cases_link(delivery.contact))
    assert len(re.findall(r'href="(/partner/[^"]+)"', client.get(following).text)) == 2


def test_link_is_changed_too_old_taken_back_or_another(client: Client, monkeypatch) -> None:
    contact = sent().contact
    other = contact_make("EUV")
    path = path_in(open_cases_link(contact))
    assert client.get(path).status_code == 200
    swapped = path.replace(f"/{contact.pk}.", f"/{other.pk}.")
    assert client.get(swapped).status_code == 404
    # A link to one case opens no list, nor the other way round.
    assert client.get(f"/partner/open/{partner_token(Delivery.objects.get())}/").status_code == 404
    assert client.get(path.replace("/open/", "/")).status_code == 404
    with monkeypatch.context() as patch:
        later = time.time() + 91 * 86400
        patch.setattr("django.core.signing.time.time", lambda: later)
        assert client.get(path).status_code == 410
    contact_links_revoke(contact=contact, by=User.objects.create_user("regina"))
    assert client.get(path).status_code == 404
