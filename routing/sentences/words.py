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
    doubtful: str
    nobody: str
    wants_triage: str
    no_rules: str
    basis: str
    parcel: str
    no_parcel: str
    on_numbered_road: str
    on_named_road: str
    no_road: str
    road_class: Mapping[str, str]
    owner: Mapping[str, str]
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
    doubtful="Bitte prüfen (in Frage: {authorities}): {doubts}.",
    nobody="Keine Regel nennt eine zuständige Stelle; {doubts}.",
    wants_triage="Nach Regel {rule} entscheidet hier ein Mensch: {reason} ({basis}).",
    no_rules="Es ist kein Regelwerk aktiv; die Meldung braucht eine Sichtung.",
    basis="Grundlage: {basis} (Regel {rule}).",
    parcel="Gemarkung {gemarkung}, {flur}Flurstück {number}",
    no_parcel="auf keinem bekannten Flurstück",
    on_numbered_road="an der {road}{limits} ({parcel})",
    on_named_road="in der Straße „{road}“{limits} ({parcel})",
    no_road="{usage} ({parcel})",
    road_class={
        "A": "die Straße ist eine Autobahn",
        "B": "die Straße ist eine Bundesstraße",
        "L": "die Straße ist eine Landesstraße",
        "K": "die Straße ist eine Kreisstraße",
        "G": "die Straße ist eine Gemeindestraße",
        "S": "die Straße ist eine sonstige öffentliche Straße",
        "P": "die Straße ist ein Privatweg",
    },
    owner={
        "CITY": "das Flurstück gehört der Stadt",
        "KREIS": "das Flurstück gehört dem Kreis",
        "LAND": "das Flurstück gehört dem Land",
        "BUND_STR": "das Flurstück gehört der Bundesstraßenverwaltung",
        "BUND_WSV": "das Flurstück gehört der Wasserstraßenverwaltung des Bundes",
        "DB": "das Flurstück gehört der Bahn",
        "EG": "das Flurstück gehört dem Wasserverband",
        "RVR": "das Flurstück gehört dem Regionalverband",
        "CHURCH": "das Flurstück gehört der Kirche",
        "PRIV": "das Flurstück ist in privatem Eigentum",
    },
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
        "UNKNOWN": "an einem Ort ohne bekannte Nutzung",
    },
    doubts={
        "no_parcel": "an der Stelle ist kein Flurstück bekannt",
        "gap_between_parcels": "die Stelle liegt in einer Lücke zwischen Flurstücken",
        "several_parcels": "die Stelle liegt auf der Grenze mehrerer Flurstücke",
        "through_road_unknown": "die Grenzen der Ortsdurchfahrt sind hier unbekannt",
        "built_up_unknown": "ob die Stelle innerorts liegt, ist unbekannt",
        "owner_unknown": "die Eigentumsklasse des Flurstücks ist unbekannt",
        "agreements_clash": "mehrere Vereinbarungen widersprechen sich",
        "levels": "hier liegen zwei Ebenen übereinander, und beide können gemeint sein",
        "rules_tie": "zwei gleichrangige Regeln nennen verschiedene Stellen",
        "location_vague": "die Ortsangabe ist zu ungenau",
        "no_place": "der Ort der Meldung ist noch nicht bekannt",
        "answer_unfitting": "die Antwort auf die Rückfrage passt nicht mehr zu dem Ort",
        "rests_on_missing_data": "wer zuständig ist, hängt hier von fehlenden Daten ab",
        "no_data": "{about} sind nicht geladen",
        "authority_lapsed": "die Stelle {about} ist an diesem Tag nicht zuständig",
        "proposed_only": "die Regel {rule} schlägt derzeit nur vor",
        "accuracy": "die Ortsangabe ist dafür zu ungenau",
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
    asked_unclear="Für „{category}“ {place} muss das eine Person prüfen; in Frage kommt: {authority}.",
    asked_nobody="Für „{category}“ {place} muss eine Person prüfen, wer zuständig ist.",
    column_fails="{column}: {value}; verlangt: {wanted}",
    condition_fails="nicht erfüllt: {because}",
    body_unresolved="die Stelle ist hier nicht zu bestimmen: {body}",
    body_lapsed="die Stelle {body} ist an diesem Tag nicht zuständig",
    asked_back="Auf Rückfrage angegeben: {answers}.",
    asks_reporter="Rückfrage an die meldende Person: „{question}“",
    no_contact="Für {names} ist kein Kontakt hinterlegt.",
    person_decided="{category}: Zuständig ist {authority}. Das hat die Sichtung entschieden.",
    or_=" oder ",
)

