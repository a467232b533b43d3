"""The words of both languages, side by side.

Both are written when the decision is made, because the sentence is part of the record and must not change
with a later translation; so they stand here and not in the message catalogue.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from gis_core.languages import language_first
from routing.types import UNKNOWN


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one language."""

    assigned: str
    because: str
    because_elsewhere: str
    other_parcel: str
    doubtful: str
    numbered: str
    share: str
    percent: str
    percent_low: str
    percent_high: str
    by_person: str
    no_rule_names: str
    more: str
    why_checked: str
    nobody: str
    wants_triage: str
    no_rules: str
    basis: str
    parcel: str
    on_numbered: str
    by_numbered: str
    on_street: str
    in_street: str
    in_neighbour: str
    nowhere: str
    two_levels: str
    bridge: Mapping[str, str]
    road_class: Mapping[str, str]
    no_class: str
    lies: str
    supposed: str
    part: Mapping[str, str]
    about_part: str
    owner: Mapping[str, str]
    of_parcel: str
    of_road: str
    everywhere: str
    and_: str
    not_: str
    reported: str
    flur: str
    through_road: Mapping[str, str]
    built_up: Mapping[str, str]
    usage: Mapping[str, str]
    doubts: Mapping[str, str]
    datasets: Mapping[str, str]
    columns: Mapping[str, str]
    asked_clear: str
    asked_municipality: str
    asked_unclear: str
    asked_nobody: str
    column_fails: str
    condition_fails: str
    body_unresolved: str
    body_lapsed: str
    asked_back: str
    asks_reporter: str
    no_contact: str
    person_decided: str
    or_: str


