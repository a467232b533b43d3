"""The life of an edition: staged, activated or discarded, rolled back; killed, resumed, cancelled."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.utils import timezone

from gis_core.enums import ChangeKind, EditionStatus, Severity
from gis_core.errors import EditionError, LoadCancelled, LoadError
from gis_core.loading import Source
from gis_core.models import Edition, EditionCheck, Succession
from gis_core.selectors import edition_difference
from gis_core.services.editions import (
    activation_rehearse,
    edition_activate,
    edition_cancel,
    edition_create,
    edition_discard,
    edition_resume,
    edition_rollback,
)
from parcels.models import Parcel
from tests.gis_core.geodata_factories import (
    KEYS,
    collection_gml,
    load,
    parcel_gml,
    parcels_gml,
    polygon_gml,
    square,
    stage,
    write,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def person():
    return get_user_model().objects.create_user("administration")


def rows(city) -> list[tuple]:
    """Everything that is stored of the parcels, so that a comparison misses nothing."""
    return list(Parcel.objects.filter(jurisdiction=city).order_by("pk").values_list())


def content(query) -> list[tuple]:
    return sorted((p.key, bytes(p.content_hash), p.geometry.wkt) for p in query)


def staging_tables() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'staging' ORDER BY 1")
        return [name for (name,) in cursor.fetchall()]


def three(tmp_path, name="a.gml"):
    return write(tmp_path / name, parcels_gml())


def altered(tmp_path):
    """Of three parcels the first has shrunk, the second is gone, the third is as it was."""
    features = [
        parcel_gml(KEYS[0], polygon_gml(square(0, size=9))),
        parcel_gml(KEYS[2], polygon_gml(square(2))),
    ]
    return write(tmp_path / "altered.gml", collection_gml(*features))


def test_staged_edition_changes_nothing_active(city, tmp_path):
    edition = stage(city, "parcels", three(tmp_path))
    assert (edition.status, edition.report["new"], Parcel.objects.count()) == (
        EditionStatus.STAGED,
        3,
        0,
    )
    assert any(name == f"edition_{edition.pk}" for name in staging_tables())


def test_activation_opens_and_closes_and_drops_the_staging(city, tmp_path, person):
    load(city, "parcels", three(tmp_path))
    edition = edition_activate(edition=stage(city, "parcels", altered(tmp_path)), by=person)
    assert (edition.activated_by, edition.status) == (person, EditionStatus.ACTIVE)
    assert sorted(Parcel.objects.active().values_list("key", flat=True)) == [KEYS[0], KEYS[2]]
    assert not [name for name in staging_tables() if name.startswith(f"edition_{edition.pk}")]
    with pytest.raises(EditionError, match="is active, not staged"):
        edition_activate(edition=edition)


def test_discarded_edition_leaves_nothing(city, tmp_path, person):
    load(city, "parcels", three(tmp_path))
    before = rows(city)
    edition = stage(city, "parcels", altered(tmp_path))
    edition_discard(edition=edition, by=person)
    edition.refresh_from_db()
    assert (edition.status, edition.changes.count()) == (EditionStatus.DISCARDED, 0)
    assert edition.report["discarded_by"] == "administration"
    assert rows(city) == before
    assert not [name for name in staging_tables() if name.startswith(f"edition_{edition.pk}")]


def test_active_edition_cannot_be_discarded(city, tmp_path):
    edition = load(city, "parcels", three(tmp_path)).edition
    with pytest.raises(EditionError, match="is active: it cannot be discarded"):
        edition_discard(edition=edition)


def test_rollback_restores_the_former_state_exactly(city, tmp_path, person):
    first = load(city, "parcels", three(tmp_path)).edition
    before = content(Parcel.objects.active())
    second = load(city, "parcels", altered(tmp_path)).edition
    during = content(Parcel.objects.active())
    restoring = edition_rollback(edition=second, by=person)
    assert content(Parcel.objects.active()) == before != during
    second.refresh_from_db()
    assert (second.status, restoring.status) == (EditionStatus.ROLLED_BACK, EditionStatus.ACTIVE)
    assert (restoring.restores, restoring.base, restoring.activated_by) == (first, second, person)
    assert content(Parcel.objects.as_of(second.activated_at)) == during
    with pytest.raises(EditionError, match="only the active one can"):
        edition_rollback(edition=second)


def test_rollback_of_a_rollback_is_the_rolled_back_state(city, tmp_path):
    load(city, "parcels", three(tmp_path))
    second = load(city, "parcels", altered(tmp_path)).edition
    during = content(Parcel.objects.active())
    edition_rollback(edition=edition_rollback(edition=second))
    assert content(Parcel.objects.active()) == during


def test_rollback_of_the_first_edition_leaves_no_active_state(city, tmp_path):
    edition = load(city, "parcels", three(tmp_path)).edition
    edition_rollback(edition=edition)
    assert not Parcel.objects.active().exists()
    assert not Edition.objects.filter(status=EditionStatus.ACTIVE).exists()
    assert Parcel.objects.as_of(edition.activated_at).count() == 3


def test_as_of_is_exact_at_the_moment_of_activation(city, tmp_path):
    first = load(city, "parcels", three(tmp_path)).edition
    second = load(city, "parcels", altered(tmp_path)).edition
    first.activated_at = timezone.now() - timedelta(days=10)
    first.save(update_fields=["activated_at"])
    instant = timedelta(microseconds=1)
    for moment, count in [
        (first.activated_at - instant, 0),
        (first.activated_at, 3),
        (second.activated_at - instant, 3),
        (second.activated_at, 2),
        (timezone.localdate() - timedelta(days=11), 0),
        (timezone.localdate() - timedelta(days=5), 3),
        (timezone.localdate(), 2),
    ]:
        assert Parcel.objects.as_of(moment).count() == count
    assert Parcel.objects.as_of(date(2020, 1, 1)).count() == 0


def test_difference_tells_split_and_merged_parcels(city, tmp_path):
    whole = parcel_gml(KEYS[0], polygon_gml(square(0, size=20)))
    pair = [parcel_gml(KEYS[i], polygon_gml(square(3 + i))) for i in (1, 2)]
    load(city, "parcels", write(tmp_path / "a.gml", collection_gml(whole, *pair)))
    halves = [
        parcel_gml("055287001000110001__", polygon_gml(half))
        for half in [square(0, size=20).intersection(square(0, size=10))]
    ]
    rest = square(0, size=20).difference(square(0, size=10))
    halves.append(parcel_gml("055287001000110002__", polygon_gml(rest)))
    both = square(4).union(square(5))
    merged = parcel_gml("055287001000120000__", polygon_gml(both))
    edition = stage(city, "parcels", write(tmp_path / "b.gml", collection_gml(*halves, merged)))
    kinds = dict(edition.changes.values_list("key", "kind"))
    assert kinds[KEYS[0]] == ChangeKind.SPLIT
    assert kinds[KEYS[1]] == kinds[KEYS[2]] == ChangeKind.MERGED
    difference = edition_difference(edition)
    assert difference.counts == {"new": 3, "split": 1, "merged": 2}
    assert difference.districts == {"055287": {"merged": 2, "new": 3, "split": 1}}
    split = edition.changes.get(key=KEYS[0])
    assert split.related == ["055287001000110001__", "055287001000110002__"]
    assert split.geometry.area == 400
    pairs = Succession.objects.filter(edition=edition).values_list("predecessor", "area")
    assert sorted(pairs) == [(KEYS[0], 100), (KEYS[0], 300), (KEYS[1], 100), (KEYS[2], 100)]


def test_unchanged_reload_stores_no_change(city, tmp_path):
    load(city, "parcels", three(tmp_path))
    before = rows(city)
    edition = load(city, "parcels", three(tmp_path, "b.gml")).edition
    assert (edition.report["unchanged"], edition.changes.count()) == (3, 0)
    assert rows(city) == before


def test_errors_block_activation_until_a_named_person_gives_a_reason(city, tmp_path, person):
    edition = stage(city, "parcels", three(tmp_path))
    EditionCheck.objects.create(
        edition=edition,
        code="share",
        severity=Severity.ERROR,
        params={"text": "half of it is missing"},
    )
    for options in (
        {},
        {"by": person},
        {"override_reason": "known"},
        {"by": person, "override_reason": "  "},
    ):
        with pytest.raises(EditionError, match="share: half of it is missing"):
            edition_activate(edition=edition, **options)
    assert not Parcel.objects.exists()
    edition_activate(edition=edition, by=person, override_reason="A district went to Herne.")
    edition.refresh_from_db()
    assert (edition.activated_by, edition.override_reason) == (person, "A district went to Herne.")


def test_two_staged_editions_are_compared_anew_when_one_became_active(city, tmp_path):
    one, two = stage(city, "parcels", three(tmp_path)), stage(city, "parcels", altered(tmp_path))
    edition_activate(edition=one)
    with pytest.raises(EditionError, match="look at the difference and activate again"):
        edition_activate(edition=two)
    two.refresh_from_db()
    assert (two.status, two.base) == (EditionStatus.STAGED, one)
    report = two.report
    assert (report["new"], report["changed"], report["vanished"]) == (0, 1, 1)
    assert report["seconds"] > 0
    edition_activate(edition=two)
    assert sorted(Parcel.objects.active().values_list("key", flat=True)) == [KEYS[0], KEYS[2]]


def test_rehearsal_shows_the_new_state_and_leaves_the_old_one(city, tmp_path):
    load(city, "parcels", three(tmp_path))
    before = rows(city)
    edition = stage(city, "parcels", altered(tmp_path))
    with activation_rehearse(edition):
        assert Parcel.objects.active().count() == 2
        assert Edition.objects.get(status=EditionStatus.ACTIVE) == edition
    edition.refresh_from_db()
    assert (rows(city), edition.status) == (before, EditionStatus.STAGED)


def stop_after(batches: int):
    """A progress function under which a process dies: nothing of the load can clean up after it."""
    seen = 0

    def progress(file: str, features: int) -> None:
        nonlocal seen
        seen += 1
        if seen > batches:
            raise KeyboardInterrupt

    return progress


@pytest.fixture
def small_batches(monkeypatch):
    for module in ("gml.source", "read.table_source", "stage.loading"):
        monkeypatch.setattr(f"gis_core.loading.{module}.BATCH_ROWS", 1)


def test_killed_load_leaves_the_active_state_and_is_resumed(city, tmp_path, small_batches):
    load(city, "parcels", altered(tmp_path))
    before = rows(city)
    with pytest.raises(KeyboardInterrupt):
        stage(city, "parcels", three(tmp_path), progress=stop_after(2))
    edition = Edition.objects.latest("pk")
    assert (edition.status, edition.progress["batches"]) == (EditionStatus.LOADING, 2)
    assert rows(city) == before
    staged: list[str] = []
    edition_resume(edition=edition, progress=lambda file, _features: staged.append(file))
    assert (edition.status, edition.report["rows"]) == (EditionStatus.STAGED, 3)
    edition_activate(edition=edition)
    assert Parcel.objects.active().count() == 3


def test_resumed_load_of_a_changed_file_begins_anew(city, tmp_path, small_batches):
    path = three(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        stage(city, "parcels", path, progress=stop_after(2))
    write(path, parcels_gml(1))
    edition = edition_resume(edition=Edition.objects.get())
    assert edition.report["rows"] == 1


def test_killed_load_can_be_discarded(city, tmp_path, small_batches):
    with pytest.raises(KeyboardInterrupt):
        stage(city, "parcels", three(tmp_path), progress=stop_after(2))
    edition = Edition.objects.get()
    edition_discard(edition=edition)
    assert (edition.status, Parcel.objects.exists()) == (EditionStatus.DISCARDED, False)


def test_cancelled_load_ends_after_its_batch_and_can_go_on(city, tmp_path, small_batches):
    edition = edition_create(
        jurisdiction=city, dataset="parcels", sources=[Source(three(tmp_path))]
    )

    def cancel(file: str, features: int) -> None:
        edition_cancel(edition=edition)

    with pytest.raises(LoadCancelled):
        edition_resume(edition=edition, progress=cancel)
    edition.refresh_from_db()
    assert edition.status == EditionStatus.FAILED
    assert (edition.error["code"], edition.error["file"]) == ("cancelled", "a.gml")
    assert (edition.report["rows"], edition.progress["batches"]) == (1, 1)
    edition_resume(edition=edition)
    assert (edition.status, edition.report["rows"], edition.error) == (EditionStatus.STAGED, 3, {})


def test_failed_load_keeps_the_error_and_what_was_read(city, tmp_path, small_batches):
    features = [parcel_gml(KEYS[i], polygon_gml(square(i))) for i in range(2)]
    broken = parcel_gml(KEYS[2], "")
    path = write(tmp_path / "a.gml", collection_gml(*features, broken))
    with pytest.raises(LoadError, match=r"a\.gml: Flurstueck .*: has no geometry"):
        stage(city, "parcels", path)
    edition = Edition.objects.get()
    assert (edition.status, edition.report["rows"]) == (EditionStatus.FAILED, 2)
    assert edition.error["code"] == "geometry_missing"


def test_value_that_the_model_refuses_names_the_feature(city, tmp_path):
    text = "flstkennz;eigentuemerklasse\n" + f"{KEYS[0]};CITY\n{KEYS[1]};NOBODY\n"
    path = write(tmp_path / "a.csv", text)
    with pytest.raises(LoadError, match=r"a\.csv: .*"):
        stage(city, "ownership", path)
    assert Edition.objects.get().status == EditionStatus.FAILED
