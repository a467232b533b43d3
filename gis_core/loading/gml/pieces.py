"""Large feature collections in pieces, each parsed as a document of its own: that takes half the time of a stream.

Pieces are cut behind members of the root. A cut may be wrong (in a comment, below further wrappers): then the piece
is not well-formed, and the document is read as one stream from there on, which also says what an error is and where.
So the elements are those of elements_stream(), in the same order.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from itertools import islice
from pathlib import Path
from typing import IO, Final

from lxml import etree

from gis_core.loading.gml.document import elements_stream
from gis_core.loading.read.batches import no_progress
from gis_core.loading.read.formats import file_open
from gis_core.loading.read.prefetch import prefetched

# As a tree a piece takes some ten times as much memory, and should still fit a processor's cache.
PIECE_BYTES: Final = 1 << 17
# What has no end of a member for so long is no collection of features.
_UNCUT_BYTES: Final = 16 << 20
# Of the root element, in what stands at the beginning of a document.
START_TAG: Final = re.compile(rb"<([A-Za-z_][\w.:-]*)(?:[^>\"']|\"[^\"]*\"|'[^']*')*>")
_MEMBER_END: Final = re.compile(rb"</(?:[\w.-]+:)?(?:m|featureM)ember\s*>")


class _Uncuttable(Exception):
    """The document has no members in its root, or a cut was wrong."""


def elements_ahead(
    path: Path, names: Collection[str], size: int = PIECE_BYTES
) -> Iterator[etree._Element]:
    """What elements_stream() yields for the file, which may be gzipped; `size` is that of a piece in bytes."""
    passed = 0
    tags = [f"{{*}}{name}" for name in names]
    try:
        for root in prefetched(lambda _: _trees(path, size), no_progress):
            for _, element in etree.iterwalk(root, ("end",), tags):
                passed += 1
                yield element
    except _Uncuttable:
        with file_open(path) as stream:
            yield from islice(elements_stream(stream, names), passed, None)


def _trees(path: Path, size: int) -> Iterator[etree._Element]:
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    with file_open(path) as stream:
        for piece in _pieces(stream, size):
            try:
                yield etree.fromstring(piece, parser)
            except (etree.XMLSyntaxError, LookupError) as error:
                raise _Uncuttable from error


def _pieces(stream: IO[bytes], size: int) -> Iterator[bytes]:
    """Documents of about so many bytes with the same root element; the last one ends as the whole does."""
    rest = stream.read(size)
    root, member_end = START_TAG.search(rest), _MEMBER_END.search(rest)
    head = b""
    while chunk := stream.read(size):
        if root is None or member_end is None or len(rest) > _UNCUT_BYTES:
            raise _Uncuttable
        if (last := rest.rfind(member_end[0])) >= 0:
            cut = last + len(member_end[0])
            yield b"%b%b</%b>" % (head, rest[:cut], root[1])
            head, rest = root.string[: root.end()], rest[cut:]
        rest += chunk
    yield head + rest
