"""A worker that is killed in the middle of a trial: nothing is lost, nothing is counted twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from time import monotonic, sleep
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection

from routing.enums import TrialState
from routing.models import Trial
from routing.trying import trials
from routing.trying.listed import trial_progress
from routing.trying.trials import trial_start, trial_work, trials_unattended
from tests.mapui.geodata.geodata_factories import city_make
from tests.routing.trying.trial_factories import draft_make, found, issues_make

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE_S = 120
# A dozen chunks: enough to be killed in the middle of.
ISSUES = 120


def worker_start(trial: Trial) -> subprocess.Popen[bytes]:
    database = connection.settings_dict
    host = quote(str(database["HOST"]), safe="")
    port = f":{database['PORT']}" if database["PORT"] else ""
    address = f"postgis://{database['USER']}@{host}{port}/{database['NAME']}"
    return subprocess.Popen(
        [sys.executable, str(settings.ROOT / "manage.py"), "try_rules", "--resume", str(trial.pk)],
        env={**os.environ, "DATABASE_URL": address},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def until(holds) -> None:
    end = monotonic() + PATIENCE_S
    while monotonic() < end and not holds():
        sleep(0.005)
    assert holds()


def test_killed_worker_leaves_its_chunk_to_the_next_one(tmp_path, monkeypatch):
    monkeypatch.setattr(trials, "CHUNK", 10)
    city = city_make(tmp_path)
    issues_make(city, ISSUES)
    draft = draft_make(city, A06="UNB", A22a="TRIAGE")
    whole = trial_start(jurisdiction=city, rule_set=draft)
    trial_work(trial_id=whole.pk)
    trial = trial_start(jurisdiction=city, rule_set=draft)
    process = worker_start(trial)
    until(lambda: trial_progress(trial).done >= 20)
    assert trials_unattended() in ([], [trial.pk])
    process.send_signal(signal.SIGKILL)
    process.wait(PATIENCE_S)
    assert process.returncode == -signal.SIGKILL
    half = trial_progress(trial).done
    assert 20 <= half < ISSUES
    # The dead connection's locks are gone as soon as the server notices.
    until(lambda: trials_unattended() == [trial.pk])
    # Two go on at once, one of them in a process of its own.
    other = worker_start(trial)
    trial_work(trial_id=trial.pk)
    assert other.wait(PATIENCE_S) == 0
    trial.refresh_from_db()
    assert (trial.state, trial_progress(trial).done) == (TrialState.DONE, ISSUES)
    assert found(trial) == found(whole)
    assert len(found(trial)) > 20
