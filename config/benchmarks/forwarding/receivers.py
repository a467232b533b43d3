"""`python receivers.py HOST PORT…`: Open311 endpoints that count what arrives. A program without the project.

PUT `/mode` with JSON changes how an endpoint behaves: `hang` seconds before each answer, `lose` the share of answers
that are lost after the request was stored. GET `/arrived` tells references and times.
"""

from __future__ import annotations

import json
import random
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


class Receiver(ThreadingHTTPServer):
    """One endpoint; `arrived` holds (reference, time, description) in the order of arrival."""

    request_queue_size = 128

    def __init__(self, host: str, port: int) -> None:
        super().__init__((host, port), Handler)
        self.arrived: list[tuple[str, float, str]] = []
        self.mode: dict[str, float] = {"hang": 0, "lose": 0}


class Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        now = time.time()
        text = parse_qs(self._body().decode())["description"][0]
        self.server.arrived.append((text[: text.index("]") + 1], now, text))
        time.sleep(self.server.mode["hang"])
        if random.random() < self.server.mode["lose"]:
            self.connection.close()
            return
        self._answer([{"service_request_id": str(len(self.server.arrived))}])

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if parts.path == "/arrived":
            self._answer([one[:2] for one in self.server.arrived])
            return
        time.sleep(self.server.mode["hang"])
        is_first = parse_qs(parts.query).get("page", ["1"])[0] == "1"
        listed = enumerate(list(self.server.arrived), start=1) if is_first else ()
        self._answer([{"service_request_id": str(n), "description": one[2]} for n, one in listed])

    def do_PUT(self) -> None:
        self.server.mode |= json.loads(self._body())
        self._answer([])

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def _answer(self, rows: list[Any]) -> None:
        body = json.dumps(rows).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: Any) -> None:
        """Says nothing."""


if __name__ == "__main__":
    for given in sys.argv[2:]:
        threading.Thread(target=Receiver(sys.argv[1], int(given)).serve_forever).start()
