"""`./run dev`: the web server with reload in the foreground; workers, beat and map server end with it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress

from config import env, processes, programs

MANAGE = [sys.executable, str(env.ROOT / "manage.py")]
BESIDE = ("worker", "sender", "loader", "fetcher", "beat", "mapserver")


def main() -> None:
    """Runs until Ctrl-C or `./run stop`; `programs.program_start` tells which of the others did not start."""
    # TERM, which `./run stop` sends, has to end the others too, as Ctrl-C does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    # The own map server is asked through the guarded client of all services and listens on loopback.
    os.environ.setdefault("PRIVATE_NETWORKS_MAP_SERVICES", "127.0.0.0/8")
    subprocess.run([*MANAGE, "mapserver_config"], check=True)
    processes.process_record(name="dev", number=os.getpid())
    try:
        with suppress(KeyboardInterrupt):
            for name in BESIDE:
                programs.program_start(name)
                print(f"  {name}: log in {processes.process_log(name)}", flush=True)
            # What it offers is read from the running map server's capabilities.
            subprocess.run([*MANAGE, "register_own_map_services"], check=True)
            with subprocess.Popen([*MANAGE, "runserver", programs.web_address()]) as server:
                try:
                    server.wait()
                finally:
                    server.terminate()
    finally:
        for name in reversed(BESIDE):
            processes.process_stop(name)
        processes.process_file("dev").unlink(missing_ok=True)


if __name__ == "__main__":
    main()
