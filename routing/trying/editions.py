"""Trying an edition: present data against the tried ones, by the same rules.

An edition is rehearsed in a transaction that is rolled back, so one worker does all of it. What the present data say
is kept in a file meanwhile: memory stays flat, and nothing can be stored from within a rehearsal.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryFile
from typing import IO

from django.db import connection, transaction

from gis_core.services.editions import activation_rehearse
from issues.models import Issue
from routing.deciding.decisions import decisions_compute
from routing.models import Trial, TrialChange, TrialChunk
from routing.trying.chunks import LIVE, Answer, answers, change_build, chunk_store, editions_check

# The first of the two numbers of an advisory lock; the second is the trial.
LOCK = 20_731


def edition_try(trial: Trial) -> None:
    """Decides every issue of the chunks that are left; does nothing while another worker does so.

    Raises TrialRefused when the active data change meanwhile, EditionError when the edition cannot be rehearsed.
    """
    edition = trial.edition
    assert edition is not None  # noqa: S101 - the caller asked for an edition's trial
    with _alone(trial) as alone, TemporaryFile() as present, TemporaryFile() as changed:
        if not alone:
            return
        left = trial.chunks.filter(is_done=False, trial__state__in=LIVE)
        chunks = list(left.defer("issue_ids"))
        for chunk in chunks:
            pickle.dump(_present(trial, chunk), present)
        present.seek(0)
        with activation_rehearse(edition):
            for chunk in chunks:
                pickle.dump(_changes(trial, chunk, present), changed)
        changed.seek(0)
        for chunk in chunks:
            count, changes = pickle.load(changed)  # noqa: S301 - written above, the file has no name
            with transaction.atomic():
                chunk_store(chunk, count, changes)


@contextmanager
def _alone(trial: Trial) -> Iterator[bool]:
    """A lock of the connection: a worker that dies gives it back."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK, trial.pk])
        (alone,) = cursor.fetchone()
    try:
        yield bool(alone)
    finally:
        if alone:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK, trial.pk])


def _present(trial: Trial, chunk: TrialChunk) -> dict[int, Answer]:
    found: dict[int, Answer] = {}
    for issue_id, datasets, (present,) in answers(trial, chunk, [trial.compared_with]):
        editions_check(trial, datasets)
        found[issue_id] = present
    return found


def _changes(trial: Trial, chunk: TrialChunk, file: IO[bytes]) -> tuple[int, list[TrialChange]]:
    """Within the rehearsal: how many issues were tried, and those that come out otherwise, with their reasons."""
    edition = trial.edition
    assert edition is not None  # noqa: S101 - as above
    present: dict[int, Answer] = pickle.load(file)  # noqa: S301 - written by us, the file has no name
    differing: dict[int, Answer] = {}
    for issue_id, datasets, (tried,) in answers(trial, chunk, [trial.compared_with]):
        editions_check(trial, datasets, tried=edition)
        if issue_id in present and tried.differs_from(present[issue_id]):
            differing[issue_id] = tried
    issues = Issue.objects.select_related("category").in_bulk(list(differing))
    changes = [
        change_build(
            trial,
            decision.issue_id,
            present[decision.issue_id],
            differing[decision.issue_id],
            sentences=decision.sentences,
            legal_basis=decision.legal_basis,
            probability=decision.probability,
        )
        for decision in decisions_compute(issues, rule_set=trial.compared_with)
    ]
    return len(present), changes
