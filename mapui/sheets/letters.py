"""The letter to the owner of data that an official body contradicts: both statements, the place, a map."""

from __future__ import annotations

import logging
import time
from typing import Final

from django.template.loader import render_to_string
from django.utils.translation import override

from mapui.sheets.making import data_address, map_plain, pdf_write
from parcels.keys import parcel_label
from routing.deciding.contradictions import contradictions_unwritten, letter_store
from routing.forwarding.wording import LANGUAGE
from routing.models import Contradiction

logger = logging.getLogger(__name__)

# A run takes no further letter after this.
RUN_S: Final = 30.0


def letters_make_due() -> int:
    """Makes the letters that are missing, one after the other; returns how many.

    One that goes wrong is logged and does not hold up the others.
    """
    made, ends = 0, time.monotonic() + RUN_S
    for one in contradictions_unwritten():
        try:
            letter_store(contradiction=one, content=letter_make(one))
        except Exception:
            logger.exception("the letter of contradiction %s could not be made", one.pk)
        else:
            made += 1
        if time.monotonic() > ends:
            break
    return made


def letter_make(contradiction: Contradiction) -> bytes:
    """The letter as PDF/UA-1; takes about a second of one processor, and asks no map service."""
    issue = contradiction.issue
    decision = issue.decisions.filter(rule_set__isnull=False).order_by("-number").first()
    key = decision.parcel_key if decision else ""
    with override(LANGUAGE):
        context = {
            "contradiction": contradiction,
            "edition": contradiction.edition,
            "issue": issue,
            "parcel": parcel_label(key) if key else "",
            "map": data_address("image/svg+xml", map_plain(issue, parcel_key=key)),
        }
        return pdf_write(render_to_string("mapui/sheets/letter.html", context))
