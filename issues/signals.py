"""News from the issues for the apps above: each signal carries an id and, where there are several, the kind of news."""

from __future__ import annotations

from django.dispatch import Signal

# Sent after the transaction that stored the issue has been committed. Arguments: issue_id (int).
issue_received = Signal()

# Sent after staff changed what a decision rests on. Arguments: issue_id (int), cause: "moved", "category", "answered".
issue_changed = Signal()

# Sent after an issue was put to another one, and after it was taken out again. Arguments: issue_id (int).
issue_merged = Signal()
issue_unmerged = Signal()

# Sent inside the transaction of a reporter's step: what has to follow from it is stored with it, or the step is not.
# Arguments: issue_id (int), news: a value of `issues.enums.ReporterNews`.
reporter_changed = Signal()
