"""The texts of what loading the network says, by code (gis_core.messages). German stands in locale/de."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_noop as _

TEXTS: Final = {
    "stretch_reversed": _("the stretch ends (%(end)s m) before it begins (%(start)s m)"),
    "stretch_nowhere": _(
        "neither a section with its two stations nor a line says where the stretch lies"
    ),
    "check_stretches_unplaced": _(
        "Through-road stretches that lie on no federal, state or county road of the network: %(keys)s. There every"
        " report counts as outside. Load road sections and stretches of the same day"
    ),
    "check_stretches_measured": _(
        "The stations of these stretches do not fit the length of their lines: %(keys)s. Stations must be in metres"
    ),
    "check_stretches_everywhere": _(
        "The stretches are as long as the whole network of classified roads: is this the file of the road sections?"
    ),
    "check_roads_measured": _(
        "The stated lengths of most roads do not fit their lines: lengths and stations must be in metres"
    ),
    "check_municipality_unfound": _(
        "None of the municipalities has the key of this one (AGS %(key)s): %(found)s. Nothing would lie inside"
    ),
    "check_unclassified": _(
        "No road is a motorway, federal, state or county road: the signs of the roads were not found, and every report"
        " on one would go to the city. OpenStreetMap: convert with the column “ref”"
    ),
    "sign_unknown": _("%(sign)s is no sign of a classified road"),
    "sign_missing": _(
        "a main road or its ramp without a sign (ref) counts as municipal, and likely is a federal or state road"
    ),
    "no_number": _("%(value)s is no number"),
}
