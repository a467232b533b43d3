"""Parcel keys: the published vectors, every way people write them, and properties."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis_core.datasets import RowError
from parcels.errors import ParcelKeyError
from parcels.importers.key_columns import KeyColumns, key_columns
from parcels.keys import (
    ParcelKey,
    ParcelReference,
    parcel_key_normalise,
    parcel_key_parse,
    parcel_label,
    parcel_reference_parse,
)

CASTROP = ParcelKey(5, 5287, 14, 123, 4)

keys = st.builds(
    ParcelKey,
    land=st.integers(1, 16),
    gemarkung=st.integers(0, 9999),
    flur=st.none() | st.integers(1, 999),
    numerator=st.integers(1, 99999),
    denominator=st.none() | st.integers(1, 9999),
    sequence=st.sampled_from(["", "01", "A1", "0Z"]),
)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("05329001100085______", ParcelKey(5, 3290, 11, 85)),
        ("05314403900040______", ParcelKey(5, 3144, 39, 40)),
        ("05311000400273______", ParcelKey(5, 3110, 4, 273)),
        ("152450008007460284__", ParcelKey(15, 2450, 8, 746, 284)),
        ("055287014001230004__", CASTROP),
        ("07256602000022______", ParcelKey(7, 2566, 20, 22)),
        ("055287___00123______", ParcelKey(5, 5287, None, 123)),
        ("05528701400123000401", ParcelKey(5, 5287, 14, 123, 4, "01")),
    ],
)
def test_published_keys_are_read_and_written_back(text, parts):
    assert parcel_key_parse(text) == parts
    assert str(parts) == text


@pytest.mark.parametrize(
    "text",
    [
        "055287014001230004",
        "055287014001230004  ",
        "055287014001230004_",
        " 055287014001230004__ ",
        "05528701400123000400",
    ],
)
def test_spellings_of_a_key_are_normalised(text):
    assert parcel_key_normalise(text) == "055287014001230004__"


@pytest.mark.parametrize("text", ["05528701400123", "05528701400123      ", "05528701400123000000"])
def test_missing_denominator_as_nothing_spaces_or_zeros(text):
    assert parcel_key_normalise(text) == "05528701400123______"


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("055287001     1      ", "05528700100001______"),
        ("055287001     1", "05528700100001______"),
        ("055287001 12 4", "055287001000120004__"),
        ("055287 14  123   4  ", "055287014001230004__"),
        ("055287001    1    01", "05528700100001____01"),
        ("055287      12   4", "055287___000120004__"),
    ],
)
def test_blanks_stand_for_zeros_and_for_what_is_missing(text, key):
    assert parcel_key_normalise(text) == key


@pytest.mark.parametrize(
    "text",
    [
        "",
        "055287001 1 / 2",
        "Castrop",
        "5287-14-123/4",
        "0552870140012",
        "055287014001230004__0",
        "05528701400000______",
        "٠" * 20,
    ],
)
def test_no_key_is_refused(text):
    with pytest.raises(ParcelKeyError):
        parcel_key_parse(text)


@given(keys)
def test_every_key_has_20_characters_and_comes_back(key):
    assert len(str(key)) == 20
    assert parcel_key_parse(str(key)) == key


@given(keys.filter(lambda key: not key.sequence))
def test_stripped_key_is_the_same_key(key):
    assert parcel_key_parse(str(key).rstrip("_")) == key
    assert parcel_key_parse(str(key).replace("_", " ")) == key


@given(keys.filter(lambda key: key.flur is not None and not key.sequence))
def test_numbers_with_separators_name_the_same_parcel(key):
    reference = parcel_reference_parse(
        f"{key.land:02} {key.gemarkung:04} {key.flur:03} {key.numerator:05}"
        + (f"/{key.denominator:04}" if key.denominator else "")
    )
    assert reference == ParcelReference(
        flur=key.flur,
        numerator=key.numerator,
        denominator=key.denominator,
        land=key.land,
        gemarkung=key.gemarkung,
    )


@given(st.text(max_size=40))
def test_any_text_is_a_reference_or_a_clear_error(text):
    try:
        reference = parcel_reference_parse(text)
    except ParcelKeyError:
        return
    assert reference.numerator > 0


@pytest.mark.parametrize(
    "text", ["Flur 14 Flst 123/4", "Flur 14, Flurstück 123/4", "fl. 014 FS Nr. 00123/0004"]
)
def test_no_gemarkung_is_left_open(text):
    assert parcel_reference_parse(text) == ParcelReference(14, 123, 4)


@pytest.mark.parametrize(
    "text",
    [
        "5287-14-123/4",
        "5287 14 123/4",
        "5287/14/123/4",
        "5287-014-00123/0004",
        "Gemarkung 5287 Flur 14 Flurstück 123/4",
        "Gemarkung 5287, Flur 14, Flurstück 123/4",
    ],
)
def test_gemarkung_by_number(text):
    assert parcel_reference_parse(text) == ParcelReference(14, 123, 4, gemarkung=5287)


@pytest.mark.parametrize(
    "text",
    ["05 5287 014 00123/0004", "055287-14-123/4", "05-5287-14-123/4", "055287014001230004__"],
)
def test_gemarkung_with_state(text):
    assert parcel_reference_parse(text) == ParcelReference(14, 123, 4, land=5, gemarkung=5287)


@pytest.mark.parametrize(
    "text",
    [
        "Castrop Flur 014 Flst. 123/4",
        "Castrop, Flur 14, Flurstück 123/4",
        "Gemarkung Castrop, Flur 14, Flurstück 123/4",
        "Castrop 14 123/4",
        "  Castrop  Fl. 14  Flst 123 / 4 ",
        "Castrop Flur 14 Flurstück Nr. 123/4",
        "castrop flur 14 flst 123/4".replace("castrop", "Castrop"),
    ],
)
def test_gemarkung_by_name(text):
    assert parcel_reference_parse(text) == ParcelReference(14, 123, 4, gemarkung_name="Castrop")


@pytest.mark.parametrize(
    "text",
    [
        "Castrop, Flur 14, Flurstueck 123/4",
        "Gemarkung: Castrop, Flur: 14, Flurstück: 123/4",
        "Castrop 14/123/4",
        "Castrop-14-123/4",
        "Castrop, Flur 14, Flurstück-Nr. 123/4",
        "Castrop Flur 14 Flstk. 123/4",
        "Castrop Flur 14 Parzelle 123/4",
        "Flur 14 Flurstück 123/4 Gemarkung Castrop",
        "Flurstück 123/4, Flur 14, Gemarkung Castrop",
        "Flst. 123/4 der Flur 14 in der Gemarkung Castrop",
        "Flst. 123/4 der Flur 14 in Castrop",
    ],
)
def test_other_orders_and_words(text):
    assert parcel_reference_parse(text) == ParcelReference(14, 123, 4, gemarkung_name="Castrop")


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("055287-014-00123-0004", ParcelReference(14, 123, 4, land=5, gemarkung=5287)),
        ("055287 014 00123 0004 __", ParcelReference(14, 123, 4, land=5, gemarkung=5287)),
        # Bavaria, Saxony and others have no Fluren.
        (
            "Gemarkung München Flurstück 123/4",
            ParcelReference(None, 123, 4, gemarkung_name="München"),
        ),
        ("Gemarkung München 123", ParcelReference(None, 123, gemarkung_name="München")),
        ("Altstadt-Nord Flst. 123", ParcelReference(None, 123, gemarkung_name="Altstadt-Nord")),
        ("098412-123/4", ParcelReference(None, 123, 4, land=9, gemarkung=8412)),
        ("8412-123/4", ParcelReference(None, 123, 4, gemarkung=8412)),
        ("Flur 14, Flurstück 123/4", ParcelReference(14, 123, 4)),
        ("Flurstück 123/4", ParcelReference(None, 123, 4)),
    ],
)
def test_without_flur_or_gemarkung(text, reference):
    assert parcel_reference_parse(text) == reference


@pytest.mark.parametrize(
    "text",
    ["Flurstraße 12", "Hauptstr. 12a", "44575-123/4", "Im Flur 5", "51.55, 7.31", "L 651", "123/4"],
)
def test_addresses_and_places_are_no_reference(text):
    with pytest.raises(ParcelKeyError):
        parcel_reference_parse(text)


def test_name_with_umlaut_and_hyphen():
    assert (
        parcel_reference_parse("Pöppinghausen-Süd Flur 3 Flst. 7").gemarkung_name
        == "Pöppinghausen-Süd"
    )


def test_label_is_what_people_read():
    assert parcel_label(CASTROP, "Castrop") == "Gemarkung Castrop, Flur 14, Flurstück 123/4"
    assert parcel_label("055287___00123______") == "Gemarkung 055287, Flurstück 123"


usual = keys.filter(lambda key: not key.sequence).map(str)
spelled = st.sampled_from(
    ["055287014001230004", "05528701400123000401", "055287014001230000__", "055287000001230004__"]
)


@given(st.lists(st.one_of(usual, usual, spelled), max_size=5))
def test_keys_by_columns_are_those_that_are_read_one_by_one(texts):
    columns, read = key_columns(texts), [parcel_key_parse(text) for text in texts]
    assert columns == KeyColumns(
        [str(key) for key in read],
        [key.gemarkung_key for key in read],
        [key.flur for key in read],
        [key.numerator for key in read],
        [key.denominator for key in read],
    )


@pytest.mark.parametrize("wrong", ["05528701400000______", "0552870140012x______", "zu kurz"])
def test_first_wrong_key_is_named_by_its_row(wrong):
    with pytest.raises(RowError) as caught:
        key_columns(["055287014001230004__", wrong, "x"])
    assert caught.value.row == 1
