"""What is said of an own raster; its file is named before."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_noop as _

RASTERS: Final = {
    "raster_missing": _("cannot be opened: %(cause)s"),
    "raster_format": _("is neither GeoTIFF (COG) nor JPEG 2000"),
    "raster_unreadable": _("cannot be read: %(cause)s"),
    "raster_no_crs": _(
        "does not say in which coordinate reference system it is. It must stand in the file itself: what"
        " lies beside it is not read"
    ),
    "raster_no_place": _(
        "does not say where it lies (origin and size of a pixel). That must stand in the file itself: what"
        " lies beside it is not read"
    ),
    "raster_elsewhere": _(
        "its place in %(crs)s is none on the earth: is the coordinate reference system right?"
    ),
    "raster_values": _(
        "only bands of one and the same type of numbers can be shown; these are %(types)s"
    ),
    "raster_classes": _(
        "classes need one band of whole numbers; this file has %(bands)s bands, or other numbers"
    ),
    "raster_class_range": _(
        "in rows %(rows)s are values that are no class: only 0 to 255 are possible"
    ),
    "raster_class_columns": _("The classes must begin with the line %(columns)s"),
    "raster_class_line": _(
        "Classes, line %(line)s: expected are a whole number from 0 to 255 and a name, with a semicolon between them"
    ),
    "raster_block": _(
        "is stored in blocks of %(megabytes)s MB, which would have to be held whole: please store it in tiles"
    ),
    "raster_large": _(
        "%(size)s pixels are %(megabytes)s MB; at most %(most)s MB are possible (RASTER_MAX_MEGABYTES)."
        " Please deliver it in parts"
    ),
    "raster_disk": _(
        "needs up to %(megabytes)s MB of disk; only %(free)s MB are free. Please make room and try again"
    ),
    "raster_broken": _("is damaged or broken off, rows %(rows)s cannot be read: %(cause)s"),
    "raster_empty": _("holds no value that could be shown"),
    "raster_unwritable": _("could not be stored: %(cause)s"),
    "raster_attempts": _(
        "It was begun %(most)s times, and each time the worker was ended from outside; the log may say more"
    ),
    "raster_bands_left": _("Bands that are no colours are left out (such as infrared): %(bands)s"),
    "raster_stretched": _(
        "Values of the type %(type)s are shown in 256 steps, from the 2nd to the 98th percentile"
    ),
}
