"""What other apps may want to hear."""

from __future__ import annotations

from django.dispatch import Signal

# Sent with edition_id (int) after a new state became active, by activation or roll-back; outside its transaction, which
# stands whatever a receiver does. Who must not miss it looks for what it has missed.
edition_activated = Signal()

# Sent with edition_id (int) by the job that has staged an edition, before it ends. Who must not miss it looks for what
# it has missed: commands and synchronisation stage editions as well.
edition_staged = Signal()
