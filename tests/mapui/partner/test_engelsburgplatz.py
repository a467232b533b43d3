"""The Engelsburgplatz, December 2023: a detour sign, four bodies, two official statements that contradict each other.

Every answer is given by the link of the mail that the body got, every decision of the city by its pages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.message import EmailMessage

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from issues.enums import Channel, IssueStatus
from issues.models import Category, Department, Issue, Reporter
from issues.services import issue_receive, issue_release
from issues.services.reporting.links import report_path
from issues.services.seen import aspect_mark
from issues.types import LocationInput
from parcels.models import LandUse
from routing.deciding.decisions import decision_make
from routing.deciding.passing_on import refusals_follow_due
from routing.enums import DecisionCause, DeliveryState, Outcome
from routing.forwarding.notices import notices_send_due
from routing.forwarding.sending import deliveries_send_due
from routing.models import AuthorityContact, Decision, Delivery, GoldenCase
from routing.outbox.news import news_gather
from tests.mapui.factories import staff_create
from tests.mapui.geodata.geodata_factories import EAST, NORTH, storage_to_wgs84
from tests.routing.forwarding.servers import Mailbox, smtp_server

pytestmark = pytest.mark.django_db
EUV = "EUV Stadtbetrieb"


@pytest.fixture
def mailbox(settings) -> Iterator[Mailbox]:
    cache.clear()
    settings.STEP_HOLD_SECONDS = 0
    with smtp_server() as (box, port):
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
        yield box


@pytest.fixture
def clerk(client: Client, mailbox: Mailbox) -> Client:
    client.force_login(staff_create("klaerung"))
    return client


@pytest.fixture
def issue(city) -> Issue:
    """The police report the sign as a damaged one, on a square of the city's."""
    LandUse.objects.update(usage="SQUARE", use_type="Platz")
    for contact in AuthorityContact.objects.select_related("authority"):
        contact.address = f"{contact.authority.code.lower()}@authority.example"
        contact.save()
    longitude, latitude = storage_to_wgs84(EAST + 50, NORTH + 20)
    received = issue_receive(
        jurisdiction=city,
        category=Category.objects.get(jurisdiction=city, code="SIGN_DAMAGED"),
        channel=Channel.PHONE,
        location=LocationInput(lat=latitude, long=longitude),
        description="Auto hat das Schild U 12 umgefahren",
    ).issue
    Reporter.objects.create(issue=received, email="wache@polizei.example", last_name="Wache")
    decision_make(issue_id=received.pk)
    return received


def send(mailbox: Mailbox, code: str) -> EmailMessage:
    """Everything goes out; the mail that this body got last."""
    deliveries_send_due()
    [*_former, last] = [one for one in mailbox.messages if one["To"] == f"{code}@authority.example"]
    return last


def text_of(message: EmailMessage) -> str:
    return str(message.get_body(("plain",)).get_content()).replace("\r\n", "\n")


def link_of(message: EmailMessage) -> str:
    found = re.search(r"https?://[^/]+(/partner/\S+/)", text_of(message))
    assert found is not None
    return found[1]


def answer(message: EmailMessage, verb: str, **typed: str) -> None:
    body = Client()
    page = body.get(link_of(message))
    given = body.post(f"{link_of(message)}{verb}/", {"mark": page.context["mark"], **typed})
    assert given.status_code == 302
    refusals_follow_due()


def step(clerk: Client, name: str, issue: Issue, **typed: object) -> None:
    assert clerk.post(reverse(name, args=[issue.number]), typed).status_code == 302


def current(issue: Issue) -> Decision:
    return issue.decisions.select_related("authority").get(is_current=True)


def page_of(client: Client, address: str) -> str:
    return client.get(address).content.decode()


