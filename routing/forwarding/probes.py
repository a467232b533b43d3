"""Trying contacts: on a person's order, and every day where the receiver names its services. No report is sent."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import pgettext

from issues.services.nudging import worker_nudge
from routing.enums import TrialState
from routing.forwarding.channels import channel_of, channels_all
from routing.forwarding.channels.base import Probe, Step
from routing.forwarding.wording import LANGUAGE
from routing.models import AuthorityContact, ContactProbe
from routing.outbox.receipts import DeliveryError

if TYPE_CHECKING:
    from django.contrib.auth.models import User

logger = logging.getLogger(__name__)

RUN_TASK: Final = "routing.tasks.probes_run_due"
# Longer than any probe may take.
LEASE: Final = timedelta(minutes=10)
KEPT: Final = timedelta(days=90)


@transaction.atomic
def probe_ask(*, contact: AuthorityContact, by: User) -> ContactProbe:
    """Has a worker try the contact. One that waits already is not asked for twice."""
    AuthorityContact.objects.select_for_update().get(pk=contact.pk)
    waiting = contact.probes.filter(state=TrialState.WAITING).first()
    probe: ContactProbe = waiting or contact.probes.create(asked_by=by)
    transaction.on_commit(lambda: worker_nudge(RUN_TASK))
    return probe


def contacts_watch() -> int:
    """Looks at the services of all receivers that name them; returns at how many."""
    kinds = [kind for kind, channel in channels_all().items() if channel.names_services]
    for contact in AuthorityContact.objects.filter(is_active=True, channel__in=kinds):
        contact.probes.create()
    ContactProbe.objects.filter(asked_at__lt=timezone.now() - KEPT).delete()
    return probes_run_due()


def probes_run_due() -> int:
    """Runs what was asked for, the oldest first; returns how many ran. Several workers may do it at once."""
    now = timezone.now()
    ContactProbe.objects.filter(state=TrialState.RUNNING, asked_at__lt=now - LEASE).update(
        state=TrialState.FAILED, finished_at=now
    )
    ran = 0
    while (probe := _claim()) is not None:
        _run(probe)
        ran += 1
    return ran


@transaction.atomic
def _claim() -> ContactProbe | None:
    waiting = ContactProbe.objects.select_for_update(skip_locked=True, of=("self",))
    probe = waiting.filter(state=TrialState.WAITING).order_by("asked_at", "pk").first()
    if probe is not None:
        probe.state = TrialState.RUNNING
        probe.save(update_fields=["state"])
    return probe


def _run(probe: ContactProbe) -> None:
    with translation.override(LANGUAGE):
        try:
            found = channel_of(probe.contact.channel).probe(probe.contact)
        except Exception as error:  # noqa: BLE001 - the outermost loop: the next one is tried all the same
            found = Probe((_failure(error),))
        former = _former(probe)
        probe.changes = _changes(former, found) if former and found.services else []
    probe.steps = [list(step) for step in found.steps]
    probe.services = {code: list(one) for code, one in found.services.items()}
    probe.state, probe.finished_at = TrialState.DONE, timezone.now()
    probe.save(update_fields=["state", "finished_at", "steps", "services", "changes"])
    if probe.changes:
        logger.warning(
            "contact %s: the receiver's services changed: %s", probe.contact, probe.changes
        )


def _failure(error: Exception) -> Step:
    if isinstance(error, ValidationError):
        told = " ".join(error.messages)
    else:
        told = (
            str(error) if isinstance(error, DeliveryError) else f"{type(error).__name__}: {error}"
        )
    return Step(pgettext("probe", "No further"), told, is_well=False)


def _former(probe: ContactProbe) -> ContactProbe | None:
    """The last look before this one at which the receiver named services."""
    known = ContactProbe.objects.filter(contact=probe.contact_id).exclude(services={})
    return known.exclude(pk=probe.pk).first()


def _changes(former: ContactProbe, found: Probe) -> list[str]:
    """What the mapping may have to follow: services gone or new, and what they have come to require."""
    before: dict[str, Any] = former.services
    gone, new = before.keys() - found.services.keys(), found.services.keys() - before.keys()
    told = [pgettext("probe", "%(code)s is gone.") % {"code": code} for code in sorted(gone)]
    told += [pgettext("probe", "%(code)s is new.") % {"code": code} for code in sorted(new)]
    for code, service in found.services.items():
        more = sorted(set(service.required) - set(before.get(code, [code, service.required])[1]))
        if more:
            sentence = pgettext("probe", "%(code)s now requires %(attributes)s.")
            told.append(sentence % {"code": code, "attributes": ", ".join(more)})
    return told
