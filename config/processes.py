"""Background processes with a number file each, in the form that `./run stop` reads.

A number alone may after a crash or a restart belong to somebody else's process, so the file holds the machine's
boot and the process's start time as well; what does not match is neither believed nor ended.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import httpx

from config import env
from config.logs import log_close, logs_rotate

VAR = env.path("FLURPOST_VAR", env.ROOT / "var")
START_SECONDS = 60.0
STOP_SECONDS = 30.0
# Fields of /proc/PID/stat after the name: the state comes first, the start in clock ticks is the twentieth.
STATE_FIELD, START_FIELD = 0, 19
# Processes started by this very process: to be waited for when they end, or they stay in the table as zombies.
CHILDREN: dict[str, subprocess.Popen[bytes]] = {}


class ProcessError(Exception):
    """A background process did not start, or something else already runs under its name."""


def process_mark(number: int) -> str | None:
    """What tells this process from a later one with the same number: boot and start time; None when it has ended."""
    try:
        stat = Path(f"/proc/{number}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    fields = stat.rpartition(")")[2].split()
    if fields[STATE_FIELD] == "Z":
        return None
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    return f"{boot}-{fields[START_FIELD]}"


def process_file(name: str) -> Path:
    return VAR / "run" / f"{name}.pid"


def process_log(name: str) -> Path:
    return VAR / "log" / f"{name}.log"


def process_record(*, name: str, number: int) -> None:
    """Writes the file by which `./run stop` finds this process."""
    process_file(name).parent.mkdir(parents=True, exist_ok=True)
    process_file(name).write_text(f"{number} {process_mark(number)}\n")


def process_alive(name: str) -> int | None:
    """The number of the process that was started under this name, if it still runs."""
    try:
        number, mark = process_file(name).read_text().split()
    except (FileNotFoundError, ValueError):
        return None
    return int(number) if process_mark(int(number)) == mark else None


def name_check(name: str) -> None:
    """Raises ProcessError for a name under which a process runs."""
    if (number := process_alive(name)) is not None:
        raise ProcessError(f"{name} already runs as process {number}; `./run stop` ends it.")


def process_start(
    *,
    name: str,
    command: Sequence[str],
    ready: Callable[[], bool],
    extra_environment: Mapping[str, str] | None = None,
    directory: Path = env.ROOT,
) -> int:
    """Starts a command in a session of its own, its output in var/log/NAME.log, and waits until it is ready.

    Returns the process number. A process that ends or is not ready within START_SECONDS is a ProcessError that
    carries the end of its log; so is a name under which one already runs.
    """
    name_check(name)
    log = process_log(name)
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        log_close(log)
        logs_rotate(log.parent)
        process = subprocess.Popen(
            command,
            cwd=directory,
            env={**os.environ, **(extra_environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    CHILDREN[name] = process
    process_record(name=name, number=process.pid)
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is not None or not ready():
        if process.poll() is not None or time.monotonic() > deadline:
            process_stop(name)
            tail = "\n".join(log.read_text(errors="replace").splitlines()[-20:])
            raise ProcessError(f"{name} did not start; the end of {log}:\n{tail}")
        time.sleep(0.05)
    return process.pid


def process_stop(name: str) -> bool:
    """Ends the process that was started under this name and what it leaves behind; False if none ran.

    After STOP_SECONDS without an end the whole session is killed.
    """
    number = process_alive(name)
    if number is not None:
        os.kill(number, signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        while process_alive(name) is not None:
            if time.monotonic() > deadline:
                os.killpg(number, signal.SIGKILL)
                deadline += STOP_SECONDS
            time.sleep(0.05)
        # lighttpd leaves its MapServer processes running. A group's number is not given away while members live.
        with suppress(ProcessLookupError):
            os.killpg(number, signal.SIGTERM)
    process_file(name).unlink(missing_ok=True)
    if (child := CHILDREN.pop(name, None)) is not None:
        child.wait()
    return number is not None


def address_free(address: str) -> bool:
    """Whether nobody listens at this host:port; a server of somebody else must not be taken for ours."""
    host, _, port = address.rpartition(":")
    with socket.socket() as probe:
        # As servers do, so that a connection which is just closing does not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, int(port)))
        except OSError:
            return False
    return True


def address_choose(address: str) -> str:
    """This host:port if it is free, otherwise the same host with a port that the system gives."""
    if address_free(address):
        return address
    host, _, _ = address.rpartition(":")
    with socket.socket() as probe:
        probe.bind((host, 0))
        return f"{host}:{probe.getsockname()[1]}"


def address_answers(address: str) -> Callable[[], bool]:
    """Readiness of a web server: whether it answers at this address at all, whatever the status."""

    def ready() -> bool:
        try:
            httpx.get(address, timeout=2, trust_env=False)
        except httpx.TransportError:
            return False
        return True

    return ready


def log_says(name: str, text: str) -> Callable[[], bool]:
    """Readiness of a process without an address: whether its log says this from now on."""
    log = process_log(name)
    start = log.stat().st_size if log.exists() else 0

    def ready() -> bool:
        with log.open("rb") as lines:
            # Smaller than it was: it has been rotated meanwhile.
            lines.seek(start if log.stat().st_size >= start else 0)
            return text.encode() in lines.read()

    return ready
