"""The texts of what gis_core says about geodata, by code. German stands in locale/de."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_noop as _

from gis_core.texts.rasters import RASTERS

# What a load says of a file or a feature, which is named before it.
_FILES: Final = {
    "file_missing": _("no such file or directory"),
    "directory_empty": _("the directory holds no .gml, .xml, .gml.gz, .xml.gz or .zip"),
    "file_unreadable": _("cannot be read: %(cause)s"),
    "shapefile_parts": _("is one file of a shapefile, %(missing)s did not come with it"),
    "file_empty": _("is empty"),
    "file_is_gzip": _("is gzip, against its name"),
    "file_is_no_gzip": _("is not gzip, against its name"),
    "file_named_otherwise": _("is named %(suffix)s but its content is %(found)s"),
    "gzip_of_other": _("gzip is read for XML and CSV only, this is %(found)s"),
    "text_utf16": _("is text in UTF-16: save it as UTF-8"),
    "gzip_damaged": _("damaged gzip: %(cause)s"),
    "format_unknown": _(
        "is of no known format (GML/NAS, GeoPackage, shapefile, FlatGeobuf, GeoJSON, CSV)"
    ),
    "zip_named_otherwise": _("is a zip archive, against its name"),
    "zip_without_data": _("holds no file of a known format"),
    "zip_damaged": _("cannot be unpacked: %(cause)s"),
    "zip_many_files": _("holds %(count)s files, at most %(most)s are read"),
    "zip_twice": _("is in the archive twice"),
    "zip_large": _("unpacks to %(size)s bytes, at most %(most)s are read"),
    "zip_empty": _("is an empty archive"),
    "zip_path": _("leads out of the archive: the path is refused"),
    "zip_link": _("is a symbolic link: refused"),
    "zip_encrypted": _("is encrypted: unpack it first"),
    "zip_nested": _("is an archive in an archive: refused"),
    "zip_bomb": _("would grow from %(packed)s to %(size)s bytes: refused as a zip bomb"),
}
_TABLES: Final = {
    "profile_unknown": _(
        "no column mapping %(name)s of %(dataset)s reads %(format)s; known are %(known)s"
    ),
    "value_missing": _("%(columns)s is missing"),
    "contents_read": _("%(file)s, column mapping %(profile)s: read %(columns)s"),
    "contents_missing": _("no column found for %(columns)s"),
    "contents_encoding": _("the source names no encoding; its texts were read as %(encoding)s"),
    "contents_unread": _("columns not read: %(columns)s"),
    "contents_left_out": _("rows left out: %(values)s"),
    "json_broken": _("is no complete JSON (%(cause)s): has it been fetched to its end?"),
    "page_of_more": _(
        "is a part of an answer: it says that there are %(matched)s features, %(came)s came; load the service by its"
        " address, or all pages together"
    ),
    "page_followed": _(
        "is a part of an answer: its “%(sign)s” says that more follows; load the service by its address, or all pages"
        " together"
    ),
    "code_unknown": _("unknown %(columns)s %(value)s"),
    "layer_missing": _("has no layer %(layer)s; there are %(there)s"),
    "rows_faulty": _(
        "%(count)s rows cannot be stored: %(named)s. Correct them in the source, or have the column mapping leave out"
        " such rows (leave_out)"
    ),
    "row_fault": _("%(feature)s: %(fault)s"),
    "text_long": _("%(column)s has %(length)s characters, at most %(most)s are stored"),
    "layer_of_csv": _("has no layers: %(layer)s does not apply"),
    "layers_none": _("has no layers"),
    "layers_several": _("has several layers that fit: %(there)s; say which with --layer"),
    "columns_missing": _("layer %(layer)s has no column %(columns)s; there are %(there)s"),
    "profiles_misfit": _("no column mapping fits: %(gaps)s"),
    "profile_improper": _("is no column mapping: see the fields in docs/loading-geodata.md"),
    "profile_named_so": _("%(name)s is no name for a mapping of one's own"),
    "word_improper": _("%(value)s cannot mean %(meaning)s"),
    "mapping_of_osm": _(
        "is OpenStreetMap's own format: roads, tracks and addresses can be loaded as they are"
    ),
    "osm_without_profile": _(
        "is OpenStreetMap's own format, of which only roads, tracks and addresses are read"
    ),
    "mapping_of_xml": _("holds no features of GML: its root element is %(root)s"),
    "mapping_of_nas": _(
        "NAS cannot be mapped: parcels, use, buildings and addresses are read as they are"
    ),
    "mapping_too_large": _(
        "is too large to be looked at here (%(most)s MB at most); take a part of it, the mapping fits the whole"
    ),
    "profile_misfit": _("%(profile)s: %(gap)s"),
    "crs_by_link": _("names its coordinate reference system by a link, which is not followed"),
    "crs_unnamed": _("names no coordinate reference system; say it with --crs"),
    "crs_of_columns_unnamed": _(
        "nothing says in which coordinate reference system %(x)s and %(y)s are; say it with --crs"
    ),
    "file_web_page": _(
        "is a web page, not data: probably a portal asked for a login, or the link led to a description"
    ),
    "json_not_utf8": _("is not UTF-8, as GeoJSON has to be: save it anew as UTF-8"),
    "csv_encoding": _(
        "holds characters that %(encoding)s does not have, as the lines before are: save it anew as UTF-8"
    ),
    "csv_places_missing": _(
        "no two columns hold coordinates under a known name (%(known)s); map the columns"
    ),
    "csv_improper": _("is no proper CSV: %(cause)s"),
    "csv_line_long": _("is longer than %(most)s bytes"),
    "csv_nul": _("holds NUL bytes: it is no UTF-8 text"),
    "csv_no_coordinates": _("%(x)s, %(y)s are no coordinates"),
    "csv_headerless": _(
        "its first line holds values instead of the names of its %(count)s columns, and no column mapping knows such a"
        " file: put a line with the names before it, or make a mapping with a header"
    ),
    "csv_columns_missing": _("%(gaps)s; there are %(there)s"),
    "csv_column_missing": _("no column %(columns)s"),
    "csv_values_uneven": _("has %(count)s values, the header %(header)s"),
    "value_misfit": _("a value does not fit: %(cause)s"),
    "column_misfit": _("%(column)s: a value does not fit: %(cause)s"),
}
_GML: Final = {
    "xml_dtd": _("a document type declaration (DTD, entities) is not allowed"),
    "xml_rootless": _("no root element"),
    "xml_root_late": _("no root element in the first megabytes"),
    "xml_broken": _("not well-formed XML: %(cause)s"),
    "xml_text_long": _(
        "a text of more than 10 million characters (too many positions in one ring?)"
    ),
    "xml_service_error": _("is a service's error message (%(root)s), no data"),
    "xml_root_unknown": _(
        "its root is %(root)s, its namespaces are %(there)s, and no column mapping fits; there are %(known)s. Make a"
        " mapping for this source, or convert it with ogr2ogr to GeoPackage"
    ),
    "property_elsewhere": _(
        "%(name)s only refers to a value that is not in the file (xlink:href %(href)s); nothing was read of it"
    ),
    "xml_incomplete": _("is incomplete: %(name)s says %(said)s features, %(came)s came"),
    "crs_nowhere": _(
        "no srsName and no header names the coordinate reference system; say it with --crs"
    ),
    "surface_unsupported": _("%(name)s is not a supported surface"),
    "ring_unsupported": _("%(name)s is not a supported ring"),
    "curve_unsupported": _("%(name)s is not a supported curve"),
    "geometry_elsewhere": _(
        "a part of the geometry stands elsewhere (xlink:href %(href)s) and not in this file; ask for data in which"
        " each object holds its whole geometry"
    ),
    "curve_gap": _("two pieces of a curve do not touch, they are %(gap)s apart"),
    "curve_short": _("a curve has %(count)s positions, at least 2 are needed"),
    "shape_unsupported": _("%(name)s is neither a point nor a line"),
    "radius_unit": _("a radius is in %(unit)s, not in metres"),
    "references_many": _(
        "its references (xlink:href) lead to one another more than %(most)s times"
    ),
    "geometry_circular": _("the geometry refers to itself (xlink:href)"),
    "ring_short": _("a ring has %(count)s positions, at least 4 are needed"),
    "ring_open": _("a ring is not closed"),
    "arc_positions": _("an arc has %(count)s positions, exactly 3 are needed"),
    "circle_straight": _("the three positions of a circle lie on a straight line"),
    "circle_impossible": _("a circle has no centre, or the radius %(radius)s"),
    "dimension_unsupported": _("srsDimension %(dimension)s is neither 2 nor 3"),
    "positions_uneven": _("%(count)s numbers are not positions of %(size)s"),
    "position_none": _("%(text)s is no position"),
    "coordinate_no_number": _("a coordinate is not a number: %(cause)s"),
    "coordinate_infinite": _("a coordinate is not a finite number"),
}
_GEOMETRY: Final = {
    "geometry_missing": _("has no geometry"),
    "geometry_kind": _("is a %(kind)s, wanted is %(wanted)s"),
    "geometry_worthless": _("no valid geometry: %(cause)s"),
    "geometry_repaired": _("repaired, was: %(cause)s"),
    "positions_many": _("has %(count)s positions, at most %(most)s are read"),
    "geometry_unreadable": _("its geometry cannot be read"),
    "crs_none": _("no coordinate reference system"),
    "crs_unknown": _("unknown coordinate reference system %(name)s"),
    "crs_unusable": _(
        "%(name)s says no place on the map: another coordinate reference system is needed"
    ),
    "crs_misfit": _(
        "coordinates x %(west)s to %(east)s, y %(south)s to %(north)s lie outside the area of %(crs)s (%(name)s);"
        " likely cause: %(guess)s"
    ),
    "guess_degrees": _("degrees; latitude and longitude may be swapped"),
    "guess_other": _("another CRS, or false eastings"),
    "guess_unheld": _("coordinates that %(crs)s cannot hold"),
    "guess_crs": _("the coordinates are in %(crs)s"),
    "guess_crs_swapped": _("the coordinates are in %(crs)s with swapped axes"),
    "guess_elsewhere": _("data of another municipality, or a wrong coordinate reference system"),
    "degrees_unprojectable": _(
        "longitude %(longitude)s, latitude %(latitude)s cannot be projected"
    ),
    "extent_far": _(
        "lies %(km)s km outside %(name)s; likely cause: %(guess)s. A source that holds more than the municipality is"
        " cut to it once its boundary is loaded (areas)"
    ),
    "extent_nowhere": _("no feature lies within %(km)s km of %(name)s; likely cause: %(guess)s"),
}
_DELIVERIES: Final = {
    "nba_unprepared": _("is an update delivery (%(kind)s); a complete delivery is needed"),
    "nba_not_for_dataset": _(
        "is an update delivery, but %(dataset)s can only be loaded from a complete one"
    ),
    "nba_without_base": _("is an update, but nothing is active: load a complete delivery first"),
    "nba_parts_missing": _("is an update, and of %(total)s parts these did not come: %(missing)s"),
    "nba_other_object": _("replaces an object by another one"),
    "nba_gap_unknown": _("a delivery is missing before this one: the object is not known"),
    "nba_gap_inactive": _(
        "a delivery is missing before this one: the object is not among the active ones"
    ),
    "nba_gap_version": _(
        "a delivery is missing before this one: it follows on the version of %(expected)s, known is that of %(known)s"
    ),
    "nba_older": _("is of %(date)s, older than the active delivery of %(active)s"),
    "nba_typeless": _("does not say of which type"),
    "nba_properties": _("changes single properties, of which only the end of life is known"),
    "parts_missing": _("of %(total)s parts these did not come: %(missing)s"),
    "part_twice": _("is the same part as %(other)s, read once"),
}
_SERVICES: Final = {
    "wfs_http": _("answers with HTTP %(status)s"),
    "wfs_http_told": _("answers with HTTP %(status)s: %(cause)s"),
    "wfs_large": _("answers with more than %(most)s bytes"),
    "wfs_fetch_large": _("sends more than %(most)s bytes"),
    "wfs_slow": _("took more than %(seconds)s seconds for a page"),
    "wfs_stalls": _("stalls: nothing came for %(seconds)s seconds"),
    "wfs_unreachable": _("cannot be reached: %(cause)s"),
    "wfs_capabilities": _("its capabilities cannot be understood: %(cause)s"),
    "wfs_versions": _("speaks none of the versions %(versions)s of WFS"),
    "wfs_no_xml": _("answers with no proper XML: %(cause)s"),
    "wfs_exception": _("answers with an exception: %(cause)s"),
    "wfs_no_wfs": _("is no WFS: it answers with %(name)s"),
    "wfs_no_features": _("answers with %(name)s instead of features"),
    "wfs_type_missing": _("offers no feature type %(wanted)s; there are %(there)s"),
    "wfs_broken": _("answers with broken XML from feature %(start)s on: %(cause)s"),
    "wfs_short": _(
        "answers incompletely from feature %(start)s on: it says %(said)s, %(came)s came"
    ),
    "wfs_repeats": _("sends the same features again from %(start)s on: it ignores STARTINDEX"),
    "wfs_changed": _("was changed while it was read: first %(before)s features, then %(after)s"),
    "wfs_incomplete": _("is incomplete: it counts %(matched)s features, %(came)s came"),
    "wfs_incomplete_twice": _(
        "is incomplete: it counts %(matched)s features, %(came)s came; %(again)s came twice, its order changes"
        " from page to page"
    ),
    "ogc_no_json": _("answers with no proper JSON: %(cause)s"),
    "ogc_no_collections": _("is no OGC API Features: it lists no collections"),
    "ogc_collection_missing": _("offers no collection %(wanted)s; there are %(there)s"),
    "ogc_collection_unnamed": _("offers several collections; please name one of %(there)s"),
    "ogc_broken": _("answers with broken JSON from feature %(start)s on: %(cause)s"),
    "ogc_other_crs": _("answers in %(crs)s although it was asked for %(asked)s"),
    "ogc_repeats": _("names a page as the next one that came before, from feature %(start)s on"),
    "ogc_foreign_page": _(
        "names a page of another server (%(server)s) as the next one; only its own are read"
    ),
    "download_nameless": _("its address ends without the name of a file"),
    "download_not_one": _(
        "names no file, or several, for %(pattern)s: %(there)s. Please download the right one and upload it"
    ),
    "changes_of_wfs": _("only a WFS can be asked for changes, not %(kind)s"),
    "preset_unknown": _("There is no preset %(name)s; there are %(known)s"),
    "preset_without_boundary": _(
        "%(name)s is a service of the whole Land, and the boundary of the municipality is not known yet."
        " Load one of these first: %(first)s"
    ),
    "address_none": _("%(url)s is no address."),
    "address_scheme": _("%(url)s is no address that begins with http:// or https://."),
    "address_refused": _("%(host)s leads to %(address)s, which must not be reached."),
    "answer_large": _("The answer has more than %(most)s bytes."),
    "answer_slow": _("The answer took more than %(seconds)s seconds."),
}
# What a map service says of itself, and what of it was left out.
_CAPABILITIES: Final = {
    "capabilities_no_xml": _("it is no XML (%(cause)s)"),
    "capabilities_no_json": _("it is no JSON (%(cause)s)"),
    "capabilities_other": _("it is a “%(name)s”: %(text)s"),
    "capabilities_version": _("it is a version that is not known here: %(version)s"),
    "capabilities_no_collections": _("it is JSON without a list of collections"),
    "capabilities_number": _("%(where)s: “%(value)s” is no number; it was left out"),
    "capabilities_box": _("%(where)s: “%(value)s” is no extent on the globe; it was left out"),
    "capabilities_scales": _(
        "%(where)s: no scale lies between %(value)s; the limits were left out"
    ),
    "capabilities_style": _("%(where)s: the style “%(value)s” has no name; it was left out"),
    "capabilities_address": _("%(where)s: “%(value)s” is no address; it was left out"),
    "capabilities_matrix": _("%(where)s: the zoom “%(value)s” has another grid; it was left out"),
    "service_is_nothing": _("%(url)s describes itself as no map service. %(causes)s"),
    "service_attempt": _("%(kind)s: %(cause)s"),
    "service_silent": _("%(url)s does not answer: %(cause)s"),
    "pick_nothing": _("Please choose at least one layer."),
    "pick_unknown": _("There is no layer “%(layer)s” any more."),
    "pick_objects": _("%(layer)s: objects, no pictures; they can be loaded as geodata"),
    "pick_tiles": _("%(layer)s: no tiles on the grid of %(crs)s"),
    "pick_group": _("%(layer)s: a group without a name, its layers can be chosen"),
    "pick_name": _("%(layer)s: a name with a comma or of more than 300 characters"),
    "pick_crs": _("%(layer)s: offered in none of these systems: %(crs)s"),
    "pick_format": _("The service offers no pictures as PNG or WebP."),
    "probe_nowhere": _("Not tried: no municipal boundary has been loaded."),
    "probe_good": _("Draws, in %(seconds)s seconds."),
    "probe_slow": _("Draws slowly, in %(seconds)s seconds."),
    "probe_empty": _(
        "The picture of a place in the municipality is empty: is there something to show, and is the axis order right?"
    ),
    "probe_failed": _("Does not draw: %(cause)s"),
    "probe_broken": _("The picture cannot be read: %(cause)s"),
    "probe_size": _("The picture has another size than asked for: %(size)s pixels"),
    "probe_elsewhere": _("The extent that the service names does not hold the municipality."),
    "probe_info": _("Feature info is answered as %(format)s."),
    "probe_info_failed": _("Feature info is offered and not answered: %(cause)s"),
    "info_not_offered": _("The layer cannot be asked about a place, or in no format read here."),
    "info_paused": _("The service did not answer a moment ago; try again in %(seconds)s seconds."),
    "info_failed": _("The service does not answer: %(cause)s"),
    "info_status": _("The service answers with HTTP %(code)s."),
    "info_refused": _("The service refuses to tell: %(cause)s"),
    "info_unreadable": _("The answer of the service cannot be read: %(cause)s"),
    "info_cut_objects": _("The first %(most)s objects are shown; there are more."),
    "info_cut_values": _("Long texts and long lists are shown in part."),
    "service_no_address": _("“%(url)s” is no address: %(cause)s"),
}
_EDITIONS: Final = {
    "cancelled": _("cancelled"),
    "cancelled_early": _("cancelled before it began"),
    "load_running": _("another load of %(dataset)s is running"),
    "load_empty": _("holds no feature of %(dataset)s"),
    "cut_whole": _(
        "all %(count)s features lie outside %(name)s: the data of another municipality, or a wrong coordinate reference"
        " system?"
    ),
    "municipality_missing": _(
        "all rows are of other municipalities: they have the key (AGS) %(found)s, and %(name)s has %(key)s"
    ),
    "key_shared": _("%(key)s (%(features)s)"),
    "keys_twice": _(
        "different features share a key: %(keys)s; which of them counts only the source can say, so it has to be"
        " put right there"
    ),
    "keys_twice_unread": _(
        "different features share a key: %(keys)s. If one of the columns that were not read tells them apart, the"
        " column mapping lacks it: %(unread)s"
    ),
    "dataset_unknown": _("unknown dataset %(name)s; known are %(known)s"),
    "edition_has_errors": _(
        "edition %(edition)s has errors that only a named person with a reason can override: %(errors)s"
    ),
    "edition_error": _("%(check)s: %(finding)s"),
    "edition_not_discardable": _("edition %(edition)s is %(status)s: it cannot be discarded"),
    "edition_not_active": _("edition %(edition)s is %(status)s: only the active one can"),
    "edition_compared_anew": _(
        "edition %(edition)s was compared with another state than the one that is active now; it was compared anew:"
        " look at the difference and activate again"
    ),
    "edition_update_outdated": _(
        "edition %(edition)s is an update of a state that is no longer active: discard it and load it again"
    ),
    "edition_not_staged": _("edition %(edition)s is %(status)s, not staged"),
    "edition_lost": _("what was staged of edition %(edition)s is lost: load it again"),
    "edition_overtaken": _("another edition of %(dataset)s was just activated: try again"),
    "edition_not_loadable": _("edition %(edition)s is %(status)s: nothing to load"),
    "edition_not_loading": _("edition %(edition)s is not being loaded"),
    "source_unnamed": _("the source without a name"),
    "source_misfit": _(
        "%(dataset)s has one source: a load replaces what is there. Leave out the name of the source"
    ),
    "source_name_wrong": _(
        "%(name)s cannot be the name of a source: letters, digits, blanks and . , / & ( ) + - are allowed, %(length)s"
        " characters at most"
    ),
    "source_needed": _(
        "%(dataset)s has sources with names: name the one that is replaced (%(known)s), or a new one, for example"
        " %(proposed)s"
    ),
    "source_unsaid": _("%(dataset)s has sources with names: say which one is meant (%(known)s)"),
    "source_taken": _("%(dataset)s has or had a source of the name %(name)s"),
    "source_not_active": _("edition %(edition)s is not the active one of a source that can end"),
    "source_leads": _("the source of edition %(edition)s counts first already, or is not active"),
    "work_broke_off": _("The work broke off; the log says more."),
    "broke_off": _("the work broke off: %(cause)s"),
}
# Findings: "check_" and the code of the check.
_CHECKS: Final = {
    "check_validity": _("Invalid areas were repaired"),
    "check_unplaced": _("Objects were left out because nothing says where they are"),
    "check_cut": _("Objects more than %(margin)s m outside the municipality were left out"),
    "check_duplicates": _("Identical objects were taken once"),
    "check_words": _("Values stand in no dictionary (Geodata → Dictionaries)"),
    "check_municipality_other": _(
        "The rows have the key (AGS) of another municipality: %(names)s. Are these the right data, and is the key of"
        " this municipality right?"
    ),
    "check_taken_once": _("Objects stand twice at one place; the first one was taken: %(names)s"),
    "check_versions": _("Objects came in versions of several days; the latest counts: %(names)s"),
    "check_uncovered": _(
        "Land is no longer covered: %(count)s holes, %(area)s m². Are objects missing from the source?"
    ),
    "check_nothing_changed": _("Nothing changed. The active state is as of %(date)s"),
    "check_streets_missing": _(
        "Streets without a name: the delivery lacks their entry in the catalogue (AX_LagebezeichnungKatalogeintrag)."
        " Order the catalogue with the delivery: %(names)s"
    ),
    "check_locations_missing": _(
        "Objects refer to streets or house numbers that no delivery brought. Load a complete delivery: %(names)s"
    ),
    "check_locations_stale": _(
        "Streets or house numbers changed, and nobody knows which parcels refer to them: their location texts stay."
        " Load a complete delivery: %(names)s"
    ),
    "check_arcs": _("Arcs were replaced by chords that leave them by %(mm)s mm at most"),
    "check_flattened": _("Heights were left out"),
    "check_axes": _("Swapped axes or zone numbers before eastings were put right"),
    "check_transformed": _("Coordinates were transformed: %(names)s"),
    "check_accuracy": _(
        "Nobody knows how well a transformation fits, it may be off by a hundred metres: %(names)s. The source names"
        " its coordinate reference system without saying what it rests on"
    ),
    "check_parts": _("A delivery is incomplete: %(gaps)s"),
    "check_unknown": _("Values that cannot be read count as unknown"),
    "check_columns": _(
        "Attributes that the active edition has are missing: %(columns)s. Does a column have another name now?"
    ),
    "check_share": _(
        "%(after)s objects where %(before)s were before (%(share)s %%): is it all there?"
    ),
    "check_disjoint": _(
        "Nothing of the active state comes again: all %(vanished)s objects would vanish. A delivery that only inserts"
        " is taken for a complete one; this looks like an update without its base, or like another area"
    ),
    "check_outside": _(
        "Objects lie more than %(km)s km outside the municipality: is the coordinate reference system right?"
    ),
    "check_ended": _("The source ends: all its objects vanish"),
    "check_source_twice": _(
        "Objects are in another source as well, at most %(metres)s m away. The first source that has one counts:"
        " %(order)s"
    ),
    "check_source_apart": _(
        "The same objects lie more than %(metres)s m apart in two sources. The first source that has one counts:"
        " %(order)s"
    ),
    "check_source_key": _(
        "Objects more than %(metres)s m apart have one key in two sources: of each only one would count. Give one of"
        " the sources other numbers. The first source counts: %(order)s"
    ),
    "check_source_overlaps": _(
        "Areas of two sources that must not overlap have more than %(area)s m² in common; both count"
    ),
    "check_overlaps": _("Areas overlap by more than %(area)s m²"),
    "check_gaps": _("Areas do not fit their neighbours: slits up to %(width)s m wide"),
    "check_points": _("Of %(total)s points %(none)s hit no area, %(one)s one, %(several)s several"),
}
TEXTS: Final = {
    **RASTERS,
    **_FILES,
    **_TABLES,
    **_GML,
    **_GEOMETRY,
    **_DELIVERIES,
    **_SERVICES,
    **_CAPABILITIES,
    **_EDITIONS,
    **_CHECKS,
}
