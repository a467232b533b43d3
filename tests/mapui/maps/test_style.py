"""The base map's style: the same for MapLibre and MapServer, readable in each variant."""

from __future__ import annotations

import json
import re

import pytest

from mapui.maps.mapserver.mapfile import mapfile_render
from mapui.maps.mapserver.style import GROUP_NAMES, map_layers
from mapui.maps.style.colours import TABLE, Variant, colours
from mapui.maps.style.layers import Fill, Group, Label, style_layers
from mapui.maps.style.maplibre import style_build
from mapui.maps.tile_layers import TILE_SETS
from parcels.enums import OwnerClass, Usage

STYLES = list(style_layers())


def built(variant=Variant.MAP):
    tiles = {name: f"/tiles/{name}/{{z}}/{{x}}/{{y}}.mvt" for name in TILE_SETS}
    return style_build(variant, tiles=tiles, attribution="Stadt")


def luminance(colour):
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("variant", Variant)
def test_variant_has_every_colour(variant):
    assert TABLE.read_text().splitlines()[0] == "name,map,grey,print"
    for name, colour in colours(variant).items():
        assert re.fullmatch(r"#[0-9a-f]{6}", colour), name


@pytest.mark.parametrize("variant", Variant)
def test_labels_can_be_read_on_their_halo(variant):
    palette = colours(variant)
    for label in STYLES:
        if isinstance(label, Label):
            assert contrast(palette[label.colour], palette["halo"]) >= 4.0, label.name


def test_names_are_unique_and_tiles_known():
    names = [one.name for one in STYLES]
    assert len(set(names)) == len(names)
    known = {layer.name for tiles in TILE_SETS.values() for layer in tiles.layers}
    assert {one.tile.name for one in STYLES} <= known


def test_every_use_and_every_owner_has_a_colour():
    by = {one.name: dict(one.colours) for one in STYLES if isinstance(one, Fill) and one.by}
    assert set(by["land_use"]) == set(Usage) - {Usage.UNKNOWN}
    assert set(by["owners"]) == set(OwnerClass) - {OwnerClass.UNKNOWN}


def test_labels_appear_from_their_zooms():
    """Street names from 13, buildings from 15, house numbers from 18; MapLibre counts one less."""
    minima = {layer["id"]: layer.get("minzoom", 0) for layer in built()["layers"]}
    assert min(minima[f"name_{one}"] for one in "ABLKGSP") == 12
    assert (minima["buildings"], minima["house_numbers"]) == (14, 17)


def test_tiles_hold_what_the_style_draws():
    """No layer is drawn at a zoom at which its tile is still empty."""
    for one in STYLES:
        assert one.tile.min_zoom <= max(0, one.min_zoom - 1) + 1e-9 or one.min_zoom == 0, one.name


def test_parcel_numbers_give_way_to_street_names():
    order = [layer["id"] for layer in built()["layers"]]
    assert order.index("parcel_numbers") < order.index("house_numbers") < order.index("name_P")


def test_parcel_number_finds_room_beside_a_house_number():
    """Both stand on the building: one line of letters and the padding of both lie between them."""
    layers = {layer["id"]: layer["layout"] for layer in built()["layers"] if "layout" in layer}
    parcel, house = layers["parcel_numbers"], layers["house_numbers"]
    assert parcel["text-variable-anchor"][0] == "center"
    line = 1.2 * (parcel["text-size"] + house["text-size"]) / 2
    apart = parcel["text-radial-offset"] * parcel["text-size"] + 1.2 * parcel["text-size"] / 2
    assert apart > line + parcel["text-padding"] + house["text-padding"]


def test_only_the_base_is_visible_at_first():
    groups = {layer["metadata"]["group"] for layer in built()["layers"]}
    assert groups == set(Group)
    for layer in built()["layers"][1:]:
        is_base = layer["metadata"]["group"] == Group.BASE
        assert (layer["layout"]["visibility"] == "visible") == is_base


def test_widths_grow_with_the_map():
    for layer in built()["layers"]:
        if layer["type"] == "line":
            kind, curve, _zoom, first, least, last, most = layer["paint"]["line-width"]
            assert (kind, curve) == ("interpolate", ["exponential", 2])
            assert first < last
            assert least < most


def test_style_is_one_attribution_and_no_foreign_address():
    text = json.dumps(built())
    assert text.count("Stadt") == 1
    assert "http" not in text


def test_style_follows_the_editions(staff_client, town):
    response = staff_client.get("/maps/styles/grey.json")
    assert response["Cache-Control"] == "private, no-cache"
    addresses = [one["tiles"][0] for one in response.json()["sources"].values()]
    assert all(re.search(r"/\{z\}/\{x\}/\{y\}\.mvt\?editions=[\d-]*$", one) for one in addresses)


def test_style_is_for_staff_and_known_variants(client, staff_client, town):
    assert staff_client.get("/maps/styles/neon.json").status_code == 404
    client.logout()
    assert client.get("/maps/styles/map.json").status_code == 403


@pytest.mark.django_db
def test_mapserver_draws_each_layer_of_each_variant(tmp_path):
    text = mapfile_render(tmp_path / "fonts.list")
    base = [one for one in STYLES if one.group is Group.BASE]
    for variant in Variant:
        for one in base:
            assert f'NAME "{GROUP_NAMES[variant]}_{one.name}"' in text
    for one in STYLES:
        if one.group is not Group.BASE:
            assert f'NAME "{GROUP_NAMES[one.group]}_{one.name}"' in text


def test_mapserver_text_is_never_ended_by_a_quote():
    for layer in map_layers():
        assert '"' not in layer.rows
