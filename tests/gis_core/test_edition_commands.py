"""The commands about editions: dry run, show, activate, override, roll back, discard, resume."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command

from gis_core.enums import EditionStatus, Severity
from gis_core.loading import Source
from gis_core.models import Edition, EditionCheck
from gis_core.services.editions import edition_create
from gis_core.services.locks import edition_lock
from parcels.models import Parcel
from tests.gis_core.geodata_factories import (
    load,
    parcels_gml,
    stage,
    write,
)

pytestmark = pytest.mark.django_db


def run(command: str, *args: Any, **options: Any) -> dict[str, Any]:
    out = StringIO()
    call_command(command, *args, json=True, stdout=out, **options)
    return json.loads(out.getvalue())


def test_load_is_a_dry_run_that_is_activated_by_number(city, tmp_path):
    path = write(tmp_path / "a.gml", parcels_gml())
    staged = run("load_geodata", path, jurisdiction=city.identifier, dataset="parcels")
    assert (staged["status"], staged["new"], Parcel.objects.count()) == ("staged", 3, 0)
    assert run("show_edition", staged["edition"])["status"] == "staged"
    active = run("activate_edition", staged["edition"])
    assert (active["status"], Parcel.objects.active().count()) == ("active", 3)


def test_difference_is_shown_by_gemarkung(city, tmp_path):
    load(city, "parcels", write(tmp_path / "a.gml", parcels_gml()))
    edition = stage(city, "parcels", write(tmp_path / "b.gml", parcels_gml(2)))
    out = StringIO()
    call_command("show_edition", edition.pk, stdout=out)
    lines = [line.strip() for line in out.getvalue().splitlines()]
    assert "Flurstücke: 055287: 1 weggefallen" in lines
    assert run("show_edition", edition.pk)["difference"] == {
        "counts": {"vanished": 1},
        "districts": {"055287": {"vanished": 1}},
    }


def test_errors_need_a_person_and_a_reason(city, tmp_path):
    get_user_model().objects.create_user("gis")
    edition = stage(city, "parcels", write(tmp_path / "a.gml", parcels_gml()))
    EditionCheck.objects.create(
        edition=edition, code="share", severity=Severity.ERROR, params={"text": "half is missing"}
    )
    for options in ({}, {"override": "known"}):
        with pytest.raises(CommandError, match="share: half is missing"):
            run("activate_edition", edition.pk, **options)
    with pytest.raises(CommandError, match="no user 'nobody'"):
        run("activate_edition", edition.pk, override="known", user="nobody")
    run("activate_edition", edition.pk, override="known", user="gis")
    edition.refresh_from_db()
    assert (edition.status, edition.override_reason) == (EditionStatus.ACTIVE, "known")


def failed(command: str, *args: Any, **options: Any) -> dict[str, Any]:
    """What a command that fails says in JSON."""
    out = StringIO()
    with pytest.raises(CommandError):
        call_command(command, *args, json=True, stdout=out, **options)
    return json.loads(out.getvalue())


def test_failed_load_names_the_edition_to_resume(city, tmp_path):
    path = write(tmp_path / "cut.gml", parcels_gml()[:-50])
    told = failed("load_geodata", path, jurisdiction=city.identifier, dataset="parcels")
    edition = Edition.objects.get()
    assert (told["edition"], told["status"]) == (edition.pk, "failed")
    assert told["error"]["code"] == "xml_broken"
    assert told["error"]["file"] == "cut.gml"
    out = StringIO()
    with pytest.raises(CommandError):
        call_command("load_geodata", resume=edition.pk, stdout=out)
    assert f"│ {edition.pk} " in out.getvalue().replace("  ", " ")


def test_failure_is_json_too(city, tmp_path):
    edition = stage(city, "parcels", write(tmp_path / "a.gml", parcels_gml()))
    told = failed("rollback_edition", edition.pk)
    assert (told["edition"], told["status"]) == (edition.pk, "staged")
    assert told["error"]["code"] == "edition_not_active"
    assert failed("show_edition", 0) == {"error": {"text": "no edition 0"}}
    assert failed("load_geodata", tmp_path, jurisdiction="x.de", dataset="parcels") == {
        "error": {"text": "no jurisdiction 'x.de'; load_jurisdiction makes one"}
    }
    assert failed("sync_geodata", "https://example.org") == {
        "error": {"text": "an address needs --jurisdiction and --dataset"}
    }


def test_killed_load_shows_what_was_read(city, tmp_path):
    path = write(tmp_path / "a.gml", parcels_gml())
    edition = edition_create(jurisdiction=city, dataset="parcels", sources=[Source(path)])
    Edition.objects.filter(pk=edition.pk).update(progress={"rows": 5000, "batches": 1})
    shown = run("show_edition", edition.pk)
    assert (shown["status"], shown["rows"], shown["killed"]) == ("loading", 5000, True)
    out = StringIO()
    call_command("show_edition", edition.pk, stdout=out)
    told = f"abgebrochen, weiter mit ./run manage load_geodata --resume {edition.pk}"
    assert f"Flurstücke: {told}" in out.getvalue()
    Edition.objects.filter(pk=edition.pk).update(progress={})
    assert not run("show_edition", edition.pk)["killed"]


def test_load_that_somebody_works_on_is_not_killed(city, tmp_path):
    path = write(tmp_path / "a.gml", parcels_gml())
    edition = edition_create(jurisdiction=city, dataset="parcels", sources=[Source(path)])
    Edition.objects.filter(pk=edition.pk).update(progress={"rows": 5000, "batches": 1})
    with edition_lock(edition):
        assert not run("show_edition", edition.pk)["killed"]


def test_roll_back_shows_the_restoring_edition(city, tmp_path):
    first = load(city, "parcels", write(tmp_path / "a.gml", parcels_gml())).edition
    second = load(city, "parcels", write(tmp_path / "b.gml", parcels_gml(2))).edition
    shown = run("rollback_edition", second.pk)
    assert Edition.objects.get(pk=shown["edition"]).restores == first
    assert shown["difference"]["counts"] == {"new": 1}
    assert Parcel.objects.active().count() == 3
    with pytest.raises(CommandError, match="das geht nur mit dem aktiven"):
        run("rollback_edition", second.pk)


def test_discard_and_unknown_number(city, tmp_path):
    edition = stage(city, "parcels", write(tmp_path / "a.gml", parcels_gml()))
    assert run("discard_edition", edition.pk)["status"] == "discarded"
    with pytest.raises(CommandError, match="no edition 0"):
        run("discard_edition", 0)


def test_cancelled_before_it_began_and_resumed(city, tmp_path):
    path = write(tmp_path / "a.gml", parcels_gml())
    edition = edition_create(jurisdiction=city, dataset="parcels", sources=[Source(path)])
    assert run("cancel_edition", edition.pk)["status"] == "loading"
    with pytest.raises(CommandError, match="vor dem Beginn abgebrochen"):
        call_command("load_geodata", resume=edition.pk, stdout=StringIO())
    edition.refresh_from_db()
    assert edition.status == EditionStatus.FAILED
    assert run("load_geodata", resume=edition.pk)["status"] == "staged"
