"""The program's long-running parts and their command lines: one place for `./run dev`, the demo and the containers.

`python -m config.programs NAME` becomes that part.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from config import env
from config.processes import (
    VAR,
    ProcessError,
    address_answers,
    address_free,
    log_says,
    process_start,
)

PROGRAMS = ("web", "worker", "sender", "loader", "fetcher", "beat", "mapserver")
MAPSERV = "/usr/lib/cgi-bin/mapserv"
MAP_PATH = "/wms"
RUN = VAR / "run"
WEB_WORKERS = 2
WEB_THREADS = 4


def web_address() -> str:
    """Host and port on which the web server listens."""
    return env.text("WEB_ADDRESS", "127.0.0.1:8000")


def map_address() -> str:
    """Host and port on which the map server listens."""
    return env.text("MAP_ADDRESS", "127.0.0.1:8001")


def mapfile() -> Path:
    """The map file that the map server serves."""
    return env.path("MAPFILE", VAR / "maps" / "flurpost.map")


# Who listens where, and the variable that says so.
ADDRESSES = {"web": (web_address, "WEB_ADDRESS"), "mapserver": (map_address, "MAP_ADDRESS")}


def web(address: str) -> list[str]:
    """The command of the web server; address is host:port."""
    return [
        *(sys.executable, "-m", "gunicorn", "config.wsgi:application", "--bind", address),
        *("--workers", str(WEB_WORKERS), "--threads", str(WEB_THREADS)),
        # Without the query: it may hold a key or somebody's address. The client is whom TRUSTED_PROXIES tell.
        *("--logger-class", "config.logs.AccessLogger"),
        *(
            "--access-logfile",
            "-",
            "--access-logformat",
            '%(h)s %(t)s "%(m)s %(U)s" %(s)s %(B)s %(L)s',
        ),
        # Longer addresses are refused by the program, in the form asked for, before this limit is met.
        *("--limit-request-line", "8190"),
        # Which proxies may say that it was HTTPS is the program's matter.
        *("--forwarded-allow-ips", ""),
        # Heartbeat files belong into memory: on a slow disk a worker would be taken for hung.
        *("--worker-tmp-dir", "/dev/shm"),  # noqa: S108 - gunicorn makes an unlinked file there
        # Signals are enough; the socket would lie in a home directory that a service's user does not have.
        "--no-control-socket",
    ]


# Which queue of the settings which Celery worker serves.
QUEUES = {"worker": "reports", "sender": "deliveries", "loader": "geodata", "fetcher": "photos"}
# The sender waits for receivers most of the time: threads cost no memory for that.
SENDER_LANES = 8


def worker(name: str) -> list[str]:
    """The command of a Celery worker of QUEUES. It has no equals to gossip with."""
    lanes = ("--pool", "threads", "--concurrency", str(SENDER_LANES))
    return [
        *(sys.executable, "-m", "celery", "-A", "config.celery", "worker", "--loglevel", "INFO"),
        *("--hostname", f"{name}@%h", "--queues", QUEUES[name]),
        *(lanes if name == "sender" else ("--concurrency", "2")),
        *("--without-gossip", "--without-mingle"),
    ]


def beat() -> list[str]:
    """The command of the scheduler; its memory of the last runs lies in var/run."""
    return [
        *(sys.executable, "-m", "celery", "-A", "config.celery", "beat", "--loglevel", "INFO"),
        *("--schedule", str(RUN / "beat-schedule"), "--pidfile", ""),
    ]


def mapserver(*, address: str, mapfile: Path) -> list[str]:
    """The command of the map server: lighttpd keeps MapServer alive as FastCGI and serves this one map file at /wms.

    Writes lighttpd's and MapServer's configuration to var/run, which has to be the working directory: the socket
    between the two is named relative to it, because an absolute path may be longer than a socket's may be.
    """
    RUN.mkdir(parents=True, exist_ok=True)
    (RUN / "mapserver.conf").write_text(MAPSERVER.format(mapfile=mapfile))
    host, _, port = address.rpartition(":")
    configuration = RUN / "lighttpd.conf"
    configuration.write_text(
        LIGHTTPD.format(host=host, port=port, run=RUN, path=MAP_PATH, mapserv=MAPSERV)
    )
    return ["lighttpd", "-D", "-f", str(configuration)]


# The map file is fixed: a request that names another one is refused by MapServer itself.
MAPSERVER = """\
CONFIG
  ENV
    "MS_MAPFILE" "{mapfile}"
    "MS_MAP_NO_PATH" "1"
    "MS_MAP_PATTERN" "^$"
  END
END
"""

# Without a log of its own lighttpd writes to standard error. Nothing but the map path is served.
LIGHTTPD = """\
server.modules = ("mod_fastcgi")
server.bind = "{host}"
server.port = {port}
server.document-root = "{run}/empty"
server.max-request-size = 64
fastcgi.server = ("{path}" => ((
  "bin-path" => "{mapserv}",
  "bin-environment" => ("MAPSERVER_CONFIG_FILE" => "{run}/mapserver.conf"),
  "bin-copy-environment" => ("PATH"),
  "socket" => "mapserv.sock",
  "max-procs" => 2,
  "check-local" => "disable",
)))
"""


def program_command(name: str) -> list[str]:
    """The named program's command line under this installation's settings; an unknown name is a KeyError."""
    return {
        "web": lambda: web(web_address()),
        "worker": lambda: worker(name),
        "sender": lambda: worker(name),
        "loader": lambda: worker(name),
        "fetcher": lambda: worker(name),
        "beat": beat,
        "mapserver": lambda: mapserver(address=map_address(), mapfile=mapfile()),
    }[name]()


def program_directory(name: str) -> Path:
    return RUN if name == "mapserver" else env.ROOT


def program_start(name: str) -> None:
    """Starts the named program in the background and waits until it is ready; see processes.process_start.

    An address at which somebody else listens is a ProcessError, too.
    """
    address, variable = ADDRESSES.get(name, (None, ""))
    if address is not None and not address_free(address()):
        raise ProcessError(
            f"Another program listens at {address()}; choose another place by {variable}."
        )
    ready = {
        "web": address_answers(f"http://{web_address()}/"),
        "worker": log_says(name, "ready."),
        "sender": log_says(name, "ready."),
        "loader": log_says(name, "ready."),
        "fetcher": log_says(name, "ready."),
        "beat": log_says(name, "beat: Starting"),
        "mapserver": address_answers(f"http://{map_address()}{MAP_PATH}"),
    }
    process_start(
        name=name,
        command=program_command(name),
        ready=ready[name],
        directory=program_directory(name),
    )


def main(arguments: list[str]) -> None:
    if len(arguments) != 1 or arguments[0] not in PROGRAMS:
        sys.exit(f"Usage: python -m config.programs {'|'.join(PROGRAMS)}")
    RUN.mkdir(parents=True, exist_ok=True)
    command = program_command(arguments[0])
    os.chdir(program_directory(arguments[0]))
    os.execvp(command[0], command)  # noqa: S606 - that is the point


if __name__ == "__main__":
    main(sys.argv[1:])
