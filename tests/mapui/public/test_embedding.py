"""The map in frames of other pages: who may, what is set, which line the page gives."""

from __future__ import annotations

import html
import re

import pytest

from gis_core.models import Jurisdiction
from tests.mapui.factories import issue_create, staff_create
from tests.mapui.tiles import numbers_listed

pytestmark = pytest.mark.django_db
ALLOWED = ["https://www.musterstadt.example", "https://intranet.musterstadt.example:8443"]


@pytest.fixture
def open_town(town):
    Jurisdiction.objects.filter(pk=town.pk).update(embedders=ALLOWED)
    return town


def test_only_the_frame_may_be_framed_and_only_by_the_city(client, open_town):
    issue = issue_create(open_town)
    frame = client.get("/embed/")
    assert f"frame-ancestors {' '.join(ALLOWED)}" in frame["Content-Security-Policy"]
    assert "X-Frame-Options" not in frame
    assert not frame.cookies
    for address in ("/", "/embedding/", f"/issues/{issue.number}/", "/report/"):
        page = client.get(address)
        assert "frame-ancestors 'none'" in page["Content-Security-Policy"]
        assert page["X-Frame-Options"] == "DENY"


def test_nobody_frames_the_map_of_a_city_that_names_nobody(client, town):
    assert "frame-ancestors 'none'" in client.get("/embed/")["Content-Security-Policy"]


def test_frame_shows_what_was_chosen_and_leads_out_of_itself(client, open_town):
    meant = issue_create(open_town, public_text="Die Laterne flackert.")
    issue_create(open_town)
    assert numbers_listed(client, "/embed/", q="flackert") == [meant.number]
    client.force_login(staff_create())
    text = client.get("/embed/", {"q": "flackert"}).content.decode()
    links = re.findall(r"<a [^>]*>", text)
    assert f'<a href="/issues/{meant.number}/" target="_blank" rel="noopener">' in links
    # Its own pages and filters, the way to the list, and everything else in a tab of its own.
    inside = [one for one in links if "_blank" not in one and "/embed/" not in one]
    assert [one for one in inside if "skip-link" not in one] == []
    assert "csrfmiddlewaretoken" not in text


def test_page_gives_the_line_for_the_choice(client, open_town, settings):
    page = client.get("/embedding/", {"status": "open", "q": '"><script>', "bbox": "7,51,8,52"})
    text = page.content.decode()
    [address] = re.findall(r'&lt;iframe src="([^"]+)"', text)
    address = html.unescape(html.unescape(address))
    assert address.startswith(f"{settings.PUBLIC_URL}/embed/?")
    assert client.get(address.removeprefix(settings.PUBLIC_URL)).status_code == 200
    assert "<script>" not in text
    assert "bbox" not in address
    assert ALLOWED[0] in text
    assert client.get("/").context["embedding_url"] == "/embedding/"
