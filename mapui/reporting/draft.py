"""A report while it is written: everything stands in the form that goes to and fro, nothing in a session (ADR 24).

Whatever comes is checked anew at every step, so a forged form is worth no more than a typed one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any, Final
from uuid import UUID, uuid4

from django.contrib.gis.geos import Point
from django.http import QueryDict
from django.utils.translation import get_language, pgettext

from gis_core.models import Jurisdiction
from issues.enums import ReporterCheck
from issues.errors import AddressUnknown, IssuesError, LocationOutside
from issues.models import Category, Issue, StagedPhoto
from issues.selectors import categories_offered
from issues.services.answers import answers_checked
from issues.services.location import location_checked
from issues.services.reporting.receiving import CitizenReport
from issues.services.reporting.staging import photos_staged
from issues.services.texts import DESCRIPTION_MAX, Problems, reporter_checked, text_checked
from issues.types import Answers, Location, LocationInput, ReporterInput
from mapui.reporting.signing_in import SignIn
from mapui.site.answers import AnswersForm
from mapui.site.places import PlaceMeant, PlacesSeveral, place_meant, places_offered

STEPS: Final = ("where", "what", "describe", "send")
CONTACT: Final = ("first_name", "last_name", "email", "phone")
# What each step shows by itself; everything else goes along hidden.
SHOWN: Final[dict[str, tuple[str, ...]]] = {
    "where": ("place",),
    "what": ("search", "danger"),
    "describe": ("text", "question", "answer"),
    "send": CONTACT,
}
FIELDS: Final = (
    *("entry", "proof", "jurisdiction", "lat", "long", "accuracy", "address", "placed", "vague"),
    *("category", *(name for names in SHOWN.values() for name in names)),
)
ANSWERS: Final = "answer-"
# Of a place that is known no better than this (metres) the report asks once for the spot.
VAGUE_M: Final = 250
VALUE_MAX: Final = 8000


class Draft:
    """The report as far as it is written. `errors` are by field; `choices`: the places that the text may mean.

    Of whoever is signed in the account's contact fills in what is not typed, and its mail address counts.
    """

    def __init__(self, data: QueryDict, jurisdiction: Jurisdiction, sign_in: SignIn) -> None:
        self.jurisdiction = jurisdiction
        self.data = data
        self.sign_in = sign_in
        self.citizen = sign_in.citizen
        self.values = {
            name: data.get(name, "").replace("\0", "").strip()[:VALUE_MAX] for name in FIELDS
        }
        try:
            self.entry = UUID(self.values["entry"])
        except ValueError:
            self.entry = uuid4()
        self.values |= {"entry": self.entry.hex, "jurisdiction": jurisdiction.identifier}
        if (citizen := self.citizen) is not None:
            self.values |= {name: getattr(citizen, name) for name in CONTACT if name not in data}
            self.values["email"] = citizen.email or self.values["email"]
        self.errors: dict[str, str] = {}
        self.choices: list[PlaceMeant] = []
        self.location: Location | None = None
        self._chosen: dict[str, Category | None] = {}

    # --- Steps ---

    def is_done(self, step: str) -> bool:
        """Whether the step holds what it has to; else `errors` say what is missing."""
        checks: dict[str, Callable[[], None]] = {
            "where": self._where,
            "what": self._what,
            "describe": self._describe,
            "send": self._send,
        }
        self.errors = {}
        checks[step]()
        return not self.errors

    def hidden(self, step: str) -> Iterator[tuple[str, str]]:
        """What goes along without being shown, by name."""
        for name, value in self.values.items():
            if name not in SHOWN[step] and value:
                yield name, value
        if step != "describe":
            for name in self.data:
                if name.startswith(ANSWERS):
                    yield from ((name, value[:VALUE_MAX]) for value in self.data.getlist(name))

    def place_put(self, place: PlaceMeant) -> None:
        """Takes a place that was found by its text."""
        given = place.given
        self.values |= {
            "lat": f"{place.latitude:.7f}",
            "long": f"{place.longitude:.7f}",
            "accuracy": "" if place.accuracy_m is None else f"{place.accuracy_m:g}",
            "address": given.address_string,
            "place": place.text,
            "placed": place.text,
        }

    def position_put(self, photo: StagedPhoto) -> None:
        """Takes where a photo was taken, which its owner agreed to."""
        accuracy = "" if photo.accuracy_m is None else f"{photo.accuracy_m:g}"
        self.values |= {"lat": f"{photo.latitude}", "long": f"{photo.longitude}"}
        self.values |= {"accuracy": accuracy, "address": "", "place": "", "placed": ""}

    def _where(self) -> None:
        written = self.values["place"]
        try:
            if written and written != self.values["placed"]:
                self.place_put(place_meant(jurisdiction=self.jurisdiction, text=written))
            if not self.values["lat"]:
                self.errors["place"] = pgettext(
                    "report", "Please say where it is: on the map, or by an address."
                )
                return
            self.location = location_checked(self.jurisdiction, self._location_given())
            self._spot_ask()
        except PlacesSeveral as error:
            self.choices = error.choices
            self.errors["place"] = error.message
        except AddressUnknown as error:
            self.choices = places_offered(self.jurisdiction, written)
            self.errors["place"] = error.message
        except LocationOutside:
            told = pgettext("report", "This place is outside %(city)s, which cannot help there.")
            self.errors["place"] = told % {"city": self.jurisdiction.name}
        except IssuesError as error:
            self.errors["place"] = error.message

    def _spot_ask(self) -> None:
        """Asks where on a long road it is. Whoever goes on all the same cannot tell, and may."""
        name = self.values["placed"]
        accuracy = self.location.accuracy_m if self.location else None
        if name and accuracy and accuracy > VAGUE_M and self.values["vague"] != name:
            self.values["vague"] = name
            told = pgettext(
                "report",
                "%(place)s is long. Please show the spot on the map, or write a house number or a street nearby."
                " If you cannot, simply go on.",
            )
            self.errors["place"] = told % {"place": name}

    def _location_given(self) -> LocationInput:
        values = self.values
        return LocationInput(
            lat=values["lat"],
            long=values["long"],
            accuracy=values["accuracy"],
            address_string=values["address"],
        )

    def _what(self) -> None:
        if self.category is None:
            self.errors["search"] = pgettext("report", "Please choose what it is about.")
        elif self.is_danger_unseen:
            self.errors["danger"] = pgettext("report", "Please confirm that you have read this.")

    def _describe(self) -> None:
        if self.category is None:
            return
        try:
            text_checked(
                self.values["text"],
                field=pgettext("report", "The description"),
                limit=DESCRIPTION_MAX,
            )
        except IssuesError as error:
            self.errors["text"] = error.message
        if not self.values["text"] and not self.photos:
            self.errors["text"] = pgettext(
                "report", "Please describe it in a few words, or add a photo."
            )
        form = self.questions
        if form is not None and not form.is_valid():
            for name in form.errors:
                self.errors[f"answer_{name}"] = pgettext("report", "Please answer this question.")

    def _send(self) -> None:
        if self.is_account_needed:
            self.errors["account_email"] = pgettext(
                "report", "For this matter please sign in first. What you wrote stays here."
            )
            return
        problems = Problems()
        reporter_checked(self.reporter, problems)
        for one in problems:
            self.errors[one.field] = pgettext("report", "Please look at this entry again.")
        if "email" in self.errors:
            self.errors["email"] = pgettext("report", "This is no e-mail address.")
        elif self.is_mail_needed and not self.reporter.email:
            self.errors["email"] = pgettext(
                "report", "For this matter the city needs your e-mail address."
            )

    # --- What stands in it ---

    @cached_property
    def categories(self) -> list[Category]:
        return list(categories_offered(self.jurisdiction))

    @property
    def category(self) -> Category | None:
        """The one chosen, read by itself: the last step needs no other."""
        code = self.values["category"]
        if code not in self._chosen:
            found = categories_offered(self.jurisdiction).filter(code=code) if code else ()
            self._chosen[code] = next(iter(found), None)
        return self._chosen[code]

    @property
    def is_danger_unseen(self) -> bool:
        """Whether the category means danger to life, and nobody said to have read what to do then."""
        category = self.category
        is_danger = category is not None and category.is_emergency
        return is_danger and self.values["danger"] != self.values["category"]

    @property
    def is_mail_needed(self) -> bool:
        """Whether the mail address has to be confirmed; that of an account is."""
        is_confirmed = self.citizen is not None and bool(self.citizen.email)
        return self._check == ReporterCheck.MAIL and not is_confirmed

    @property
    def is_account_needed(self) -> bool:
        """Whether whoever reports has to sign in first."""
        return self._check == ReporterCheck.ACCOUNT and self.citizen is None

    @property
    def _check(self) -> str:
        return self.category.reporter_check if self.category is not None else ""

    @property
    def photos(self) -> list[StagedPhoto]:
        return list(photos_staged(self.entry))

    @property
    def point(self) -> Point | None:
        return self.location.point if self.location else None

    @cached_property
    def questions(self) -> AnswersForm | None:
        """The category's questions with what was answered; None where it asks none."""
        if self.category is None:
            return None
        is_answered = any(name.startswith(ANSWERS) for name in self.data)
        data: Any = self.data if is_answered or self.data.get("step") == "describe" else None
        form = AnswersForm(data, issue=Issue(category=self.category), is_reporter=True)
        return form if form.fields else None

    def answers(self) -> Answers:
        """What is answered so far and fits."""
        if self.category is None:
            return {}
        given = {
            name.removeprefix(ANSWERS): self.data.getlist(name)
            for name in self.data
            if name.startswith(ANSWERS)
        }
        known = {one.code for one in self.category.attributes.all() if one.is_variable}
        return answers_checked(
            self.category, {code: given[code] for code in given if code in known}, Problems()
        )

    @property
    def reporter(self) -> ReporterInput:
        values = {name: self.values[name] for name in CONTACT}
        language = (get_language() or "") if any(values.values()) else ""
        return ReporterInput(**values, language=language)

    def report(self) -> CitizenReport:
        """What is sent; call only when every step is done."""
        assert self.category is not None  # noqa: S101 - tells mypy what the steps say
        return CitizenReport(
            entry=self.entry,
            category=self.category,
            location=self._location_given(),
            text=self.values["text"],
            answers=self.answers(),
            reporter=self.reporter,
            citizen=self.citizen,
        )