def test_the_sign_on_the_engelsburgplatz(city, issue, mailbox, clerk):  # noqa: PLR0915 - one story
    unit = Department.objects.create(
        jurisdiction=city, names={"de": "Klärungsstelle Tiefbau"}, is_clearing=True
    )
    # The police had called the municipal works.
    seen = current(issue).number
    step(clerk, "issue_overrule", issue, authority="EUV", reason="Anruf der Polizei", seen=seen)
    first = send(mailbox, "euv")
    issue_release(issue=issue)

    # Its first refusal is put before the clerk, and one click sends it on.
    answer(first, "refuse", named="STRNRW", text="Umleitung der Autobahn, nicht unser Schild")
    proposed = current(issue)
    assert (proposed.cause, proposed.outcome, proposed.authority.code) == (
        DecisionCause.REFUSED,
        Outcome.PROPOSED,
        "STRNRW",
    )
    shown = page_of(clerk, reverse("triage_issue", args=[issue.number]))
    assert "So zuweisen: Straßen.NRW, Regionalniederlassung Ruhr" in shown
    step(clerk, "issue_confirm", issue, seen=proposed.number)
    second = send(mailbox, "strnrw")
    told = text_of(second)
    assert f"{EUV}, seit" in told
    assert "nicht zuständig, sondern Straßen.NRW" in told
    assert "„Umleitung der Autobahn, nicht unser Schild“" in told

    # Who refused hears who has it, and sees it on the page of the first mail.
    news_gather(urgent_only=True)
    notices_send_due()
    assert "liegt jetzt bei: Straßen.NRW." in text_of(send(mailbox, "euv"))
    assert "Straßen.NRW hat es jetzt" in page_of(Client(), link_of(first))
    # So do whoever reported and everybody.
    for address in (report_path(issue), reverse("public_issue", args=[issue.number])):
        page = page_of(Client(), address)
        assert "Straßen.NRW" in page, address
        assert f"Nicht zuständig nach eigener Auskunft: {EUV}." in page, address
        assert "nicht unser Schild" not in page

    # The second refusal names a third body: nobody is asked by the program any more, a person has it.
    answer(second, "refuse", named="AUTOBAHN", text="Sache der Autobahn GmbH")
    cleared = current(issue)
    assert (cleared.outcome, cleared.authority.code) == (Outcome.PROPOSED, "AUTOBAHN")
    assert "Darüber entscheidet jetzt: Klärungsstelle Tiefbau." in cleared.sentences["de"]
    issue.refresh_from_db()
    assert (issue.department, issue.status) == (unit, IssueStatus.TRIAGE)
    deliveries_send_due()
    assert not Delivery.objects.filter(authority__code="AUTOBAHN").exists()

    # The unit follows that statement. The third body contradicts it: the state or the city.
    step(clerk, "issue_confirm", issue, seen=cleared.number)
    third = send(mailbox, "autobahn")
    assert text_of(third).count("nicht zuständig, sondern") == 2
    answer(third, "refuse", named="STRNRW", text="Straßen.NRW oder die Stadt")
    again = current(issue)
    # Both named have had it: never round again.
    assert (again.outcome, again.authority) == (Outcome.TRIAGE, None)
    assert "Abgelehnt haben bisher: EUV" in again.sentences["de"]

    # The unit looks: the object decides, not the road.
    category = Category.objects.get(jurisdiction=city, code="DETOUR_SIGN_BAB")
    issue.refresh_from_db()
    mark = aspect_mark(issue, "category")
    step(clerk, "issue_category", issue, category=category.pk, seen=mark)
    issue.refresh_from_db()
    assert issue.category == category
    reason = "Bedarfsumleitung: das Schild gehört zur Autobahn"
    step(clerk, "issue_overrule", issue, authority="AUTOBAHN", reason=reason, seen=again.number)
    fourth = send(mailbox, "autobahn")
    assert fourth["References"] is not None
    answer(fourth, "accept", number="A-4711")
    answer(fourth, "done", text="Schild steht wieder")
    issue.refresh_from_db()
    assert issue.decisions.count() == 8
    holders = Delivery.objects.filter(decision__issue=issue, kind="responsible").order_by("pk")
    assert [(one.authority.code, one.state) for one in holders] == [
        ("EUV", DeliveryState.REFUSED),
        ("STRNRW", DeliveryState.REFUSED),
        ("AUTOBAHN", DeliveryState.REFUSED),
        ("AUTOBAHN", DeliveryState.DONE),
    ]

    # What was settled so is offered and kept: new rules are held against it.
    offered = page_of(clerk, reverse("golden"))
    assert "Abgelehnt und von einem Menschen entschieden" in offered
    assert f"{issue.number}: " in offered
    step(clerk, "issue_pin", issue)
    assert issue.number not in page_of(clerk, reverse("golden")).partition("Abgelehnt und")[2]
    pinned = GoldenCase.objects.get(issue=issue)
    assert (pinned.category, pinned.authority.code) == (category, "AUTOBAHN")
    assert pinned.reason == (
        f"Nicht zuständig nach eigener Auskunft: {EUV}, Straßen.NRW, Autobahn GmbH. {reason}"
    )
