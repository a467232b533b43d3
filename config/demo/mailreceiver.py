"""A receiving SMTP server on loopback: every message it accepts becomes a file.

`python -m config.demo.mailreceiver PORT DIRECTORY` runs until it is told to end.
"""

from __future__ import annotations

import asyncio
import sys
import uuid
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from aiosmtpd.controller import UnthreadedController
from aiosmtpd.smtp import SMTP, Envelope, Session

BYTES_MAX = 12 * 1024 * 1024


class Mailbox:
    """aiosmtpd handler. The file appears whole or not at all: the answer 250 promises that it is kept."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        directory.mkdir(parents=True, exist_ok=True)

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        name = uuid.uuid4().hex
        partial = self.directory / f"{name}.partial"
        partial.write_bytes(envelope.original_content or b"")
        partial.rename(self.directory / f"{name}.eml")
        return "250 Message accepted for delivery"


def mail_received(directory: Path) -> dict[str, list[EmailMessage]]:
    """Message-ID → the messages that carry it, in no particular order; two of one are a repeat."""
    received: dict[str, list[EmailMessage]] = {}
    for path in directory.glob("*.eml"):
        message = message_from_bytes(path.read_bytes(), policy=policy.default)
        received.setdefault(str(message["Message-ID"]), []).append(message)
    return received


def main(arguments: list[str]) -> None:
    port, directory = arguments
    loop = asyncio.new_event_loop()
    controller = UnthreadedController(
        Mailbox(Path(directory)),
        hostname="127.0.0.1",
        port=int(port),
        loop=loop,
        data_size_limit=BYTES_MAX,
    )
    controller.begin()
    print(f"receiving on 127.0.0.1:{port}", flush=True)
    try:
        loop.run_forever()
    except KeyboardInterrupt:
        controller.end()


if __name__ == "__main__":
    main(sys.argv[1:])
