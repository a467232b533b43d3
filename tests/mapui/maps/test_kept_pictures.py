"""Pictures that lie here already: how long, for whom, and what a service is still asked."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest
from django.conf import settings as configured
from django.contrib.auth.models import AnonymousUser, Group

from gis_core.enums import Visibility
from gis_core.maps import entries, outages
from gis_core.maps.politeness import HostBusy, picture_turn, thread_place
from gis_core.maps.registry import map_service_register, service_change
from gis_core.models import MapService
from mapui.maps.selectors import map_services_shown
from tests.mapui.factories import staff_create
from tests.mapui.maps.fake_wms import GET_MAP, TILE, png

ADDRESS = "/map-services/official/wms"


def passed(monkeypatch, seconds: float) -> None:
    """The clock goes on."""
    later = time.time() + seconds
    monkeypatch.setattr("time.time", lambda: later)


# --- What services say about ages ---


@pytest.mark.parametrize(
    ("says", "seconds", "asked"),
    [
        ({"Cache-Control": "max-age=600"}, 500, 2),
        ({"Cache-Control": "max-age=600"}, 700, 3),
        ({"Cache-Control": "no-store"}, 1, 3),
        ({}, 23 * 3600, 2),
    ],
)
def test_picture_holds_as_long_as_the_service_says(
    client, service, wms, monkeypatch, says, seconds, asked
):
    wms.says = says
    client.get(ADDRESS, TILE)
    passed(monkeypatch, seconds)
    assert client.get(ADDRESS, TILE)["X-Map-Service"] == "ok"
    assert len(wms.asked) == asked


def test_picture_holds_as_long_as_the_registry_says_where_the_service_does_not(
    client, service, wms, monkeypatch
):
    service_change(service=service, keep_days=30)
    client.get(ADDRESS, TILE)
    passed(monkeypatch, 29 * 24 * 3600)
    client.get(ADDRESS, TILE)
    assert len(wms.asked) == 2


def test_unchanged_picture_is_renewed_and_not_sent_again(client, service, wms, monkeypatch):
    wms.says = {"ETag": '"7"', "Last-Modified": "Sat, 28 Nov 2026 10:00:00 GMT"}
    first = client.get(ADDRESS, TILE)
    passed(monkeypatch, 25 * 3600)
    wms.answer = (304, "text/plain", b"")
    second = client.get(ADDRESS, TILE)
    assert wms.headers[-1]["If-None-Match"] == '"7"'
    assert wms.headers[-1]["If-Modified-Since"] == "Sat, 28 Nov 2026 10:00:00 GMT"
    assert (second.content, second["X-Map-Service"]) == (first.content, "ok")
    client.get(ADDRESS, TILE)
    assert len(wms.asked) == 3


def test_browsers_ask_with_an_etag_and_get_no_second_copy(client, service, wms):
    first = client.get(ADDRESS, TILE)
    again = client.get(ADDRESS, TILE, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert first["Cache-Control"] == "public, max-age=3600"
    assert first["Content-Length"] == str(len(first.content))


def test_browsers_keep_a_picture_no_longer_than_the_service_allows(client, service, wms):
    wms.says = {"Cache-Control": "max-age=60"}
    client.get(ADDRESS, TILE)
    _public, age = client.get(ADDRESS, TILE)["Cache-Control"].split("max-age=")
    assert 50 <= int(age) <= 60


@pytest.mark.parametrize("content", [png((1024, 1024)), png((512, 512))[:-40], b"\x89PNG", b""])
def test_picture_that_is_odd_is_not_shown_and_not_kept(client, service, wms, content):
    wms.answer = (200, "image/png", content)
    assert client.get(ADDRESS, TILE)["X-Map-Service"] == "unavailable"
    wms.answer = None
    assert client.get(ADDRESS, TILE)["X-Map-Service"] == "ok"


def test_full_disk_costs_the_keeping_only(client, service, wms, settings, tmp_path):
    settings.PICTURE_ROOT = tmp_path / "file" / "below"
    (tmp_path / "file").write_text("")
    for _turn in range(2):
        assert client.get(ADDRESS, TILE).content == png((512, 512))
    assert len(wms.asked) == 3


# --- Several at once ---


def test_several_who_want_the_same_picture_ask_the_service_once():
    drawn = []

    def ask(_number):
        with picture_turn("one", held_s=5) as is_first:
            if is_first:
                time.sleep(0.2)
                drawn.append(1)
            return len(drawn)

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(ask, range(6))) == [1] * 6
    assert drawn == [1]


def test_host_gets_two_threads_and_all_hosts_three(monkeypatch):
    monkeypatch.setattr("gis_core.maps.politeness.WAIT_S", 0.1)
    monkeypatch.setattr("gis_core.maps.politeness.BRIEFLY_S", 0.1)
    with ExitStack() as held:
        for _turn in range(2):
            held.enter_context(thread_place("http://a.example/"))
        with pytest.raises(HostBusy), thread_place("http://a.example/"):
            pass
        held.enter_context(thread_place("http://b.example/"))
        with pytest.raises(HostBusy, match="3 threads"), thread_place("http://c.example/"):
            pass
    with ExitStack() as held:
        for name in "abc":
            held.enter_context(thread_place(f"http://{name}.example/"))


def test_nobody_waits_for_a_host_that_hangs(monkeypatch):
    monkeypatch.setattr("gis_core.maps.politeness.HANGS_S", 0.05)
    with thread_place("http://a.example/"), thread_place("http://a.example/"):
        began = time.monotonic()
        with pytest.raises(HostBusy), thread_place("http://a.example/"):
            pass
    assert time.monotonic() - began < 2


def test_place_that_becomes_free_is_taken():
    entered, leave = threading.Barrier(3), threading.Event()

    def hold(_number):
        with thread_place("http://a.example/"):
            entered.wait(5)
            leave.wait(5)

    with ThreadPoolExecutor(2) as pool:
        holding = [pool.submit(hold, number) for number in range(2)]
        entered.wait(5)
        threading.Timer(0.1, leave.set).start()
        with thread_place("http://a.example/"):
            pass
        assert [one.result() for one in holding] == [None, None]


def test_after_a_pause_one_request_alone_tries(client, service, wms, monkeypatch):
    wms.answer = (503, "text/plain", b"later")
    client.get(ADDRESS, GET_MAP)
    passed(monkeypatch, outages.PAUSE_S + 1)
    for _turn in range(3):
        client.get(ADDRESS, GET_MAP)
    assert len(wms.asked) == 3
    outage = outages.outages_known([service.pk])[service.pk]
    passed(monkeypatch, outages.PAUSE_S + 1)
    wms.answer = None
    assert client.get(ADDRESS, GET_MAP)["X-Map-Service"] == "ok"
    assert outage.since < time.time() - outages.PAUSE_S
    assert outages.outages_known([service.pk]) == {}


# --- Who sees it ---


@pytest.fixture
def role(db):
    return Group.objects.create(name="Grünflächen")


@pytest.mark.parametrize(
    ("visibility", "sees"),
    [
        (Visibility.PUBLIC, {"anybody", "staff", "member"}),
        (Visibility.STAFF, {"staff"}),
        (Visibility.ROLES, {"member"}),
    ],
)
def test_service_is_seen_by_those_it_is_for(
    client, service, role, django_user_model, visibility, sees
):
    service_change(service=service, visibility=visibility, roles=[role])
    member = django_user_model.objects.create_user("member")
    member.groups.add(role)
    people = {"anybody": AnonymousUser(), "staff": staff_create(), "member": member}
    for name, person in people.items():
        client.logout()
        if name != "anybody":
            client.force_login(person)
        status = client.get(ADDRESS, TILE).status_code
        assert (name, status) == (name, 200 if name in sees else 403)
        assert [one.slug for one in map_services_shown(person)] == (
            ["official"] if name in sees else []
        )


def test_browser_keeps_what_not_everybody_sees_for_itself(client, service):
    service_change(service=service, visibility=Visibility.STAFF)
    client.force_login(staff_create())
    assert client.get(ADDRESS, TILE)["Cache-Control"].startswith("private")


@pytest.fixture
def held(settings, tmp_path):
    settings.MAP_REGISTRY_MARK = tmp_path / "changed"
    settings.MAP_REGISTRY_MARK.touch()
    entries._held.clear()
    yield
    entries._held.clear()


def test_kept_picture_for_everybody_needs_no_statement(
    client, held, service, django_assert_num_queries
):
    first = client.get(ADDRESS, TILE)
    with django_assert_num_queries(0):
        again = client.get(ADDRESS, TILE)
    assert again.content == first.content


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("change", [{"visibility": Visibility.STAFF}, {"is_active": False}])
def test_change_of_who_sees_it_holds_at_once(client, held, wms, change):
    service = map_service_register(slug="official", url=wms.url, layers=["parcels"])
    assert client.get(ADDRESS, TILE).status_code == 200
    service_change(service=service, **change)
    assert client.get(ADDRESS, TILE).status_code in {403, 404}


def test_change_behind_the_registrys_back_holds_after_seconds(client, held, service, monkeypatch):
    assert client.get(ADDRESS, TILE).status_code == 200
    MapService.objects.update(is_active=False)
    assert client.get(ADDRESS, TILE).status_code == 200
    later = time.monotonic() + entries.HELD_S + 1
    monkeypatch.setattr("gis_core.maps.entries.time.monotonic", lambda: later)
    assert client.get(ADDRESS, TILE).status_code == 404


def test_middleware_of_kept_pictures_stands_behind_that_of_static_files():
    names = configured.MIDDLEWARE
    kept = names.index("mapui.maps.at_once.KeptPictureMiddleware")
    assert names[kept - 1] == "whitenoise.middleware.WhiteNoiseMiddleware"
