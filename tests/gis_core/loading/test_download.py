"""A file by its address: fetched once, found by the index of its folder, refused in words."""

from __future__ import annotations

import pytest

from gis_core.errors import LoadError
from gis_core.loading.fetch.download import file_fetch
from tests.gis_core.loading.wfs_servers import serving_paths

INDEX = b'<d><file name="b_1_K\xc3\xb6ln.zip"/><file name="b_2_Bonn.zip"/></d>'


@pytest.fixture(autouse=True)
def allowed(settings):
    settings.PRIVATE_NETWORKS = {"geodata": ["127.0.0.0/8"]}


def answering(asked: list[str], index: bytes = INDEX):
    def answer(path, _):
        asked.append(path)
        if path.endswith("/"):
            return (200, "text/xml", index), {}
        return (200 if path.endswith(".zip") else 404, "application/zip", path.encode()), {}

    return answer


def test_file_is_found_by_the_index_and_fetched_once(tmp_path):
    asked: list[str] = []
    with serving_paths(answering(asked)) as base:
        path = file_fetch(f"{base}/open/b_1_*.zip", tmp_path / "files")
        again = file_fetch(f"{base}/open/b_1_*.zip", tmp_path / "files")
    assert (path.name, path.read_text("utf-8")) == ("b_1_Köln.zip", "/open/b_1_Köln.zip")
    assert again == path
    assert asked == ["/open/", "/open/b_1_Köln.zip", "/open/"]


@pytest.mark.parametrize(
    ("address", "index", "code"),
    [
        ("/open/b_3_*.zip", INDEX, "download_not_one"),
        ("/open/b_*.zip", INDEX, "download_not_one"),
        ("/open/b_1_*.zip", b"<html>", "wfs_no_xml"),
        ("/open/", INDEX, "download_nameless"),
        ("/open/..", INDEX, "download_nameless"),
        ("/open/none.csv", INDEX, "wfs_http"),
    ],
)
def test_file_that_cannot_be_had_is_told(tmp_path, address, index, code):
    with serving_paths(answering([], index)) as base, pytest.raises(LoadError) as caught:
        file_fetch(f"{base}{address}", tmp_path / "files", pauses_s=())
    assert (caught.value.message.code, caught.value.file) == (code, base.removeprefix("http://"))
    assert not (tmp_path / "files").exists()