GERMAN: Final = Words(
    assigned="Zuständig: {authority}.",
    because="Gemeldet ist „{category}“ {place}; {reason}.",
    because_elsewhere=(
        "Gemeldet ist „{category}“, wahrscheinlich {place}, neben dem gemeldeten Punkt {pin}; {reason}."
    ),
    other_parcel="auf einem anderen Flurstück",
    doubtful="Bitte prüfen, wer zuständig ist: {candidates}.",
    numbered="({number}) {candidate}",
    share="{name} – {percent}: {reason}",
    percent="{percent} %",
    percent_low="unter 1 %",
    percent_high="über 99 %",
    by_person="Entscheidung durch einen Menschen",
    no_rule_names="zu {percent} nennt keine Regel eine Stelle",
    more="und {count} weitere",
    why_checked="Grund der Sichtung: {doubts}.",
    nobody="Keine Regel nennt eine zuständige Stelle.",
    wants_triage="Nach Regel {rule} entscheidet hier ein Mensch: {reason} ({basis}).",
    no_rules="Es ist kein Regelwerk aktiv; die Meldung braucht eine Sichtung.",
    basis="Grundlage: {basis} (Regel {rule}).",
    parcel="Gemarkung {gemarkung}, {flur}Flurstück {number}",
    on_numbered="auf der {road}",
    by_numbered="an der {road}",
    on_street="{preposition} {road}",
    in_street="in der Straße „{road}“",
    in_neighbour="in der Nachbargemeinde {name}",
    nowhere="an einem noch unbekannten Ort",
    two_levels="an einem Ort mit zwei Ebenen",
    bridge={
        "": " auf der Brücke über eine andere Straße",
        "RAIL": " auf der Brücke über die Bahn",
        "CANAL": " auf der Brücke über den Kanal",
        "WATER": " auf der Brücke über ein Gewässer",
    },
    road_class={
        "A": "die Straße ist eine Autobahn",
        "B": "die Straße ist eine Bundesstraße",
        "L": "die Straße ist eine Landesstraße",
        "K": "die Straße ist eine Kreisstraße",
        "G": "die Straße ist eine Gemeindestraße",
        "S": "die Straße ist eine sonstige öffentliche Straße",
        "P": "die Straße ist ein Privatweg",
    },
    no_class="der Ort gehört zu keiner bekannten Straße",
    lies="der Ort liegt {where}",
    supposed="falls der Ort {where} liegt, denn {reason}",
    part={
        "carriageway": "die Fahrbahn",
        "footway": "den Gehweg",
        "cycle_own": "den Radweg",
        "cycle_shared": "den gemeinsamen Geh- und Radweg",
        "parking": "einen Parkplatz an der Straße",
        "bus_bay": "die Haltestellenbucht",
        "equip": "die Ausstattung der Straße",
        "lighting": "die Beleuchtung",
        "drainage": "die Entwässerung",
        "green": "das Grün der Straße",
        "structure": "ein Bauwerk der Straße",
    },
    about_part="es geht um {part}",
    owner={
        "CITY": "gehört der Stadt",
        "KREIS": "gehört dem Kreis",
        "LAND": "gehört dem Land",
        "BUND_STR": "gehört der Bundesstraßenverwaltung",
        "BUND_WSV": "gehört der Wasserstraßenverwaltung des Bundes",
        "DB": "gehört der Bahn",
        "EG": "gehört dem Wasserverband",
        "RVR": "gehört dem Regionalverband",
        "CHURCH": "gehört der Kirche",
        "PRIV": "ist in privatem Eigentum",
        "UNKNOWN": "hat keinen bekannten Eigentümer",
    },
    of_parcel="das Flurstück {owner}",
    of_road="das Land der Straße {owner}",
    everywhere="für diese Kategorie gilt das überall",
    and_=" und ",
    not_="es gilt nicht: {phrase}",
    reported="Gemeldet ist „{category}“ {place}.",
    flur="Flur {flur}, ",
    through_road={
        "in": " innerhalb der Ortsdurchfahrt",
        "out": " außerhalb der Ortsdurchfahrt",
        UNKNOWN: ", Grenzen der Ortsdurchfahrt unbekannt",
    },
    built_up={"in": " innerorts", "out": " außerorts", UNKNOWN: ""},
    usage={
        "ROAD": "auf einer Straßenfläche",
        "PATH": "auf einem Weg",
        "SQUARE": "auf einem Platz",
        "RAIL": "auf Bahngelände",
        "WATER": "an einem Gewässer",
        "CANAL": "am Kanal",
        "FOREST": "in einem Wald",
        "GREEN": "auf einer Grünfläche",
        "BUILT": "auf bebautem Grund",
        "AGRI": "auf landwirtschaftlicher Fläche",
        "": "an einem Ort ohne bekanntes Flurstück",
        "UNKNOWN": "auf einem Flurstück ohne bekannte Nutzung",
    },
    doubts={
        "no_parcel": "an dem Ort ist kein Flurstück bekannt",
        "gap_between_parcels": "der Ort liegt in einer Lücke zwischen Flurstücken",
        "several_parcels": "der Ort liegt auf der Grenze mehrerer Flurstücke",
        "through_road_unknown": "die Grenzen der Ortsdurchfahrt sind hier unbekannt",
        "built_up_unknown": "ob der Ort innerorts liegt, ist unbekannt",
        "owner_unknown": "die Eigentumsklasse des Flurstücks ist unbekannt",
        "agreements_clash": "mehrere Vereinbarungen widersprechen sich",
        "levels": "hier liegen zwei Ebenen übereinander, und beide können gemeint sein",
        "rules_tie": "gleichrangige Regeln nennen verschiedene Stellen",
        "location_vague": "die Ortsangabe ist zu ungenau",
        "no_place": "der Ort der Meldung ist noch nicht bekannt",
        "answer_unfitting": "die Antwort auf die Rückfrage passt nicht mehr zu dem Ort",
        "rests_on_missing_data": "wer zuständig ist, hängt hier von fehlenden Daten ab",
        "no_data": "{about} sind nicht geladen",
        "authority_lapsed": "{about} ist an diesem Tag nicht zuständig",
        "proposed_only": "die Regel {rule} schlägt derzeit nur vor",
        "accuracy": "die Ortsangabe lässt mehrere Orte zu, an denen Verschiedene zuständig sind",
        "low_confidence": "die Regel {rule} allein genügt nicht, um ohne Sichtung weiterzuleiten",
        "no_rule": "die Meldung braucht eine Sichtung",
    },
    datasets={
        "parcels": "Flurstücke",
        "land_use": "Flächen der tatsächlichen Nutzung",
        "ownership": "Eigentumsklassen",
        "road_sections": "Straßenabschnitte",
        "assets": "Anlagen",
    },
    columns={
        "road_class": "Straßenklasse",
        "through_road": "Ortsdurchfahrt",
        "part": "Straßenteil",
        "usage": "Nutzung",
        "owner": "Eigentum",
    },
    asked_clear="Für „{category}“ {place} ist zuständig: {authority}.",
    asked_municipality="Für „{category}“ {place} gilt: {authority} kümmert sich darum.",
    asked_unclear="Für „{category}“ {place} muss das eine Person prüfen; in Frage kommt: {authority}.",
    asked_nobody="Für „{category}“ {place} muss eine Person prüfen, wer zuständig ist.",
    column_fails="{column}: {value}; verlangt: {wanted}",
    condition_fails="nicht erfüllt: {because}",
    body_unresolved="die Stelle ist hier nicht zu bestimmen: {body}",
    body_lapsed="{body} ist an diesem Tag nicht zuständig",
    asked_back="Auf Rückfrage angegeben: {answers}.",
    asks_reporter="Rückfrage an die meldende Person: „{question}“",
    no_contact="Für {names} ist kein Kontakt hinterlegt.",
    person_decided="{category}: Zuständig ist {authority}. Das hat die Sichtung entschieden.",
    or_=" oder ",
)

