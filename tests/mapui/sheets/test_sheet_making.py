"""The sheet itself: the same bytes twice, tagged, readable whatever is missing or hostile."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import pikepdf
import pytest
from django.core.files.base import ContentFile
from PIL import Image
from pypdfium2 import PdfDocument

from gis_core.enums import EditionStatus
from gis_core.models import Edition
from issues.enums import AttributeType, LocationSource, PhotoStatus
from issues.models import CategoryAttribute, Issue, Photo
from mapui.sheets.facts import sheet_facts
from mapui.sheets.making import _contents, pdf_write, sheet_make
from mapui.sheets.store import sheet_key
from parcels.enums import CadastreDataset
from routing.enums import DecisionCause, Outcome
from tests.mapui.factories import (
    authority_create,
    category_create,
    decision_create,
    edition_create,
    issue_create,
    staff_create,
)

SITUATION = {
    "parcels": [{"key": "059999001000100000__", "gemarkung": "Musterberg"}],
    "sections": [
        {
            "key": "S1",
            "road_class": "B",
            "road": "B 235",
            "name": "Habinghorster Straße",
            "distance": 3.0,
            "station": 1126.0,
            "through_road": "in",
        }
    ],
}


def text_of(pdf: bytes) -> str:
    with PdfDocument(pdf) as document:
        return "\n".join(page.get_textpage().get_text_range() for page in document)


def pages_of(pdf: bytes) -> int:
    with PdfDocument(pdf) as document:
        return len(document)


def photo_add(issue: Issue, colour: str = "red") -> Photo:
    drawn = BytesIO()
    Image.new("RGB", (1200, 900), colour).save(drawn, "JPEG")
    photo = Photo(issue=issue, status=PhotoStatus.STORED, width=1200, height=900)
    photo.file.save(f"{photo.public_id}.jpg", ContentFile(drawn.getvalue()), save=False)
    photo.save()
    return photo


@pytest.fixture
def issue(town):
    issue = issue_create(town, accuracy_m=12, address_text="Musterstraße 1")
    decision_create(
        issue,
        authority_create(town),
        parcel_key="059999001000100000__",
        evidence={"situations": [SITUATION]},
        editions={},
    )
    return issue


def test_sheet_is_the_same_twice_and_says_what_is_known(issue):
    photo_add(issue)
    first, second = sheet_make(issue), sheet_make(issue)
    assert first.pdf == second.pdf
    assert first.png == second.png
    text = " ".join(text_of(first.pdf).split())
    for told in (
        "MST-2026-000001",
        "Schlagloch",
        "Musterstraße 1",
        "Zuständig: EUV Stadtbetrieb.",
        "95 %",
        "Gemarkung Musterberg, Flur 1, Flurstück 10",
        "059999001000100000__",
        "Nutzung: bebaute Fläche",
        "382950.00",
        "5712350.00",
        f"{issue.latitude:.6f}",
        "± 12 m",
        "B 235 Habinghorster Straße",
        "Abschnitt S1",
        "Station 1126 m",
        "Ortsdurchfahrt: innerhalb",
        "Tiefes Loch",
        "Stand 03.03.2026",
    ):
        assert told in text, told
    assert pages_of(first.pdf) == 1


def test_sheet_changes_with_what_it_shows(issue):
    before = sheet_make(issue).pdf
    issue.description = "Zwei tiefe Löcher"
    assert sheet_make(issue).pdf != before


def test_cut_pictures_stay_broken_after_a_sheet_was_made():
    pdf_write("<!doctype html><html lang='de'><title>x</title><p>x</p></html>")
    whole = BytesIO()
    Image.effect_noise((64, 64), 50).save(whole, "PNG")
    with (
        Image.open(BytesIO(whole.getvalue()[:200])) as cut,
        pytest.raises(OSError, match="truncated"),
    ):
        cut.load()


def test_sheet_is_tagged_for_readers(issue):
    photo_add(issue)
    with pikepdf.open(BytesIO(sheet_make(issue).pdf)) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.Root.Lang) == "de"
        assert pdf.Root.ViewerPreferences.DisplayDocTitle
        assert pdf.open_metadata().get("{http://www.aiim.org/pdfua/ns/id/}part") == "1"
        title = pdf.open_metadata()["dc:title"]
        elements = list(_elements(pdf.Root.StructTreeRoot))
    assert title == "Nachweisblatt MST-2026-000001: Schlagloch"
    kinds = [kind for kind, _alt in elements]
    assert {"/H1", "/H2", "/Table", "/TH", "/TD", "/P", "/Figure"} <= set(kinds)
    alts = [alt for kind, alt in elements if kind == "/Figure"]
    assert any("Karte 1 : 1000" in alt for alt in alts)
    assert len(alts) == 3
    assert all(alts)


def _elements(element):
    kids = element.get("/K", [])
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            yield str(kid.S), str(kid.get("/Alt", ""))
            yield from _elements(kid)


def test_picture_shows_the_page_at_150_dots_an_inch(issue):
    with Image.open(BytesIO(sheet_make(issue).png)) as picture:
        assert picture.format == "PNG"
        # 210 mm by 297 mm.
        assert picture.size == (1241, 1754)


def test_sheet_speaks_german_whatever_the_reader_speaks(issue):
    from django.utils.translation import override

    german = sheet_make(issue).pdf
    with override("en"):
        assert sheet_make(issue).pdf == german


def test_contacts_are_masked_as_in_what_leaves_the_house(issue):
    issue.description = "Bitte anrufen: 0176 12345678 oder mail an erika@example.org"
    issue.address_text = "bei erika@example.org"
    attribute = CategoryAttribute.objects.create(
        category=issue.category,
        code="more",
        datatype=AttributeType.TEXT,
        descriptions={"de": "Noch etwas?", "en": "More?"},
    )
    issue.answers = {attribute.code: "0176 12345678"}
    text = text_of(sheet_make(issue).pdf)
    assert "Noch etwas?" in text
    for secret in ("12345678", "erika@", "0176"):
        assert secret not in text


def test_answers_are_told_in_words(issue):
    CategoryAttribute.objects.create(
        category=issue.category,
        code="size",
        datatype=AttributeType.SINGLEVALUELIST,
        descriptions={"de": "Wie groß?", "en": "How large?"},
        values=[{"key": "xl", "names": {"de": "wie ein Eimer", "en": "bucket"}}],
    )
    issue.answers = {"size": "xl"}
    text = text_of(sheet_make(issue).pdf)
    assert "Wie groß?" in text
    assert "wie ein Eimer" in text


def test_owner_and_reporter_are_not_on_it(issue):
    text = text_of(sheet_make(issue).pdf).lower()
    assert "privat" not in text
    assert "eigent" not in text


HOSTILE = (
    "${alert(1)} `${x}` </script><script>alert(2)</script> <img src=http://10.0.0.1/x> {{ facts }} {% now %}",
    "\u202eschlecht gespiegelt\u202c und \u0627\u0644\u0639\u0631\u0628\u064a\u0629",
    "😀🕳️ " * 50,
    "x" * 4000,
    "Zeile\n" * 600,
)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_only_text(issue, text):
    issue.description, issue.address_text = text, text[:300]
    sheet = sheet_make(issue)
    shown = text_of(sheet.pdf)
    assert "MST-2026-000001" in shown
    assert "Datengrundlage" in shown
    if "script" in text:
        assert "</script><script>alert(2)</script>" in " ".join(shown.split())
        assert "{% now %}" in shown


def test_longest_text_breaks_over_pages_with_the_number_on_each(issue):
    issue.description = "Wort " * 2000
    pdf = sheet_make(issue).pdf
    assert pages_of(pdf) > 1
    with PdfDocument(pdf) as document:
        for page in document:
            assert "MST-2026-000001" in page.get_textpage().get_text_range()
    assert text_of(pdf).count("Wort") == 2000


def test_issue_without_a_place_has_a_sheet_without_a_map(town):
    issue = issue_create(town, location_source=LocationSource.UNPLACED, released=False)
    text = text_of(sheet_make(issue).pdf)
    assert "Der Ort ist nicht bekannt" in text
    assert "Maßstab" not in text
    assert "WGS 84" not in text


def test_issue_without_a_decision_says_so(town):
    text = text_of(sheet_make(issue_create(town)).pdf)
    assert "Über die Zuständigkeit ist noch nicht entschieden." in text
    assert "Gemarkung Musterberg" in text


def test_issue_outside_says_that_there_is_nothing_known(town):
    text = text_of(sheet_make(issue_create(town, east=5000, north=5000)).pdf)
    assert "keine Geodaten geladen" in text
    assert "an diesem Ort keines bekannt" in text


def test_issue_on_a_border_names_both_parcels(town):
    text = text_of(sheet_make(issue_create(town, east=100, north=50)).pdf)
    assert "Flurstück 10" in text
    assert "Flurstück 11/4" in text


def test_doubtful_decision_is_not_told_as_a_clear_one(issue, town):
    decision_create(issue, authority_create(town), number=2, outcome=Outcome.TRIAGE)
    assert "Offen (zu sichten), am ehesten: EUV Stadtbetrieb" in " ".join(
        text_of(sheet_make(issue).pdf).split()
    )


def test_photo_that_is_gone_is_told(issue):
    photo = photo_add(issue)
    photo.file.storage.delete(photo.file.name)
    assert "Ein Foto der Meldung ist nicht auffindbar." in text_of(sheet_make(issue).pdf)


def test_five_photos_are_all_there(issue):
    for colour in ("red", "green", "blue", "black", "white"):
        photo_add(issue, colour)
    with pikepdf.open(BytesIO(sheet_make(issue).pdf)) as pdf:
        alts = [alt for kind, alt in _elements(pdf.Root.StructTreeRoot) if kind == "/Figure"]
    assert [alt for alt in alts if "Foto" in alt] == [f"Foto {n} der Meldung" for n in range(1, 6)]


def test_category_that_is_never_public_has_no_code(town):
    hidden = category_create(town, "SECRET", is_public=False)
    with pikepdf.open(BytesIO(sheet_make(issue_create(town, category=hidden)).pdf)) as pdf:
        alts = [alt for kind, alt in _elements(pdf.Root.StructTreeRoot) if kind == "/Figure"]
    assert [alt for alt in alts if "QR-Code" in alt] == []
    assert len(alts) == 1


def test_code_leads_to_the_public_page(issue, settings):
    settings.PUBLIC_URL = "https://melden.example"
    with pikepdf.open(BytesIO(sheet_make(issue).pdf)) as pdf:
        alts = [alt for kind, alt in _elements(pdf.Root.StructTreeRoot) if kind == "/Figure"]
    assert "QR-Code: https://melden.example/issues/MST-2026-000001/" in alts


def test_data_are_told_with_their_days_and_origin(issue, town):
    former = Edition.objects.get(dataset=CadastreDataset.PARCELS)
    issue.decisions.update(editions={"parcels": former.pk})
    Edition.objects.filter(pk=former.pk).update(status=EditionStatus.SUPERSEDED)
    later = edition_create(town, CadastreDataset.PARCELS)
    later.as_of, later.attribution, later.licence = (
        date(2026, 9, 30),
        "Geobasis NRW",
        "dl-de/zero-2-0",
    )
    later.save()
    text = " ".join(text_of(sheet_make(issue).pdf).split())
    assert (
        "Entschieden mit Stand 03.03.2026, Karte mit Stand 30.09.2026: Flurstücke. Geobasis NRW"
        " (dl-de/zero-2-0)"
    ) in text
    assert "Stand 03.03.2026: Eigentumsklassen" not in text
    assert "Stand 03.03.2026: Ortsdurchfahrten, Tatsächliche Nutzung" in text


def test_accuracy_that_is_only_assumed_is_told_so(issue):
    issue.accuracy_m = None
    issue.decisions.update(evidence={"situations": [SITUATION], "accuracy_m": 10.0})
    text = " ".join(text_of(sheet_make(issue).pdf).split())
    assert "± 10 m (angenommen, in der Meldung nicht angegeben)" in text


def test_decision_of_a_person_has_no_probability(issue, town):
    person = staff_create()
    decision_create(
        issue,
        authority_create(town),
        number=2,
        cause=DecisionCause.OVERRULED,
        reason="intern: bitte nicht weitersagen",
        decided_by=person,
    )
    text = " ".join(text_of(sheet_make(issue).pdf).split())
    assert "von Hand" in text
    assert "Wahrscheinlichkeit" not in text
    assert "weitersagen" not in text
    assert person.username not in text


def test_moved_issue_names_the_parcel_of_its_decision(issue):
    issue.point.x += 100
    text = " ".join(text_of(sheet_make(issue).pdf).split())
    assert "Entschieden für Gemarkung Musterberg, Flur 1, Flurstück 10" in text
    assert "Flurstück 11/4" in text


def test_photo_is_shown_as_it_was_turned_and_blackened(issue):
    photo = photo_add(issue)
    before = sheet_key(issue)
    Photo.objects.filter(pk=photo.pk).update(turned=90, boxes=[[0, 0, 900, 1200]])
    assert sheet_key(issue) != before
    [content] = _contents(sheet_facts(issue).photos)
    shown = Image.open(BytesIO(content))
    assert shown.size == (900, 1200)
    assert shown.getcolors() == [(900 * 1200, (0, 0, 0))]
