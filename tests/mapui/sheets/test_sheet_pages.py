"""The pages of a sheet: state, asking, the file; who may."""

from __future__ import annotations

import pytest
from django.urls import reverse

from mapui.sheets import store
from mapui.sheets.making import Sheet
from tests.mapui.factories import issue_create, staff_create

NAMES = ("sheet", "sheet_pdf", "sheet_png")


@pytest.fixture(autouse=True)
def root(settings, tmp_path, monkeypatch):
    settings.SHEET_ROOT = tmp_path
    monkeypatch.setattr(store.current_app, "send_task", lambda *_arguments, **_options: None)
    return tmp_path


@pytest.fixture
def issue(town):
    return issue_create(town)


def files(root):
    return sorted(path.suffix for path in root.iterdir())


@pytest.mark.parametrize("name", NAMES)
def test_visitor_is_sent_to_the_login(client, issue, name):
    address = reverse(name, args=[issue.number])
    assert client.get(address)["Location"] == f"/login/?next={address}"


@pytest.mark.parametrize(
    "permissions", [(), ("release_issue",), ("edit_rules",), ("manage_geodata",)]
)
@pytest.mark.parametrize("name", NAMES)
def test_who_may_not_triage_may_not_see_it(client, issue, root, name, permissions):
    client.force_login(staff_create("fremd", permissions=permissions))
    address = reverse(name, args=[issue.number])
    assert client.get(address).status_code == 403
    assert client.post(address).status_code in {403, 405}
    assert files(root) == []


@pytest.mark.parametrize("name", NAMES)
def test_unknown_issue_is_not_found(staff_client, town, name):
    assert staff_client.get(reverse(name, args=["MST-2026-999999"])).status_code == 404


def test_get_writes_nothing(staff_client, issue, root):
    for name in NAMES:
        staff_client.get(reverse(name, args=[issue.number]))
    staff_client.get(reverse("triage_issue", args=[issue.number]))
    assert files(root) == []


def test_sheet_is_asked_for_by_a_form_and_shown_when_it_is_there(staff_client, issue, root):
    address = reverse("sheet", args=[issue.number])
    page = staff_client.get(address)
    assert page.context["sheet_state"] == "none"
    assert "Nachweisblatt (PDF) erstellen" in page.content.decode()
    assert "Refresh" not in page
    assert staff_client.post(address)["Location"] == address
    assert files(root) == [".asked"]
    page = staff_client.get(address)
    assert page["Refresh"] == "2"
    assert "in Arbeit" in page.content.decode()
    store.sheets_make_due()
    page = staff_client.get(address).content.decode()
    assert reverse("sheet_pdf", args=[issue.number]) in page
    assert reverse("sheet_png", args=[issue.number]) in page


def test_failure_is_told_with_a_way_to_try_again(staff_client, issue, monkeypatch):
    def fail(_issue):
        raise ValueError("secret detail")

    monkeypatch.setattr(store, "sheet_make", fail)
    address = reverse("sheet", args=[issue.number])
    staff_client.post(address)
    store.sheets_make_due()
    page = staff_client.get(address).content.decode()
    assert "konnte nicht erstellt werden" in page
    assert "secret detail" not in page
    assert "<form" in page


def test_part_for_htmx_asks_again_until_it_is_there(staff_client, issue):
    address = reverse("sheet", args=[issue.number])
    part = staff_client.post(address, headers={"HX-Request": "true"})
    assert 'hx-trigger="every 2s"' in part.content.decode()
    assert "<html" not in part.content.decode()
    store.sheets_make_due()
    part = staff_client.get(address, headers={"HX-Request": "true"}).content.decode()
    assert "hx-trigger" not in part


@pytest.mark.parametrize(
    ("kind", "type_", "begin"),
    [("pdf", "application/pdf", b"%PDF"), ("png", "image/png", b"\x89PNG")],
)
def test_file_is_served_to_this_reader_alone(staff_client, issue, kind, type_, begin):
    address = reverse(f"sheet_{kind}", args=[issue.number])
    assert staff_client.get(address).status_code == 404
    staff_client.post(reverse("sheet", args=[issue.number]))
    store.sheets_make_due()
    answer = staff_client.get(address)
    assert answer["Content-Type"] == type_
    assert answer["Cache-Control"] == "private, no-cache"
    assert f'filename="{issue.number}.{kind}"' in answer["Content-Disposition"]
    assert answer.content.startswith(begin)
    again = staff_client.get(address, headers={"If-None-Match": answer["ETag"]})
    assert again.status_code == 304
    assert again["ETag"] == answer["ETag"]


def test_former_sheet_is_never_served_for_a_changed_issue(staff_client, issue, monkeypatch):
    monkeypatch.setattr(store, "sheet_make", lambda _issue: Sheet(pdf=b"%PDF", png=b"png"))
    staff_client.post(reverse("sheet", args=[issue.number]))
    store.sheets_make_due()
    answer = staff_client.get(reverse("sheet_pdf", args=[issue.number]))
    assert answer.content == b"%PDF"
    issue.description = "anders"
    issue.save()
    assert staff_client.get(reverse("sheet_pdf", args=[issue.number])).status_code == 404


def test_page_of_the_issue_shows_the_state_of_its_sheet(staff_client, issue):
    address, page = (
        reverse("sheet", args=[issue.number]),
        reverse("triage_issue", args=[issue.number]),
    )
    assert f'method="post" action="{address}"' in staff_client.get(page).content.decode()
    staff_client.post(address)
    assert "Das Nachweisblatt ist in Arbeit" in staff_client.get(page).content.decode()
    store.sheets_make_due()
    shown = staff_client.get(page).content.decode()
    assert reverse("sheet_pdf", args=[issue.number]) in shown
    # On paper.
    assert f'<p class="print-only">http://testserver{address}</p>' in shown


def test_panel_asks_for_the_state_and_has_a_link_until_then(staff_client, issue):
    address = reverse("sheet", args=[issue.number])
    page = reverse("triage_issue", args=[issue.number])
    panel = staff_client.get(page, headers={"HX-Request": "true"}).content.decode()
    assert f'hx-get="{address}" hx-trigger="load"' in panel
    assert f'<a href="{address}">Nachweisblatt (PDF)</a>' in panel
