"""Sheets on demand: made once, found by content, kept within bounds; a killed worker loses nothing."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from kombu.exceptions import OperationalError

from config.tasks import sheets_make_due as task
from gis_core.enums import EditionStatus
from gis_core.models import Edition
from mapui.sheets import store
from mapui.sheets.making import Sheet, sheet_make
from mapui.sheets.store import SheetState, sheet_ask, sheet_key, sheet_state, sheets_make_due
from parcels.enums import CadastreDataset
from tests.mapui.factories import authority_create, decision_create, edition_create, issue_create


@pytest.fixture(autouse=True)
def root(settings, tmp_path):
    settings.SHEET_ROOT = tmp_path / "sheets"
    settings.SHEET_ROOT.mkdir()
    return settings.SHEET_ROOT


@pytest.fixture(autouse=True)
def nudges(monkeypatch):
    sent = []
    monkeypatch.setattr(store.current_app, "send_task", lambda name, **_options: sent.append(name))
    return sent


@pytest.fixture
def quick(monkeypatch):
    """Sheets without the second that they take."""
    made = []

    def make(issue):
        made.append(issue.number)
        return Sheet(pdf=b"%PDF" + issue.number.encode(), png=b"png")

    monkeypatch.setattr(store, "sheet_make", make)
    return made


def state_of(issue):
    return sheet_state(sheet_key(issue))


def test_sheet_is_made_by_the_worker(town, root, nudges):
    issue = issue_create(town)
    assert state_of(issue) is SheetState.NONE
    sheet_ask(issue)
    assert state_of(issue) is SheetState.WORKING
    assert nudges == [task.name]
    assert task() == 1
    assert state_of(issue) is SheetState.READY
    assert store.sheet_read(sheet_key(issue), "pdf") == sheet_make(issue).pdf
    assert {path.suffix for path in root.iterdir()} == {".pdf", ".png"}


def test_asking_again_makes_nothing_anew(town, quick, nudges):
    issue = issue_create(town)
    for _ in range(3):
        sheet_ask(issue)
    sheets_make_due()
    sheet_ask(issue)
    assert sheets_make_due() == 0
    assert quick == [issue.number]
    assert len(nudges) == 1


def test_broker_that_is_down_costs_time_only(town, quick, monkeypatch):
    def refuse(*_arguments, **_options):
        raise OperationalError("no broker")

    monkeypatch.setattr(store.current_app, "send_task", refuse)
    issue = issue_create(town)
    sheet_ask(issue)
    assert sheets_make_due() == 1
    assert state_of(issue) is SheetState.READY


def test_whatever_the_sheet_shows_changes_the_key(town):
    issue = issue_create(town)
    keys = [sheet_key(issue)]

    def changed():
        keys.append(sheet_key(issue))
        return keys[-1] not in keys[:-1]

    issue.description = "etwas anderes"
    assert changed()
    decision_create(issue, authority_create(town))
    assert changed()
    issue.answers = {"unknown": "x"}
    assert not changed()
    issue.accuracy_m = 5
    assert changed()
    # A new edition of what the map shows.
    Edition.objects.filter(dataset=CadastreDataset.PARCELS).update(status=EditionStatus.SUPERSEDED)
    edition_create(town, CadastreDataset.PARCELS)
    assert changed()
    store.program_mark.cache_clear()
    assert not changed()


def test_other_program_makes_other_sheets(town, monkeypatch):
    issue = issue_create(town)
    before = sheet_key(issue)
    monkeypatch.setattr(store, "program_mark", lambda: "next")
    assert sheet_key(issue) != before


def test_killed_worker_gives_its_note_back(town, root, quick, monkeypatch):
    issue = issue_create(town)
    sheet_ask(issue)

    def die(_issue):
        raise SystemExit

    with monkeypatch.context() as dying:
        dying.setattr(store, "sheet_make", die)
        with pytest.raises(SystemExit):
            sheets_make_due()
    assert state_of(issue) is SheetState.WORKING
    # While its lease lasts nobody else takes it.
    assert sheets_make_due() == 0
    _older(root, store.LEASE_S + 1)
    assert sheets_make_due() == 1
    assert state_of(issue) is SheetState.READY


def test_sheet_that_kills_its_workers_is_given_up(town, root, quick):
    issue = issue_create(town)
    sheet_ask(issue)
    note = root / f"{sheet_key(issue)}.asked"
    note.rename(note.with_suffix(".making"))
    note.with_suffix(".making").write_text(
        json.dumps({"issue": issue.pk, "tries": store.TRIES_MAX - 1})
    )
    _older(root, store.LEASE_S + 1)
    assert sheets_make_due() == 0
    assert state_of(issue) is SheetState.FAILED
    # A person may ask once more.
    sheet_ask(issue)
    assert sheets_make_due() == 1


def test_failure_costs_one_sheet_alone(town, quick, monkeypatch):
    broken, good = issue_create(town), issue_create(town)
    made = store.sheet_make

    def make(issue):
        if issue == broken:
            raise ValueError("no")
        return made(issue)

    monkeypatch.setattr(store, "sheet_make", make)
    sheet_ask(broken)
    sheet_ask(good)
    assert sheets_make_due() == 1
    assert state_of(broken) is SheetState.FAILED
    assert state_of(good) is SheetState.READY


def test_issue_that_changed_while_it_waited_has_its_sheet_of_now(town, quick):
    issue = issue_create(town)
    sheet_ask(issue)
    issue.description = "anders"
    issue.save()
    sheets_make_due()
    assert state_of(issue) is SheetState.READY


def test_issue_that_is_gone_leaves_no_note(town, root, quick):
    issue = issue_create(town)
    sheet_ask(issue)
    issue.delete()
    assert sheets_make_due() == 0
    assert list(root.iterdir()) == []


def test_folder_is_bounded_oldest_first(root, settings):
    settings.SHEET_CACHE_BYTES = 2500
    for number in range(4):
        store.sheet_store(f"k{number}", Sheet(pdf=b"x" * 500, png=b"y" * 500))
        _older(root, 10)
    sheets_make_due()
    kept = {path.stem for path in root.iterdir()}
    assert sum(path.stat().st_size for path in root.iterdir()) <= 2500
    assert {"k3", "k2"} <= kept
    assert "k0" not in kept


def test_old_sheets_go(root):
    store.sheet_store("old", Sheet(pdf=b"x", png=b"y"))
    _older(root, store.KEPT_DAYS * 86_400 + 1)
    store.sheet_store("new", Sheet(pdf=b"x", png=b"y"))
    sheets_make_due()
    assert {path.stem for path in root.iterdir()} == {"new"}


def _older(root: Path, seconds: float) -> None:
    for path in root.iterdir():
        at = path.stat().st_mtime - seconds
        os.utime(path, (at, at))


def test_sheets_are_closed_to_other_users_of_the_machine(settings, tmp_path, town, quick):
    settings.SHEET_ROOT = tmp_path / "fresh"
    sheet_ask(issue_create(town))
    assert settings.SHEET_ROOT.stat().st_mode & 0o007 == 0


@pytest.mark.parametrize(("arguments", "kind"), [([], "pdf"), (["--png"], "png")])
def test_command_writes_the_same_sheet(town, tmp_path, arguments, kind, capsys):
    issue = issue_create(town)
    path = tmp_path / "sheet"
    call_command("evidence_sheet", issue.number, str(path), *arguments)
    assert path.read_bytes() == getattr(sheet_make(issue), kind)


def test_command_says_what_is_wrong(town, tmp_path):
    with pytest.raises(CommandError, match="There is no issue MST-1"):
        call_command("evidence_sheet", "MST-1", str(tmp_path / "x"))
    issue = issue_create(town)
    with pytest.raises(CommandError, match="directory"):
        call_command("evidence_sheet", issue.number, str(tmp_path))


def test_key_takes_few_statements(town, django_assert_num_queries):
    issue = issue_create(town)
    decided = Edition.objects.get(dataset=CadastreDataset.PARCELS)
    decision_create(issue, authority_create(town), editions={"parcels": decided.pk})
    sheet_key(issue)  # GeoDjango remembers the CRS
    # Decision with deliveries, parcels, photos, questions, clarifications, editions decided with and drawn.
    with django_assert_num_queries(9):
        sheet_key(issue)


def test_making_takes_seconds_not_minutes(town):
    issue = issue_create(town)
    sheet_make(issue)
    began = time.perf_counter()
    sheet_make(issue)
    assert time.perf_counter() - began < 10