ENGLISH: Final = Words(
    assigned="Responsible: {authority}.",
    because="“{category}” was reported {place}; {reason}.",
    because_elsewhere=(
        "“{category}” was reported, probably {place}, beside the reported point {pin}; {reason}."
    ),
    other_parcel="on another parcel",
    doubtful="Please check who is responsible: {candidates}.",
    numbered="({number}) {candidate}",
    share="{name} – {percent}: {reason}",
    percent="{percent}%",
    percent_low="below 1%",
    percent_high="over 99%",
    by_person="Decision by a person",
    no_rule_names="for {percent} no rule names an authority",
    more="and {count} more",
    why_checked="Reason for triage: {doubts}.",
    nobody="No rule names a responsible authority.",
    wants_triage="Under rule {rule} a person decides here: {reason} ({basis}).",
    no_rules="No rule set is active; the report needs triage.",
    basis="Basis: {basis} (rule {rule}).",
    parcel="cadastral district {gemarkung}, {flur}parcel {number}",
    on_numbered="on the {road}",
    by_numbered="beside the {road}",
    on_street="on {road}",
    in_street="in the street “{road}”",
    in_neighbour="in the neighbouring municipality of {name}",
    nowhere="at a place not known yet",
    two_levels="at a place with two levels",
    bridge={
        "": " on the bridge over another road",
        "RAIL": " on the bridge over the railway",
        "CANAL": " on the bridge over the canal",
        "WATER": " on the bridge over a watercourse",
    },
    road_class={
        "A": "the road is a motorway",
        "B": "the road is a federal road",
        "L": "the road is a state road",
        "K": "the road is a county road",
        "G": "the road is a municipal road",
        "S": "the road is an unclassified public road",
        "P": "the road is a private road",
    },
    no_class="the place belongs to no known road",
    lies="the place lies {where}",
    supposed="if the place lies {where}, as {reason}",
    part={
        "carriageway": "the carriageway",
        "footway": "the footway",
        "cycle_own": "the cycle path",
        "cycle_shared": "the shared foot and cycle path",
        "parking": "parking at the road",
        "bus_bay": "the bus bay",
        "equip": "road equipment",
        "lighting": "the lighting",
        "drainage": "the drainage",
        "green": "roadside greenery",
        "structure": "a structure of the road",
    },
    about_part="the report is about {part}",
    owner={
        "CITY": "belongs to the city",
        "KREIS": "belongs to the county",
        "LAND": "belongs to the state",
        "BUND_STR": "belongs to the federal roads administration",
        "BUND_WSV": "belongs to the federal waterways administration",
        "DB": "belongs to the railway",
        "EG": "belongs to the water association",
        "RVR": "belongs to the regional association",
        "CHURCH": "belongs to the church",
        "PRIV": "is privately owned",
        "UNKNOWN": "has no known owner",
    },
    of_parcel="the parcel {owner}",
    of_road="the land of the road {owner}",
    everywhere="this holds everywhere for this category",
    and_=" and ",
    not_="it is not the case that {phrase}",
    reported="“{category}” was reported {place}.",
    flur="section {flur}, ",
    through_road={
        "in": " inside the through-road stretch",
        "out": " outside the through-road stretch",
        UNKNOWN: ", through-road limits unknown",
    },
    built_up={"in": " inside the built-up area", "out": " outside the built-up area", UNKNOWN: ""},
    usage={
        "ROAD": "on road land",
        "PATH": "on a path",
        "SQUARE": "on a square",
        "RAIL": "on railway land",
        "WATER": "at a watercourse",
        "CANAL": "at the canal",
        "FOREST": "in woodland",
        "GREEN": "on a green space",
        "BUILT": "on built-up land",
        "AGRI": "on farmland",
        "": "at a place without a known parcel",
        "UNKNOWN": "on a parcel without known land use",
    },
    doubts={
        "no_parcel": "no parcel is known at the place",
        "gap_between_parcels": "the place lies in a gap between parcels",
        "several_parcels": "the place lies on the border of several parcels",
        "through_road_unknown": "the limits of the through-road stretch are unknown here",
        "built_up_unknown": "it is not known whether the place lies in the built-up area",
        "owner_unknown": "the owner class of the parcel is unknown",
        "agreements_clash": "several agreements contradict each other",
        "levels": "two levels lie one above the other here, and either may be meant",
        "rules_tie": "rules of equal rank name different authorities",
        "location_vague": "the location is too vague",
        "no_place": "the place of the report is not known yet",
        "answer_unfitting": "the answer to the question no longer fits the place",
        "rests_on_missing_data": "who is responsible depends on missing data here",
        "no_data": "no {about} are loaded",
        "authority_lapsed": "{about} is not in charge on this day",
        "proposed_only": "rule {rule} only proposes at present",
        "accuracy": "the location allows several places, where different authorities are responsible",
        "low_confidence": "rule {rule} alone is not enough to send the report without triage",
        "no_rule": "the report needs triage",
    },
    datasets={
        "parcels": "parcels",
        "land_use": "areas of land use",
        "ownership": "ownership classes",
        "road_sections": "road sections",
        "assets": "assets",
    },
    columns={
        "road_class": "road class",
        "through_road": "through-road",
        "part": "part of the road",
        "usage": "land use",
        "owner": "ownership",
    },
    asked_clear="For “{category}” {place} the responsible authority is: {authority}.",
    asked_municipality="For “{category}” {place}: {authority} looks after it.",
    asked_unclear="For “{category}” {place} a person has to check; possible: {authority}.",
    asked_nobody="For “{category}” {place} a person has to check who is responsible.",
    column_fails="{column}: {value}; asked for: {wanted}",
    condition_fails="does not hold: {because}",
    body_unresolved="the authority cannot be told here: {body}",
    body_lapsed="{body} is not in charge on this day",
    asked_back="The reporter answered: {answers}.",
    asks_reporter="The reporter is asked: “{question}”",
    no_contact="There is no contact for {names}.",
    person_decided="{category}: {authority} is responsible, as decided in triage.",
    or_=" or ",
)

WORDS: Final[Mapping[str, Words]] = {"de": GERMAN, "en": ENGLISH}


def words_of(language: str) -> Words:
    """The words of a language; of one that has none those of the first."""
    return WORDS.get(language) or WORDS[language_first()]


def one_of(names: Sequence[str], words: Words, *, last: str = "") -> str:
    """“A, B or C”, or with another `last` word before the last one; empty for none."""
    head, tail = list(names[:-1]), list(names[-1:])
    return (last or words.or_).join([", ".join(head), *tail]) if head else "".join(tail)
