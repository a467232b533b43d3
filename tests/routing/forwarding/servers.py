"""Real receivers on loopback for the tests: an SMTP server and an HTTP server that answer as they are told."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from aiosmtpd.controller import Controller


class Mailbox:
    """aiosmtpd handler: answers from `answers`, one a message, then accepts; keeps what it accepted."""

    def __init__(self) -> None:
        self.answers: list[str] = []
        self.recipient_answers: list[str] = []
        self.messages: list[EmailMessage] = []

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        if self.recipient_answers:
            return self.recipient_answers.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: Any, session: Any, envelope: Any
    ) -> str:
        if self.answers:
            return self.answers.pop(0)
        self.messages.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 Accepted"


@contextmanager
def smtp_server(mailbox: Mailbox | None = None) -> Iterator[tuple[Mailbox, int]]:
    mailbox = mailbox or Mailbox()
    # The controller tries its own port on starting, so it has to know it.
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield mailbox, port
    finally:
        controller.stop()


# Status, type and body; further headers.
Answer = tuple[int, str, str] | tuple[int, str, str, dict[str, str]]


class Receiver:
    """An Open311 endpoint: `answer` gets method, path, fields and headers, returns status, type and body."""

    def __init__(self) -> None:
        self.answer: Callable[[str, str, dict[str, str], dict[str, str]], Answer | None]
        self.requests: list[tuple[str, str, dict[str, str]]] = []
        self.body = b""


@contextmanager
def http_server() -> Iterator[tuple[Receiver, str]]:
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            parts = urlsplit(self.path)
            length = int(self.headers.get("Content-Length") or 0)
            receiver.body = self.rfile.read(length)
            text = receiver.body.decode(errors="replace") if length else parts.query
            fields = {name: values[0] for name, values in parse_qs(text).items()}
            receiver.requests.append((self.command, parts.path, fields))
            answer = receiver.answer(self.command, parts.path, fields, dict(self.headers))
            if answer is None:
                self.connection.close()
                return
            status, content_type, body, *more = answer
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            for name, value in {key: one for each in more for key, one in each.items()}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body.encode())

        do_GET = do_POST = do_PUT = _answer  # noqa: N815 - http.server's names

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield receiver, f"http://127.0.0.1:{server.server_port}/georeport/v2"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
