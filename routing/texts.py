"""The texts of what loading the network says, by code (gis_core.messages). German stands in locale/de."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_noop as _

TEXTS: Final = {
    "stretch_reversed": _("the stretch ends (%(end)s m) before it begins (%(start)s m)"),
    "no_number": _("%(value)s is no number"),
}
