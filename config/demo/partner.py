"""The partner: this program once more, as the Open311 endpoint of two road authorities.

`python -m config.demo.partner` sets it up in the partner's own surroundings: it reads the area that the
endpoint serves from its input (EWKB in hexadecimal) and prints {jurisdiction: new API key} as JSON.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys

import django

from config import env, processes, programs
from config.demo.surroundings import KEY_VARIABLES, partner_address, partner_surroundings

NAME = "demo-partner"
FACTS = (
    {
        "id": "strassen.nrw.example",
        "name": "Straßen.NRW",
        "ags": "05000000",
        "issue_prefix": "SNRW",
    },
    {
        "id": "kreis-re.example",
        "name": "Kreis Recklinghausen",
        "ags": "05562000",
        "issue_prefix": "KRE",
    },
)
KEY_NAME = "Castrop-Rauxel"
# The partner's area reaches this far beyond the city (metres).
AREA_MARGIN = 8000


def partner_start(*, boundary_hex: str) -> None:
    """Makes the partner's database, starts its web server and puts the keys into this environment."""
    surroundings = {**os.environ, **partner_surroundings()}
    database_make()
    manage = [sys.executable, str(env.ROOT / "manage.py")]
    subprocess.run(
        [*manage, "migrate", "--no-input", "--verbosity", "0"], env=surroundings, check=True
    )
    setup = subprocess.run(
        [sys.executable, "-m", "config.demo.partner"],
        input=boundary_hex,
        env=surroundings,
        cwd=env.ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    for identifier, key in json.loads(setup.stdout).items():
        os.environ[KEY_VARIABLES[identifier]] = key
    processes.process_start(
        name=NAME,
        command=programs.web(partner_address()),
        ready=processes.address_answers(f"http://{partner_address()}/open311/v2/discovery.json"),
        extra_environment=partner_surroundings(),
    )


def database_make() -> None:
    """Creates the partner's database beside our own, if it is not there."""
    from django.db import connection

    name = f"{connection.settings_dict['NAME']}_partner"
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        if cursor.fetchone() is None:
            cursor.execute(f"CREATE DATABASE {connection.ops.quote_name(name)}")


def partner_set_up(boundary_hex: str) -> dict[str, str]:
    """Jurisdictions, services and new keys in the partner's database; keys of earlier runs are switched off."""
    from django.contrib.gis.geos import GEOSGeometry, MultiPolygon
    from django.core.management import call_command

    from gis_core.services import jurisdiction_save
    from issues.models import ApiKey
    from issues.services import api_key_create

    area = GEOSGeometry(boundary_hex).envelope.buffer(AREA_MARGIN).envelope
    keys = {}
    for facts in FACTS:
        jurisdiction, _ = jurisdiction_save(facts=dict(facts))
        jurisdiction.boundary = MultiPolygon(area, srid=area.srid)
        jurisdiction.save(update_fields=["boundary"])
        call_command(
            "load_categories",
            env.ROOT / "fixtures" / "partner",
            jurisdiction=jurisdiction.identifier,
            stdout=sys.stderr,
        )
        ApiKey.objects.filter(jurisdiction=jurisdiction, name=KEY_NAME).update(is_active=False)
        _, keys[jurisdiction.identifier] = api_key_create(
            jurisdiction=jurisdiction, name=KEY_NAME, reports_per_minute=600
        )
    return keys


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.base")
    django.setup()
    print(json.dumps(partner_set_up(sys.stdin.read().strip())))
