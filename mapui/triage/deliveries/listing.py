"""The deliveries that a person may see: parts with their counts, filter, endpoints out of order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django import forms
from django.db.models import Count, Exists, F, Min, OuterRef, Q, QuerySet
from django.db.models.enums import TextChoices
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import npgettext, pgettext_lazy

from gis_core.db.counting import counts_of
from issues.models import Issue
from issues.rights import SEE, Person, issues_reached
from mapui.site.lists import LongPaginator
from routing.enums import DeliveryKind, DeliveryState
from routing.models import Authority, AuthorityContact, Breaker, Delivery
from routing.outbox.selectors import deliveries_overdue

# More than so many are "999+".
COUNTED_MAX: Final = 1000


class Part(TextChoices):
    """Where a delivery stands, as far as the house has to know."""

    FAILED = "failed", pgettext_lazy("deliveries", "Not delivered")
    WAITING = "waiting", pgettext_lazy("deliveries", "Waiting")
    UNANSWERED = "unanswered", pgettext_lazy("deliveries", "No answer yet")
    OVERDUE = "overdue", pgettext_lazy("deliveries", "Overdue there")
    REFUSED = "refused", pgettext_lazy("deliveries", "Refused")
    ANSWERED = "answered", pgettext_lazy("deliveries", "Taken on")
    OVER = "over", pgettext_lazy("deliveries", "Withdrawn")


STATES: Final[dict[Part, tuple[DeliveryState, ...]]] = {
    Part.FAILED: (DeliveryState.FAILED,),
    Part.WAITING: (DeliveryState.HELD, DeliveryState.QUEUED, DeliveryState.SENDING),
    Part.UNANSWERED: (DeliveryState.SENT, DeliveryState.DELIVERED, DeliveryState.EXPIRED),
    Part.OVERDUE: (
        *(DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.SENT, DeliveryState.DELIVERED),
        *(DeliveryState.ACCEPTED, DeliveryState.IN_PROGRESS, DeliveryState.EXPIRED),
    ),
    Part.REFUSED: (DeliveryState.REFUSED,),
    Part.ANSWERED: (DeliveryState.ACCEPTED, DeliveryState.IN_PROGRESS, DeliveryState.DONE),
    Part.OVER: (DeliveryState.WITHDRAWN,),
}
AGES: Final = (1, 5, 10, 30)


class DeliveriesForm(forms.Form):
    """Part, recipient and age; what does not exist is everything."""

    part = forms.ChoiceField(choices=Part.choices, required=False, widget=forms.HiddenInput)
    authority = forms.ChoiceField(label=pgettext_lazy("deliveries", "Recipient"), required=False)
    age = forms.ChoiceField(label=pgettext_lazy("deliveries", "Older than"), required=False)

    def __init__(self, data: Any, *, issues: QuerySet[Issue]) -> None:
        super().__init__(data, label_suffix="")
        everything = ("", pgettext_lazy("deliveries", "all"))
        named = Authority.objects.filter(
            Exists(issues.filter(jurisdiction=OuterRef("jurisdiction")))
        )
        days = [
            (str(n), npgettext("deliveries", "%(days)s day", "%(days)s days", n) % {"days": n})
            for n in AGES
        ]
        self.fields["authority"].choices = [  # type: ignore[attr-defined]
            everything,
            *((one.code, one.name) for one in named.order_by("code")),
        ]
        self.fields["age"].choices = [everything, *days]  # type: ignore[attr-defined]
        self.is_valid()

    def chosen(self, name: str) -> str:
        return str(self.cleaned_data.get(name) or "")


@dataclass(frozen=True)
class PartShown:
    name: str
    text: str
    url: str
    is_chosen: bool


class Deliveries:
    """What an address asks for, of what the person may see."""

    def __init__(self, data: Any, person: Person) -> None:
        issues = issues_reached(person, SEE)
        self.reached = Delivery.objects.filter(decision__issue__in=issues)
        self.form = DeliveriesForm(data, issues=issues)
        self.part = Part(self.form.chosen("part") or Part.FAILED)

    @property
    def query(self) -> str:
        chosen = {name: self.form.chosen(name) for name in ("authority", "age")}
        return urlencode({"part": self.part.value, **{k: v for k, v in chosen.items() if v}})

    def of_part(self, part: Part) -> QuerySet[Delivery]:
        found = self.reached.filter(state__in=STATES[part])
        if part == Part.UNANSWERED:
            # Nobody has to answer a copy, nor what was decided otherwise since.
            found = found.filter(kind=DeliveryKind.RESPONSIBLE, decision__is_current=True)
        if part == Part.OVERDUE:
            found = found.filter(pk__in=deliveries_overdue())
        if code := self.form.chosen("authority"):
            found = found.filter(authority__code=code)
        if days := self.form.chosen("age"):
            found = found.filter(created_at__lt=timezone.now() - timedelta(days=int(days)))
        return found

    def parts(self) -> list[PartShown]:
        numbers = counts_of([self.of_part(part) for part in Part], most=COUNTED_MAX)
        rest = {name: self.form.chosen(name) for name in ("authority", "age")}
        return [
            PartShown(
                name=str(part.label),
                text=str(number) if number < COUNTED_MAX else f"{COUNTED_MAX - 1}+",
                url=f"{reverse('deliveries')}?"
                + urlencode({"part": part.value, **{k: v for k, v in rest.items() if v}}),
                is_chosen=part == self.part,
            )
            for part, number in zip(Part, numbers, strict=True)
        ]

    def page(self, number: Any) -> Any:
        """The oldest first: whatever is stuck longest stands on top. What is over, the latest first."""
        counting = self.of_part(self.part)
        rows = counting.select_related(
            "authority", "contact", "decision__issue__category", "decision__issue__jurisdiction"
        ).defer("decision__evidence", "decision__issue__jurisdiction__boundary")
        is_over = self.part in {Part.OVER, Part.ANSWERED}
        order = ("-due_at", "-pk") if is_over else ("-is_urgent", "due_at", "pk")
        return LongPaginator(rows.order_by(*order), counting=counting).get_page(number)


def contacts_beside(delivery: Delivery) -> list[AuthorityContact]:
    """The other contacts in use of its authority: to these it may be handed over."""
    found = AuthorityContact.objects.filter(authority=delivery.authority_id, is_active=True)
    return list(found.exclude(pk=delivery.contact_id).order_by("area_code", "pk"))


def endpoints_failing(reached: QuerySet[Delivery]) -> list[Breaker]:
    """The endpoints out of order that something the person may see waits for: `waiting`, `oldest`."""
    waiting = (
        reached.filter(state=DeliveryState.QUEUED)
        .values(endpoint=F("contact__endpoint"))
        .annotate(waiting=Count("pk"), oldest=Min("waits_since"))
        .order_by("endpoint")
    )
    known = {one.endpoint: one for one in Breaker.objects.filter(~Q(opened_at=None))}
    shown = []
    for row in waiting:
        if breaker := known.get(row["endpoint"]):
            breaker.waiting, breaker.oldest = row["waiting"], row["oldest"]  # type: ignore[attr-defined]
            shown.append(breaker)
    return shown
