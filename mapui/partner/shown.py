"""What the page of an authority shows: what was sent, what was said, who has it, what can be answered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils.translation import pgettext_lazy

from mapui.partner.forms import FORMS, PartnerForm
from routing.answering.deadlines import clock_of
from routing.answering.partner import STATES, PartnerVerb, answer_mark, verbs_open
from routing.enums import AnswerSource, DeliveryKind, DeliveryState
from routing.forwarding.envelope import envelope_build, text_told
from routing.forwarding.links import link_expiry, reply_address, reply_token
from routing.models import Decision, Delivery

CHOICES: Final = {
    PartnerVerb.ACCEPT: pgettext_lazy("partner", "Take it over"),
    PartnerVerb.PROGRESS: pgettext_lazy("partner", "We are at work"),
    PartnerVerb.REFUSE: pgettext_lazy("partner", "Not responsible, but …"),
    PartnerVerb.DONE: pgettext_lazy("partner", "Done"),
    PartnerVerb.ASK: pgettext_lazy("partner", "Ask us"),
}
# The button that sends it: what it does, in words.
SENT: Final = {
    PartnerVerb.ACCEPT: pgettext_lazy("partner", "Yes, we take it over"),
    PartnerVerb.PROGRESS: pgettext_lazy("partner", "Yes, we are at work"),
    PartnerVerb.REFUSE: pgettext_lazy("partner", "Send: not responsible"),
    PartnerVerb.DONE: pgettext_lazy("partner", "Send: done"),
    PartnerVerb.ASK: pgettext_lazy("partner", "Send the question"),
}


@dataclass(frozen=True)
class Choice:
    verb: PartnerVerb
    name: Any
    sent: Any
    form: PartnerForm
    is_open: bool


@dataclass(frozen=True)
class SaidShown:
    """An answer of this authority, or ours to its question. `state` is None of words that changed none."""

    is_ours: bool
    at: datetime
    state: DeliveryState | None
    text: str


def partner_context(delivery: Delivery, token: str, form: PartnerForm | None) -> dict[str, Any]:
    """`form` is one that was sent and not taken: it stands open with what was typed, knowing what is known now."""
    decision = delivery.decision
    issue = decision.issue
    envelope = envelope_build(delivery)
    said = list(_said(delivery))
    return {
        "page": "partner",
        "jurisdiction": issue.jurisdiction,
        "delivery": delivery,
        "issue": issue,
        "token": token,
        "envelope": envelope,
        "place": envelope.place,
        "state": DeliveryState(delivery.state),
        "has_answered": any(one.state is not None for one in said),
        "said": said,
        "has_now": _has_now(delivery),
        "mark": answer_mark(delivery),
        "clock": clock_of(delivery),
        "choices": list(_choices(delivery, form)),
        "expires": link_expiry(token),
        "reply_to": reply_address(reply_token(delivery.public_id)),
    }


def _choices(delivery: Delivery, sent: PartnerForm | None) -> Iterator[Choice]:
    for verb in verbs_open(delivery):
        is_sent = sent is not None and sent.verb == verb
        form = sent if sent is not None and is_sent else FORMS[verb](delivery=delivery)
        yield Choice(verb, CHOICES[verb], SENT[verb], form, is_sent)


def _said(delivery: Delivery) -> Iterator[SaidShown]:
    events = delivery.events.exclude(source=AnswerSource.PROGRAM).order_by("pk")
    answered = {*STATES.values(), DeliveryState.EXPIRED}
    former = ""
    for one in events:
        is_state = one.state in answered and one.state != former
        former = one.state
        text = one.detail.get("text") or one.detail.get("reason", "")
        state = DeliveryState(one.state) if is_state else None
        is_ours = bool(one.detail.get("replies"))
        yield SaidShown(is_ours, one.said_at or one.at, state, text_told(text))


def _has_now(delivery: Delivery) -> Decision | None:
    """The decision by which somebody else has it now, or the staff look at it; None where it is this authority."""
    if delivery.kind == DeliveryKind.RESPONSIBLE and delivery.decision.is_current:
        return None
    current = Decision.objects.filter(issue=delivery.decision.issue_id, is_current=True)
    found: Decision | None = current.select_related("authority").first()
    return found
