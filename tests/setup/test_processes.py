"""Background processes: started once, found again, and never mistaken for somebody else's."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from config import processes, programs

SLEEP = [sys.executable, "-c", "import time; print('up', flush=True); time.sleep(60)"]


@pytest.fixture(autouse=True)
def var(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(processes, "VAR", tmp_path)
    return tmp_path


@pytest.fixture
def stranger() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(SLEEP, stdout=subprocess.DEVNULL) as process:
        yield process
        process.kill()


def start(command: list[str] = SLEEP) -> int:
    return processes.process_start(
        name="sleeper", command=command, ready=processes.log_says("sleeper", "up")
    )


def test_process_started_is_alive_until_stopped() -> None:
    number = start()
    assert processes.process_alive("sleeper") == number
    assert processes.process_stop("sleeper") is True
    assert processes.process_alive("sleeper") is None
    assert processes.process_stop("sleeper") is False


def test_process_start_under_a_running_name_is_refused() -> None:
    start()
    with pytest.raises(processes.ProcessError, match="already runs"):
        start()
    processes.process_stop("sleeper")


def test_process_start_that_ends_at_once_tells_its_log() -> None:
    with pytest.raises(processes.ProcessError, match="the reason"):
        start([sys.executable, "-c", "raise SystemExit('the reason')"])
    assert not processes.process_file("sleeper").exists()


def test_process_stop_with_a_reused_number_leaves_the_stranger(
    stranger: subprocess.Popen[bytes],
) -> None:
    mark = processes.process_mark(stranger.pid)
    assert mark is not None
    processes.process_file("sleeper").parent.mkdir()
    processes.process_file("sleeper").write_text(f"{stranger.pid} {mark}9\n")
    assert processes.process_alive("sleeper") is None
    assert processes.process_stop("sleeper") is False
    assert stranger.poll() is None


def test_process_stop_ends_what_the_process_leaves_behind(tmp_path: Path) -> None:
    parent = f"""
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
open({str(tmp_path / "child")!r}, "w").write(str(child.pid))
print("up", flush=True)
time.sleep(60)
"""
    start([sys.executable, "-c", parent])
    child = int((tmp_path / "child").read_text())
    processes.process_stop("sleeper")
    for _ in range(100):
        if processes.process_mark(child) is None:
            return
        subprocess.run(["sleep", "0.05"], check=True)
    pytest.fail("the child still runs")


def test_address_in_use_is_seen_and_another_one_chosen() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        taken = f"127.0.0.1:{server.getsockname()[1]}"
        assert processes.address_free(taken) is False
        chosen = processes.address_choose(taken)
    assert chosen != taken
    assert processes.address_free(chosen) is True
    assert processes.address_choose(chosen) == chosen


def test_program_start_at_an_address_of_somebody_else_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        monkeypatch.setenv("WEB_ADDRESS", f"127.0.0.1:{server.getsockname()[1]}")
        with pytest.raises(processes.ProcessError, match="WEB_ADDRESS"):
            programs.program_start("web")
    assert not processes.process_file("web").exists()


def test_map_server_serves_its_one_map_file_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        address = processes.address_choose(f"127.0.0.1:{other.getsockname()[1]}")
    mapfile = tmp_path / "one.map"
    mapfile.write_text(
        'MAP NAME "one" SIZE 9 9 EXTENT 0 0 9 9 PROJECTION "init=epsg:25832" END'
        f' WEB METADATA "wms_title" "One" "wms_onlineresource" "http://{address}/wms"'
        ' "wms_enable_request" "*" "wms_srs" "EPSG:25832" END END END'
    )
    monkeypatch.setattr(programs, "RUN", tmp_path / "run")
    monkeypatch.setenv("MAP_ADDRESS", address)
    monkeypatch.setenv("MAPFILE", str(mapfile))
    programs.program_start("mapserver")
    try:
        wms = f"http://{address}/wms?SERVICE=WMS&REQUEST=GetCapabilities"
        assert "<Title>One</Title>" in httpx.get(wms).text
        assert "WMS_Capabilities" not in httpx.get(f"{wms}&map={mapfile}").text
        assert httpx.get(f"http://{address}/lighttpd.conf").status_code == 404
    finally:
        processes.process_stop("mapserver")
