"""With broker and cache down a report is taken, decided and queued at once, and the sweep forwards it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.contrib.gis.geos import MultiPolygon, Polygon
from django.core.management import call_command
from django.db import connection

from issues.enums import IssueStatus
from issues.models import Issue
from issues.services import api_key_create
from routing.enums import DeliveryState
from routing.forwarding.sending import deliveries_send_due
from routing.models import Delivery
from tests.routing.delivery_factories import (
    EASTING,
    LATITUDE,
    LONGITUDE,
    NORTHING,
    jurisdiction_make,
)
from tests.routing.forwarding.servers import Mailbox, smtp_server

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).parents[3]

# The whole request as the web server handles it, in a process that knows no other broker and counts what it sleeps.
REQUEST = """
import json, sys, time
slept, sleep = [], time.sleep
time.sleep = lambda seconds: slept.append(seconds) or sleep(seconds)
import django
django.setup()
from django.test import Client
form = json.load(sys.stdin)
client = Client(headers={"host": "127.0.0.1"})
client.get("/open311/v2/services.json")
answer = client.post("/open311/v2/requests.json", form)
print(json.dumps([answer.status_code, answer.json(), sum(slept)]))
"""


@pytest.fixture
def mailbox(settings) -> Iterator[Mailbox]:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    with smtp_server() as (mailbox, port):
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
        yield mailbox


def test_report_is_forwarded_once_after_the_broker_was_down(mailbox: Mailbox) -> None:
    jurisdiction = jurisdiction_make()
    area = Polygon.from_bbox((EASTING - 500, NORTHING - 500, EASTING + 500, NORTHING + 500))
    jurisdiction.boundary = MultiPolygon(area, srid=25832)
    jurisdiction.save()
    for command in ("load_categories", "load_rules", "load_contacts"):
        folder = ROOT / "fixtures" / "castrop_rauxel"
        call_command(command, folder, jurisdiction=jurisdiction.identifier, verbosity=0)
    _, key = api_key_create(jurisdiction=jurisdiction, name="App")
    url = urlsplit(os.environ["DATABASE_URL"])

    run = subprocess.run(
        [sys.executable, "-c", REQUEST],
        input=json.dumps(
            {"api_key": key, "service_code": "ACUTE_DANGER", "lat": LATITUDE, "long": LONGITUDE}
        ),
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "config.settings.base",
            "DATABASE_URL": urlunsplit(url._replace(path=f"/{connection.settings_dict['NAME']}")),
            "REDIS_URL": "unix:///nonexistent/redis.sock",
        },
        check=True,
    )

    status, [answer], slept = json.loads(run.stdout.splitlines()[-1])
    assert status == 200, answer
    # Nobody tries a broker that is away again and again. (The seconds of the request would measure the machine.)
    assert slept == 0
    assert "broker out of reach, the sweep will send" in run.stderr
    states = set(Delivery.objects.values_list("authority__code", "state"))
    assert states == {("POLICE", DeliveryState.QUEUED), ("ORD", DeliveryState.QUEUED)}

    assert deliveries_send_due() == 2
    assert deliveries_send_due() == 0
    assert sorted(message["To"] for message in mailbox.messages) == [
        "leitstelle@polizei-re.example",
        "ordnung@castrop-rauxel.example",
    ]
    assert Issue.objects.get(number=answer["service_request_id"]).status == IssueStatus.FORWARDED
