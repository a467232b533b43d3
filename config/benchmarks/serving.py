"""The program's own web server on a free port, on a benchmark's database."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

import httpx

from config import processes, programs

# The name of its process.
SERVER: Final = "bench-web"


@contextmanager
def web_server(database: str, environment: Mapping[str, str] | None = None) -> Iterator[str]:
    """The server's address, from its first answer on; `environment` goes before the installation's own settings."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    base, _slash, _name = processes.env.text("DATABASE_URL").rpartition("/")
    processes.process_start(
        name=SERVER,
        command=programs.web(f"127.0.0.1:{port}"),
        ready=lambda: _answers(f"{address}/open311/v2/discovery.json"),
        extra_environment={
            "DATABASE_URL": f"{base}/{database}",
            "PUBLIC_URL": address,
            **(environment or {}),
        },
    )
    try:
        yield address
    finally:
        processes.process_stop(SERVER)


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, trust_env=False).is_success
    except httpx.TransportError:
        return False
