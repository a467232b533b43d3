"""The registry: what is picked of a service, and what is noted when the service changes or fails."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from gis_core.enums import ServiceKind
from gis_core.errors import GisError
from gis_core.maps.capabilities.wms import wms_describe
from gis_core.maps.presets import presets, presets_read
from gis_core.maps.probing import service_check
from gis_core.maps.registry import PickRefused, Shown, extent_accept, layers_pick, zooms_of
from gis_core.maps.sources import is_moved, source_harvest, source_keep, source_order, sources_due
from gis_core.models import MapService, MapSource
from tests.gis_core.maps.test_harvest import COLLECTION, Fake, fake_host, wmts
from tests.mapui.factories import town_create
from tests.mapui.maps.test_map_services import png

BOX = (
    "<EX_GeographicBoundingBox><westBoundLongitude>{0}</westBoundLongitude><eastBoundLongitude>{1}</eastBoundLongitude>"
    "<southBoundLatitude>51</southBoundLatitude><northBoundLatitude>52</northBoundLatitude></EX_GeographicBoundingBox>"
)
LAYER = "<Layer queryable='{query}'><Name>{name}</Name><Title>{name}</Title>{box}{more}</Layer>"


def document(
    *names: str, west: float = 7, query: int = 0, more: str = "", crs: str = "EPSG:3857"
) -> str:
    box = BOX.format(west, west + 1)
    layers = "".join(LAYER.format(name=one, box=box, query=query, more=more) for one in names)
    return f"""<WMS_Capabilities version="1.3.0"><Service><Title>Amt</Title><Fees>dl-de/zero-2-0</Fees></Service>
    <Capability><Request><GetMap><Format>image/png</Format></GetMap><GetFeatureInfo><Format>text/html</Format>
    <Format>text/plain</Format></GetFeatureInfo></Request><Layer><Title>Alles</Title><CRS>{crs}</CRS>
    {layers}</Layer></Capability></WMS_Capabilities>"""


PICTURE = (200, png((256, 256)), "image/png")


@pytest.fixture
def host(settings):
    settings.PRIVATE_NETWORKS = {"map_service": ["127.0.0.0/8"]}
    with fake_host() as fake:
        answer_with(fake, document("flurkarte", "luftbild"))
        yield fake


def answer_with(host: Fake, capabilities: str, picture=PICTURE, info=None):
    def answer(path, query):
        if query.get("REQUEST") == "GetMap":
            status, body, media_type = picture
            return status, body, {"Content-Type": media_type}
        if query.get("REQUEST") == "GetFeatureInfo":
            body, media_type = info or ("<ServiceExceptionReport/>", "text/xml")
            return 200, body, {"Content-Type": media_type}
        return 200, capabilities, {"Content-Type": "text/xml"}

    host.answer = answer


@pytest.fixture
def source(db, host) -> MapSource:
    ordered = source_order(pasted=f"{host.url}/wms?SERVICE=WMS&REQUEST=GetCapabilities")
    source_harvest(source=ordered)
    ordered.refresh_from_db()
    return ordered


def pick(source: MapSource, *names: str, **shown) -> list[MapService]:
    return layers_pick(source=source, names=list(names), shown=Shown(**shown))


def harvest(source: MapSource) -> MapService:
    source_harvest(source=source)
    return MapService.objects.get()


def test_order_asks_nobody_and_harvest_keeps_what_is_said(db, host):
    ordered = source_order(pasted=f"{host.url}/wms")
    assert (host.asked, ordered.is_waiting) == ([], True)
    source_harvest(source=ordered)
    kept = MapSource.objects.get()
    assert (kept.url, kept.title, kept.kind) == (f"{host.url}/wms", "Amt", ServiceKind.WMS)
    assert (kept.licence, kept.is_waiting, kept.problem) == ("dl-de/zero-2-0", False, {})
    assert [layer["name"] for layer in kept.layers] == ["", "flurkarte", "luftbild"]


def test_picked_layers_are_off_the_map_until_somebody_says_so(source):
    flurkarte, luftbild = pick(
        source, "flurkarte", "luftbild", group="Kataster", attribution="© Amt"
    )
    assert (flurkarte.slug, luftbild.slug) == ("flurkarte", "luftbild")
    assert (flurkarte.is_active, flurkarte.visibility, flurkarte.group) == (
        False,
        "staff",
        "Kataster",
    )
    assert (flurkarte.attribution, flurkarte.licence) == ("© Amt", "dl-de/zero-2-0")
    assert flurkarte.box == [7.0, 51.0, 8.0, 52.0]


def test_layer_that_is_picked_twice_keeps_its_entry(source):
    assert pick(source, "flurkarte") == pick(source, "flurkarte")


def test_short_name_that_is_taken_gets_a_number(source):
    MapService.objects.create(slug="flurkarte", title="Andere", url="http://a.example/", layers="x")
    assert [one.slug for one in pick(source, "flurkarte")] == ["flurkarte-2"]


@pytest.mark.parametrize(
    ("names", "text"),
    [([], "at least one"), (["nichts"], "no layer “nichts”"), (["flurkarte", ""], "group")],
)
def test_what_cannot_be_picked_is_refused_whole(source, names, text):
    with pytest.raises(PickRefused, match=text):
        pick(source, *names)
    assert not MapService.objects.exists()


@pytest.mark.parametrize(
    ("capabilities", "text"),
    [
        (document("a", crs="EPSG:2056"), "in none of these systems"),
        (document("a,b"), "comma"),
        (document("a").replace("image/png", "image/tiff"), "no pictures as PNG"),
        (wmts(crs="EPSG:25832").replace("spw2_light", "a"), "no tiles on the grid"),
        (json.dumps({"collections": [{**COLLECTION, "id": "a"}]}), "loaded as geodata"),
    ],
)
def test_layer_that_our_maps_cannot_show_is_refused_in_words(db, host, capabilities, text):
    answer_with(host, capabilities)
    source = source_order(pasted=f"{host.url}/x")
    source_harvest(source=source)
    source.refresh_from_db()
    with pytest.raises(PickRefused, match=text):
        pick(source, "a,b" if "comma" in text else "a")


def test_vanished_layer_is_noted_with_since_when_and_comes_back(source, host):
    pick(source, "flurkarte")
    answer_with(host, document("luftbild"))
    first = harvest(source).vanished_since
    assert first is not None
    assert harvest(source).vanished_since == first
    answer_with(host, document("flurkarte"))
    assert harvest(source).vanished_since is None


def test_moved_extent_is_noted_until_it_is_taken_as_right(source, host):
    pick(source, "flurkarte")
    answer_with(host, document("flurkarte", west=7.01))
    assert harvest(source).moved_since is None
    answer_with(host, document("flurkarte", west=9))
    moved = harvest(source)
    assert moved.moved_since is not None
    assert moved.box == [7.0, 51.0, 8.0, 52.0]
    moved.source.refresh_from_db()
    extent_accept(service=moved)
    assert harvest(source).moved_since is None
    assert MapService.objects.get().box == [9.0, 51.0, 10.0, 52.0]


@pytest.mark.parametrize("now", [None, [7.0, 51.0, 8.0, 52.0]])
def test_extent_without_a_known_one_has_not_moved(now):
    assert not is_moved(None, now)
    assert not is_moved(now, None)


def test_failing_service_keeps_what_it_said_and_since_when_it_fails(source, host):
    pick(source, "flurkarte")
    host.answer = lambda *_asked: (503, "Wartung", {})
    first = harvest(source).failing_since
    assert first is not None
    source.refresh_from_db()
    assert "503" in source.problem_text
    assert source.layer_named("flurkarte")
    assert harvest(source).failing_since == first
    answer_with(host, document("flurkarte"))
    assert harvest(source).failing_since is None


def test_order_that_no_worker_took_is_found(source):
    assert sources_due() == []
    source_order(pasted=source.url)
    assert sources_due() == []
    MapSource.objects.update(ordered_at=timezone.now() - timedelta(minutes=3))
    assert sources_due() == [source.pk]


def test_sources_of_which_something_was_picked_are_asked_again(source):
    assert sources_due(all_of_them=True) == []
    pick(source, "flurkarte", "luftbild")
    assert sources_due(all_of_them=True) == [source.pk]


@pytest.mark.parametrize(
    ("smallest", "largest", "zooms"),
    [
        (None, None, (0, 20)),
        (None, 5000, (17, 20)),
        (1000, None, (0, 18)),
        (1, 2, (20, 20)),
        (500, 10_000, (16, 19)),
    ],
)
def test_scales_become_zooms(smallest, largest, zooms):
    assert zooms_of(smallest, largest) == zooms


@pytest.mark.parametrize(
    "text", ["${alert(1)}", "`x`", "</script><script>", "a\u202eb", "😀" * 300]
)
def test_hostile_titles_are_kept_as_text(db, text):
    escaped = text.replace("<", "&lt;")
    capabilities = document("flurkarte").replace("<Title>flurkarte", f"<Title>{escaped}")
    kept = source_keep(url="http://a.example/wms", described=wms_describe(capabilities.encode()))
    (service,) = pick(kept, "flurkarte")
    assert service.title == text[:100]


def test_collections_with_nul_and_half_characters_can_be_kept(db, host):
    odd = {"collections": [{**COLLECTION, "id": "a\0b", "title": "\ud800x"}], "title": "T\0"}
    answer_with(host, json.dumps(odd))
    source = source_order(pasted=f"{host.url}/collections")
    source_harvest(source=source)
    source.refresh_from_db()
    assert (source.title, source.layers[0]["name"], source.layers[0]["title"]) == ("T", "ab", "x")


@pytest.fixture
def entry(source) -> MapService:
    town_create()
    return pick(source, "flurkarte")[0]


def checked(entry: MapService) -> list[tuple[str, str]]:
    service_check(service=entry)
    entry.refresh_from_db()
    return entry.check_texts


def two_colours() -> bytes:
    from io import BytesIO

    from PIL import Image

    picture = Image.new("RGB", (256, 256), "white")
    picture.putpixel((3, 3), (0, 0, 0))
    target = BytesIO()
    picture.save(target, "PNG")
    return target.getvalue()


@pytest.mark.parametrize(
    ("picture", "severity", "text"),
    [
        ((200, two_colours(), "image/png"), "info", "Zeichnet"),
        ((200, png((256, 256)), "image/png"), "warning", "leer"),
        ((200, png((999, 256)), "image/png"), "error", "999 × 256"),
        ((200, two_colours()[:60], "image/png"), "error", "nicht lesbar"),
        ((200, b"<ServiceExceptionReport/>", "text/xml"), "error", "Zeichnet nicht"),
        ((500, b"", "text/plain"), "error", "Zeichnet nicht"),
        ((200, b"<html>", "text/html"), "error", "Zeichnet nicht"),
    ],
)
def test_check_tells_what_came_of_a_picture(entry, host, picture, severity, text):
    answer_with(host, document("flurkarte"), picture)
    (found,) = checked(entry)
    assert found[0] == severity
    assert text in found[1]
    assert entry.checked_at is not None


@pytest.mark.parametrize(
    ("info", "severity", "text"),
    [
        (("Flurstück 12", "text/plain"), "info", "text/plain"),
        (("<html>", "text/html"), "info", "text/html"),
        (None, "warning", "verweigert die Auskunft"),
    ],
)
def test_check_finds_the_format_of_feature_info(entry, host, info, severity, text):
    answer_with(host, document("flurkarte", query=1), (200, two_colours(), "image/png"), info)
    source_harvest(source=entry.source)
    entry.source.refresh_from_db()
    _picture, found = checked(entry)
    assert (found[0], text in found[1]) == (severity, True)


def test_check_says_that_the_service_is_elsewhere(entry, host):
    answer_with(host, document("flurkarte", west=11), (200, two_colours(), "image/png"))
    source_harvest(source=entry.source)
    entry.source.refresh_from_db()
    assert [severity for severity, _text in checked(entry)] == ["info", "warning"]


def test_check_without_a_boundary_tries_nothing(source, host):
    (service,) = pick(source, "flurkarte")
    asked = len(host.asked)
    assert [severity for severity, _text in checked(service)] == ["info"]
    assert len(host.asked) == asked


def test_presets_name_licence_and_attribution_of_each_service():
    known = presets()
    assert len({one.url for one in known}) == len(known) >= 12
    assert all(one.licence and one.attribution and one.url.startswith("https://") for one in known)
    licences = {one.licence for one in known if "nrw.de/geobasis" in one.url}
    assert licences == {"dl-de/zero-2-0"}
    assert {one.url.rpartition("/")[2] for one in known} >= {"wms_nw_oeffentliches_eigentum"}


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "name,url\n", b"\xff\xfe"])
def test_presets_that_are_none_are_refused_in_words(tmp_path, text):
    path = tmp_path / "p.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    if text in ("", "name,url\n"):
        assert presets_read(path) == []
        return
    with pytest.raises(GisError, match="no list of map services"):
        presets_read(path)
