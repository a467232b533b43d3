"""A real IMAP server on loopback, run by nobody in particular, that takes any name with one password."""

from __future__ import annotations

import getpass
import imaplib
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PASSWORD = "geheim"
CONFIGURATION = """
base_dir = {home}/run
state_dir = {home}/state
log_path = {home}/log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
mail_location = maildir:{home}/%u/Maildir
mail_max_userip_connections = 50
first_valid_uid = 0
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={home}/%u
}}
service anvil {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
"""


def dovecot_found() -> str | None:
    return shutil.which("dovecot", path=f"{os.environ['PATH']}:/usr/sbin")


@contextmanager
def dovecot() -> Iterator[int]:
    """Runs the server; yields its port."""
    home = Path(tempfile.mkdtemp(prefix="imap"))
    user, group, uid, gid = _who()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    configuration = home / "dovecot.conf"
    configuration.write_text(
        CONFIGURATION.format(
            home=home, user=user, group=group, uid=uid, gid=gid, port=port, password=PASSWORD
        )
    )
    prefix = []
    if os.getuid() == 0:
        for path in (home, configuration):
            shutil.chown(path, uid, gid)
        prefix = ["setpriv", f"--reuid={uid}", f"--regid={gid}", "--clear-groups", "--"]
    server = subprocess.Popen(
        [*prefix, dovecot_found(), "-F", "-c", configuration],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=home,
    )
    try:
        _await(server, port)
        yield port
    finally:
        server.terminate()
        server.communicate(timeout=20)
        shutil.rmtree(home, ignore_errors=True)


def _who() -> tuple[str, str, int, int]:
    """User and group that run it: our own, for root nobody."""
    if os.getuid() == 0:
        return "nobody", "nogroup", 65534, 65534
    import grp

    gid = os.getgid()
    return getpass.getuser(), grp.getgrgid(gid).gr_name, os.getuid(), gid


def _await(server: subprocess.Popen[bytes], port: int) -> None:
    ends = time.monotonic() + 20
    while time.monotonic() < ends:
        if server.poll() is not None:
            raise AssertionError(server.stdout.read().decode())
        try:
            imaplib.IMAP4("127.0.0.1", port, timeout=5).logout()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("Dovecot does not answer.")


class Account:
    """One mailbox on the server, as its owner sees it."""

    def __init__(self, port: int, user: str) -> None:
        self.url = f"imap://{user}@127.0.0.1:{port}/INBOX"
        self._client = imaplib.IMAP4("127.0.0.1", port, timeout=20)
        self._client.login(user, PASSWORD)

    def put(self, *mails: bytes) -> None:
        for mail in mails:
            status, told = self._client.append("INBOX", None, None, mail)
            assert status == "OK", told

    def folders(self) -> dict[str, int]:
        """How many mails lie in each folder."""
        names = [line.decode().rpartition(" ")[2].strip('"') for line in self._client.list()[1]]
        return {name: int(self._client.select(name, readonly=True)[1][0]) for name in names}

    def close(self) -> None:
        self._client.logout()
