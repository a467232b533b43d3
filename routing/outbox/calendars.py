"""On which days whoever gets a delivery works."""

from __future__ import annotations

from issues.services.clocks import WorkCalendar, calendar_of, state_of
from routing.enums import AuthorityKind
from routing.models import Delivery


def calendar_of_recipient(delivery: Delivery) -> WorkCalendar:
    """The holidays of the state of the contact's area, without one of the city's.

    The city's own closed days hold for the city's own bodies alone.
    """
    city, area = delivery.authority.jurisdiction, delivery.contact.area_code
    if delivery.authority.kind == AuthorityKind.CITY and not area:
        return calendar_of(city)
    return WorkCalendar(state_of(area) or state_of(city.municipality_key))
