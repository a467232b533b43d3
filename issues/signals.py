"""News from the issues for the apps above: each signal carries an id and nothing else."""

from __future__ import annotations

from django.dispatch import Signal

# Sent after the transaction that stored the issue has been committed. Arguments: issue_id (int).
issue_received = Signal()
