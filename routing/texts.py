"""The texts of what loading the network says, by code (gis_core.messages). German stands in locale/de."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_noop as _

TEXTS: Final = {
    "stretch_reversed": _("the stretch ends (%(end)s m) before it begins (%(start)s m)"),
    "check_unclassified": _(
        "No road is a motorway, federal, state or county road: the signs of the roads were not found, and every report"
        " on one would go to the city. OpenStreetMap: convert with the column “ref”"
    ),
    "check_kinds_unused": _(
        "Assets of kinds that no category names, so no decision asks for them: %(kinds)s. Known are %(known)s"
    ),
    "sign_unknown": _("%(sign)s is no sign of a classified road"),
    "no_number": _("%(value)s is no number"),
}
