"""What the demo's processes are told: addresses, receivers, keys. Set before Django reads its settings."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from config import processes

DEMO = processes.VAR / "demo"
MAIL = DEMO / "mail"
PARTNER_VAR = DEMO / "partner"
LOOPBACK = "127.0.0.1"
KEY_VARIABLES = {
    "strassen.nrw.example": "OPEN311_KEY_STRNRW",
    "kreis-re.example": "OPEN311_KEY_KREIS66",
}


def address_find(variable: str, port: int) -> str:
    """host:port as the variable says, else this port of loopback or, if it is taken, another."""
    return os.environ.get(variable) or processes.address_choose(f"{LOOPBACK}:{port}")


def surroundings_set() -> None:
    """Chooses addresses and puts everything the programs read into the environment they inherit."""
    web = address_find("WEB_ADDRESS", 8000)
    mail = address_find("DEMO_MAIL_ADDRESS", 8003)
    os.environ.update(
        WEB_ADDRESS=web,
        PUBLIC_URL=f"http://{web}",
        MAP_ADDRESS=address_find("MAP_ADDRESS", 8001),
        DEMO_PARTNER_ADDRESS=address_find("DEMO_PARTNER_ADDRESS", 8002),
        DEMO_MAIL_ADDRESS=mail,
        EMAIL_HOST=mail.rpartition(":")[0],
        EMAIL_PORT=mail.rpartition(":")[2],
        DEFAULT_FROM_EMAIL="Castrop-Rauxel <anliegen@castrop-rauxel.example>",
        PRIVATE_NETWORKS_MAP_SERVICES="127.0.0.0/8",
        PRIVATE_NETWORKS_RECEIVERS="127.0.0.0/8",
        DELIVERY_BACKOFF_SECONDS="5",
        # A second run sends the same reports again, and wants to see them arrive.
        DUPLICATE_HOLD_MINUTES=os.environ.get("DUPLICATE_HOLD_MINUTES", "0"),
    )


def partner_address() -> str:
    return os.environ["DEMO_PARTNER_ADDRESS"]


def partner_surroundings() -> dict[str, str]:
    """What differs for the partner: the same program with a database and files of its own."""
    database = urlsplit(os.environ["DATABASE_URL"])
    broker = urlsplit(os.environ["REDIS_URL"])
    # Another database of the same Redis, so that the two never share a cache entry.
    broker = (
        broker._replace(query="db=1") if broker.scheme == "unix" else broker._replace(path="/1")
    )
    return {
        "DATABASE_URL": urlunsplit(database._replace(path=f"{database.path}_partner")),
        "REDIS_URL": urlunsplit(broker),
        "WEB_ADDRESS": partner_address(),
        "PUBLIC_URL": f"http://{partner_address()}",
        "FLURPOST_VAR": str(PARTNER_VAR),
    }


def city_directory(version: str) -> Path:
    return DEMO / f"city-{version}"
