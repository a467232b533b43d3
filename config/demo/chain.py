"""Looking at what became of each report, at both ends: in our database and at the receiver."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage

from config.demo.mailreceiver import mail_received
from config.demo.places import TRIAGE
from config.demo.reports import Sent
from config.demo.surroundings import MAIL
from routing.enums import ChannelKind, DeliveryKind, Outcome
from routing.forwarding.channels.open311_endpoint import Endpoint
from routing.forwarding.channels.open311_form import reference_marker
from routing.forwarding.channels.speaking import client_open
from routing.forwarding.envelope import envelope_build
from routing.models import GONE_OUT, Decision, Delivery
from routing.outbox.receipts import DeliveryError


@dataclass
class Traced:
    """A report, its decision, and for each delivery what was found at the receiver."""

    sent: Sent
    decision: Decision | None
    receipts: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def came_out(self) -> str:
        if self.decision is None:
            return ""
        if self.decision.outcome != Outcome.ASSIGNED or self.decision.authority is None:
            return TRIAGE
        return self.decision.authority.code


def reports_trace(sent: Sequence[Sent]) -> list[Traced]:
    """Every report with everything that is wrong about it; none is left out."""
    decisions = {
        decision.issue.number: decision
        for decision in Decision.objects.filter(issue__number__in=[one.number for one in sent])
        .select_related("issue__category", "issue__jurisdiction", "authority__acts_through")
        .order_by("number")
    }
    mailbox = mail_received(MAIL)
    return [_trace(report, decisions.get(report.number), mailbox) for report in sent]


def _trace(
    sent: Sent, decision: Decision | None, mailbox: Mapping[str, list[EmailMessage]]
) -> Traced:
    traced = Traced(sent, decision)
    if decision is None:
        traced.problems.append("was not decided")
        return traced
    deliveries = list(decision.deliveries.select_related("authority", "contact").order_by("pk"))
    _expectation_check(traced, deliveries)
    if traced.came_out != TRIAGE and not deliveries:
        traced.problems.append("nobody was told")
    for delivery in deliveries:
        receipt, problem = _receipt_look_up(delivery, mailbox)
        if problem:
            traced.problems.append(f"{delivery.authority.code}: {problem}")
        else:
            traced.receipts.append(receipt)
    return traced


def _expectation_check(traced: Traced, deliveries: Sequence[Delivery]) -> None:
    place = traced.sent.place
    if place.expected and traced.came_out != place.expected:
        traced.problems.append(f"{place.expected} was expected, {traced.came_out} came out")
    elif place.expected_copies is not None and traced.came_out != TRIAGE:
        copies = {one.authority.code for one in deliveries if one.kind == DeliveryKind.COPY}
        told = {one.authority.code for one in deliveries}
        # Who has to act already needs no copy: private owners are written to through the public order office.
        if copies - set(place.expected_copies) or set(place.expected_copies) - told:
            wanted = ", ".join(place.expected_copies) or "nobody"
            traced.problems.append(f"copies to {wanted} were expected, {sorted(copies)} were sent")


def _receipt_look_up(
    delivery: Delivery, mailbox: Mapping[str, list[EmailMessage]]
) -> tuple[str, str]:
    """(what the receiver has, "") or ("", what is wrong)."""
    if delivery.state not in GONE_OUT:
        return "", f"is {delivery.state}: {delivery.last_error}"
    if delivery.contact.channel == ChannelKind.MAIL:
        return _mail_look_up(delivery, mailbox)
    return _open311_look_up(delivery)


def _mail_look_up(delivery: Delivery, mailbox: Mapping[str, list[EmailMessage]]) -> tuple[str, str]:
    identity = delivery.receipt["message_id"]
    found = mailbox.get(identity, [])
    if len(found) != 1:
        return "", f"{len(found)} messages {identity} are in the mailbox"
    parts = sum(1 for _ in found[0].iter_attachments())
    return f"{delivery.contact.address}: {identity}, {parts} attachments", ""


def _open311_look_up(delivery: Delivery) -> tuple[str, str]:
    try:
        with client_open() as client:
            record = Endpoint(client, delivery.contact).request_get(delivery.foreign_id)
    except DeliveryError as error:
        return "", f"the receiver does not show {delivery.foreign_id}: {error}"
    if reference_marker(envelope_build(delivery)) not in str(record.get("description")):
        return "", f"{delivery.foreign_id} of the receiver is not our report"
    service = record.get("service_name")
    return f"{delivery.contact.settings['jurisdiction_id']}: {delivery.foreign_id} ({service})", ""
