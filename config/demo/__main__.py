"""`python -m config.demo [--once] [--parcels PATH]`, called by `./run demo` once the servers run."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from pathlib import Path

import django

from config import processes
from config.demo.surroundings import surroundings_set

INTERRUPTED = 130


def main(arguments: list[str]) -> int:
    """The exit status: 0 when everything arrived where it should."""
    parser = argparse.ArgumentParser(prog="./run demo", description="Shows the whole chain.")
    parser.add_argument("--once", action="store_true", help="end after the table")
    parser.add_argument(
        "--parcels",
        type=Path,
        metavar="PATH",
        help="a delivery of parcels instead of the model city",
    )
    options = parser.parse_args(arguments)
    if options.parcels and not options.parcels.exists():
        parser.error(f"{options.parcels} does not exist")
    # TERM, which `./run stop` sends, ends the others as Ctrl-C does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.base")
    surroundings_set()
    django.setup()
    from config.demo.performance import perform

    processes.process_record(name="demo", number=os.getpid())
    try:
        return perform(once=options.once, parcels=options.parcels)
    except processes.ProcessError as error:
        print(f"demo: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED
    finally:
        processes.process_file("demo").unlink(missing_ok=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
