"""Pictures on the disk: whole or not there, within a limit, and never a reason to fail."""

from __future__ import annotations

import errno
import time
from dataclasses import replace

import pytest

from gis_core.maps import store
from gis_core.maps.store import MapImage, content_tag, picture_keep, picture_kept, pictures_sweep

DAY = 24 * 3600
KEY = "ab" + "0" * 46


@pytest.fixture(autouse=True)
def root(settings, tmp_path, monkeypatch):
    settings.PICTURE_ROOT = tmp_path / "pictures"
    settings.PICTURE_CACHE_BYTES = 16_000
    monkeypatch.setattr(store, "_written", store._Written())
    return settings.PICTURE_ROOT


def image_of(size: int = 3, *, fresh_until: float | None = None) -> MapImage:
    now = time.time()
    return MapImage(
        content=b"\n" * size,
        media_type="image/png",
        drawn_at=now,
        fresh_until=now + DAY if fresh_until is None else fresh_until,
        source_tag='"1"',
        source_date="Sat, 28 Nov 2026 10:00:00 GMT",
    )


def files(root) -> list:
    return [path for path in root.glob("*/*") if path.is_file()]


def test_picture_comes_back_as_it_was_kept():
    assert picture_kept(KEY) is None
    kept = image_of()
    picture_keep(KEY, kept)
    assert picture_kept(KEY) == replace(kept, tag=content_tag(kept.content))


@pytest.mark.parametrize(
    "content", [b"", b"{}\nabc", b"[1]\nabc", b"\xff\xfe\nabc", b"no line end"]
)
def test_damaged_file_is_no_picture(root, content):
    picture_keep(KEY, image_of())
    files(root)[0].write_bytes(content)
    assert picture_kept(KEY) is None


def test_file_cut_by_a_power_cut_is_no_picture(root):
    picture_keep(KEY, image_of(500))
    (path,) = files(root)
    path.write_bytes(path.read_bytes()[:-1])
    assert picture_kept(KEY) is None


def test_killed_while_writing_leaves_the_former_picture(root, monkeypatch):
    former = image_of()
    picture_keep(KEY, former)
    monkeypatch.setattr(store.Path, "replace", lambda *_to: (_ for _ in ()).throw(SystemExit))
    with pytest.raises(SystemExit):
        picture_keep(KEY, image_of(9))
    assert picture_kept(KEY).content == former.content
    assert len(files(root)) == 2
    later = time.time() + store.UNDER_WAY_S + 60
    monkeypatch.setattr("time.time", lambda: later)
    pictures_sweep()
    assert [path.name for path in files(root)] == [KEY[2:]]


def test_full_disk_is_logged_and_leaves_nothing(root, monkeypatch, caplog):
    def full(*_given):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(store.Path, "replace", full)
    picture_keep(KEY, image_of())
    assert picture_kept(KEY) is None
    assert files(root) == []
    assert "No space left on device" in caplog.text


def test_folder_that_cannot_be_written_costs_the_keeping_only(root, caplog):
    root.write_text("a file in the way")
    picture_keep(KEY, image_of())
    assert picture_kept(KEY) is None
    assert "was not kept" in caplog.text


def test_folder_stays_within_its_limit_and_what_holds_longest_stays(root):
    now = time.time()
    for number in range(100):
        picture_keep(f"{number:048}", image_of(700, fresh_until=now + number))
        assert sum(path.stat().st_size for path in files(root)) <= 16_000
    kept = [number for number in range(100) if picture_kept(f"{number:048}")]
    assert kept[-1] == 99
    assert kept == list(range(kept[0], 100))
    assert len(kept) > 5


def test_pictures_of_no_use_go(root, monkeypatch):
    picture_keep(KEY, image_of())
    almost = time.time() + DAY + store.STAND_IN_S
    monkeypatch.setattr("time.time", lambda: almost)
    pictures_sweep()
    assert picture_kept(KEY)
    later = almost + store.UNDER_WAY_S + 60
    monkeypatch.setattr("time.time", lambda: later)
    pictures_sweep()
    assert picture_kept(KEY) is None
