"""The texts of what loading the cadastre says, by code (gis_core.messages). German stands in locale/de."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_noop as _

TEXTS: Final = {
    "parcel_key": _("%(text)s is not a parcel key"),
    "no_area": _("%(value)s is no area"),
    "no_date": _("%(value)s is no date"),
    "district_nameless": _("the Gemarkung %(key)s has no name"),
    "district_key": _("%(key)s is no key of a Gemarkung (6 digits) or Flur (9 digits)"),
    "land_use_unknown": _(
        "unknown land use %(use)s; say under Geodata → Dictionaries what it counts as"
    ),
    "owner_profile_columns": _("The first line must be: %(columns)s"),
    "owner_profile_line": _(
        "Line %(line)s does not have three columns with an attribute in the first."
    ),
    "owner_profile_class": _(
        "Line %(line)s: there is no ownership class %(value)s; there are %(known)s."
    ),
    "owner_profile_twice": _("Line %(line)s: %(value)s stands twice."),
    "check_area": _(
        "The area differs from the official one by more than %(m2)s m² and %(share)s %%"
    ),
    "check_suffixes": _(
        "Several places have the same house number, and no house number has a letter: %(named)s. The column of the"
        " suffixes was probably not read"
    ),
    "check_streetless": _(
        "House numbers without a street: the search finds none of them. In NAS the objects"
        " AX_LagebezeichnungKatalogeintrag are missing"
    ),
    "check_ownerless": _(
        "No parcel has an owner class; %(before)s have one now. Was the right column read?"
    ),
    "check_parcels_unknown": _(
        "Of %(rows)s rows these name a parcel that is not among the active ones: %(keys)s. Are the keys spelt"
        " otherwise, or is it another state?"
    ),
    "check_gemarkung_unknown": _(
        "Parcels of a Gemarkung that is not among the cadastral districts: %(keys)s"
    ),
    "check_flur_unknown": _(
        "Parcels of a Flur that is not among the cadastral districts: %(keys)s"
    ),
}
