"""Documents read in pieces give the elements of the whole, whatever stands where they are cut."""

from __future__ import annotations

import gzip
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis_core.loading.gml.document import GmlError, elements_stream
from gis_core.loading.gml.pieces import elements_ahead

NAMES = ["member", "F", "Envelope"]
HEAD = b'<?xml version="1.0"?><!-- > --><w:C xmlns:w="urn:w" n=\'"/>\'><w:boundedBy><Envelope/></w:boundedBy>'


def seen(elements) -> list[tuple[str, str, str]]:
    return [(e.tag, e.get("n", ""), "".join(e.itertext())) for e in elements]


def both(path: Path, text: bytes, size: int) -> tuple[list, list]:
    path.write_bytes(text)
    whole = elements_stream(io.BytesIO(text), NAMES)
    return seen(elements_ahead(path, NAMES, size)), seen(whole)


def members(count: int, inside: bytes = b"") -> bytes:
    return b"".join(
        b'<w:member>\n<F n="%d">%b<v>%d</v></F></w:member>\n' % (n, inside, n) for n in range(count)
    )


@pytest.mark.parametrize(
    "inside",
    [
        b"",
        b"<!-- </w:member> -->",
        b"<![CDATA[</w:member>]]>",
        b"<?pi </w:member>?>",
        b"<w:boundedBy><Envelope/></w:boundedBy>",
        b"<w:member><F n='x'/></w:member>",
    ],
    ids=["plain", "comment", "cdata", "instruction", "envelope", "member_in_member"],
)
@pytest.mark.parametrize("size", [120, 333, 4000, 1 << 20])
def test_pieces_give_what_the_whole_gives(tmp_path, inside, size):
    ahead, whole = both(tmp_path / "a.gml", HEAD + members(40, inside) + b"</w:C>", size)
    assert ahead == whole
    assert len(whole) >= 81


@given(st.data())
def test_any_size_of_the_pieces_gives_the_same(tmp_path_factory, data):
    parts = st.sampled_from(
        [b"<w:member><F/></w:member>", b"<w:member/>", b"<!-- </w:member> -->", b" ", b"<x>\n</x>"]
    )
    text = HEAD + b"".join(data.draw(st.lists(parts, max_size=30))) + b"</w:C>"
    path = tmp_path_factory.getbasetemp() / "pieces.gml"
    ahead, whole = both(path, text, data.draw(st.integers(1, 300)))
    assert ahead == whole


@pytest.mark.parametrize(
    "text",
    [
        b"<F><v>1</v></F>",
        b"<a><b><w:C xmlns:w='urn:w'>" + members(40) + b"</w:C></b></a>",
        (HEAD + members(40) + b"</w:C>").decode().replace("1.0", "1.0", 1).encode("utf-16"),
    ],
    ids=["one_feature", "wrapped_twice", "utf_16"],
)
def test_documents_that_are_no_plain_collections_are_streamed(tmp_path, text):
    ahead, whole = both(tmp_path / "a.xml", text, 500)
    assert ahead == whole
    assert whole


def test_gzipped_collection_is_unpacked(tmp_path):
    text = HEAD + members(40) + b"</w:C>"
    path = tmp_path / "a.gml.gz"
    path.write_bytes(gzip.compress(text))
    assert seen(elements_ahead(path, NAMES, 200)) == seen(elements_stream(io.BytesIO(text), NAMES))


@pytest.mark.parametrize(
    "end",
    [b"", b"</w:D>", b"</w:C><more/>", b"<w:member><F>\xff</F></w:member></w:C>"],
    ids=["truncated", "other_end", "more_behind", "wrong_encoding"],
)
def test_errors_are_those_of_the_whole(tmp_path, end):
    text = HEAD + members(40) + end
    path = tmp_path / "a.gml"
    path.write_bytes(text)
    with pytest.raises(GmlError) as ahead:
        list(elements_ahead(path, NAMES, 300))
    with path.open("rb") as stream, pytest.raises(GmlError) as whole:
        list(elements_stream(stream, NAMES))
    assert (str(ahead.value), ahead.value.feature) == (str(whole.value), whole.value.feature)