ENGLISH: Final = Words(
    assigned="Responsible: {authority}.",
    because="Reported is “{category}” {place}; {reason}.",
    doubtful="Please check (possible: {authorities}): {doubts}.",
    nobody="No rule names a responsible authority; {doubts}.",
    wants_triage="By rule {rule} a person decides here: {reason} ({basis}).",
    no_rules="No rule set is active; the report needs triage.",
    basis="Basis: {basis} (rule {rule}).",
    parcel="cadastral district {gemarkung}, {flur}parcel {number}",
    no_parcel="on no known parcel",
    on_numbered_road="at the {road}{limits} ({parcel})",
    on_named_road="in the street “{road}”{limits} ({parcel})",
    no_road="{usage} ({parcel})",
    road_class={
        "A": "the road is a motorway",
        "B": "the road is a federal road",
        "L": "the road is a state road",
        "K": "the road is a county road",
        "G": "the road is a municipal road",
        "S": "the road is another public road",
        "P": "the road is a private way",
    },
    owner={
        "CITY": "the parcel belongs to the city",
        "KREIS": "the parcel belongs to the county",
        "LAND": "the parcel belongs to the state",
        "BUND_STR": "the parcel belongs to the federal roads administration",
        "BUND_WSV": "the parcel belongs to the federal waterways administration",
        "DB": "the parcel belongs to the railway",
        "EG": "the parcel belongs to the water association",
        "RVR": "the parcel belongs to the regional association",
        "CHURCH": "the parcel belongs to the church",
        "PRIV": "the parcel is in private hands",
    },
    everywhere="for this category it is so everywhere",
    and_=" and ",
    not_="it does not hold that {phrase}",
    reported="Reported is “{category}” {place}.",
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
        "FOREST": "in a forest",
        "GREEN": "on a green space",
        "BUILT": "on built-up land",
        "AGRI": "on farmland",
        "UNKNOWN": "at a place without known land use",
    },
    doubts={
        "no_parcel": "no parcel is known at the place",
        "gap_between_parcels": "the place lies in a gap between parcels",
        "several_parcels": "the place lies on the edge of several parcels",
        "through_road_unknown": "the through-road limits are unknown here",
        "built_up_unknown": "whether the place lies in the built-up area is unknown",
        "owner_unknown": "the owner class of the parcel is unknown",
        "agreements_clash": "several agreements contradict each other",
        "levels": "two levels lie one above the other here, and either may be meant",
        "rules_tie": "two rules of equal rank name different authorities",
        "location_vague": "the location is too vague",
        "no_place": "the place of the report is not known yet",
        "answer_unfitting": "the answer to the question no longer fits the place",
        "rests_on_missing_data": "who is responsible depends on missing data here",
        "no_data": "{about} are not loaded",
        "authority_lapsed": "the authority {about} does not act on this day",
        "proposed_only": "rule {rule} only proposes at present",
        "accuracy": "the location is not accurate enough for it",
        "low_confidence": "rule {rule} alone does not suffice for passing it on without triage",
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
    asked_unclear="For “{category}” {place} a person has to check; possible: {authority}.",
    asked_nobody="For “{category}” {place} a person has to check who is responsible.",
    column_fails="{column}: {value}; asked for: {wanted}",
    condition_fails="does not hold: {because}",
    body_unresolved="the authority cannot be told here: {body}",
    body_lapsed="the authority {body} does not act on this day",
    asked_back="Said when asked: {answers}.",
    asks_reporter="The reporter is asked: “{question}”",
    no_contact="There is no contact for {names}.",
    person_decided="{category}: {authority} is responsible. Triage decided so.",
    or_=" or ",
)

WORDS: Final[Mapping[str, Words]] = {"de": GERMAN, "en": ENGLISH}


def words_of(language: str) -> Words:
    """The words of a language; of one that has none those of the first."""
    return WORDS.get(language) or WORDS[language_first()]


def one_of(names: Sequence[str], words: Words) -> str:
    """“A, B or C”; empty for none."""
    head, tail = list(names[:-1]), list(names[-1:])
    return words.or_.join([", ".join(head), *tail]) if head else "".join(tail)
