"""Categories and questions: files in, the same rows out, errors by row; answers as the questions say."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from issues import errors
from issues.enums import AttributeType, Pictogram, RoadPart
from issues.importers.categories import Counts, categories_load
from issues.models import ApiKey, Category, CategoryAttribute
from issues.selectors import api_key_find, category_find
from issues.services.answers import answers_checked
from issues.services.texts import Problems

FOLDER = Path(__file__).parents[2] / "fixtures" / "castrop_rauxel"


@pytest.fixture
def folder(tmp_path) -> Path:
    """A copy of the model city's files, to be changed."""
    for name in ("categories.csv", "category_attributes.csv"):
        shutil.copy(FOLDER / name, tmp_path)
    return tmp_path


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_categories_of_the_model_city_cover_the_rules(jurisdiction):
    counts = categories_load(jurisdiction=jurisdiction, folder=FOLDER)
    with (FOLDER / "rules.csv").open(encoding="utf-8", newline="") as file:
        used = {
            code
            for row in csv.DictReader(file, delimiter=";")
            for code in row["category"].split("|")
        }
    loaded = {category.code: category for category in Category.objects.all()}
    assert used - {"*"} == set(loaded)
    assert counts == Counts(categories=len(loaded), questions=40, deactivated=0)
    assert loaded["STREET_LIGHT"].part == RoadPart.LIGHTING
    assert loaded["STREET_LIGHT"].asset_kinds == ["street_light"]
    assert loaded["GAS_SMELL"].is_emergency
    vehicle = loaded["ABANDONED_VEHICLE"]
    assert (vehicle.notice_months, vehicle.notice_law) == (1, "§ 20 Abs. 4 KrWG")
    assert loaded["GAS_SMELL"].notice_months is None
    assert not loaded["ILLEGAL_PARKING"].is_public
    assert not CategoryAttribute.objects.filter(is_required=True).exists()


def test_categories_of_a_group_have_one_pictogram(jurisdiction):
    categories_load(jurisdiction=jurisdiction, folder=FOLDER)
    drawn = {(one.group, one.pictogram) for one in Category.objects.all()}
    assert len(drawn) == len({group for group, _pictogram in drawn})
    assert {pictogram for _group, pictogram in drawn} == {"", *Pictogram.values}
    assert ("Sonstiges", "") in drawn


def test_categories_without_a_column_of_pictograms_have_none(jurisdiction, folder):
    change(folder / "categories.csv", ";pictogram;", ";remarks;")
    categories_load(jurisdiction=jurisdiction, folder=folder)
    assert set(Category.objects.values_list("pictogram", flat=True)) == {""}


def test_emergency_categories_tell_the_numbers_to_call(jurisdiction):
    categories_load(jurisdiction=jurisdiction, folder=FOLDER)
    for category in Category.objects.filter(is_emergency=True):
        (notice,) = category.attributes.filter(is_variable=False)
        assert "112" in notice.descriptions["de"]
        assert "112" in notice.descriptions["en"]


@pytest.mark.parametrize(
    "code",
    ["TREE_DANGER", "POWER_CABINET", "STREET_LIGHT", "POWER_OUTAGE", "DRINKING_WATER", "OTHER"],
)
def test_category_that_may_be_dangerous_tells_when_to_call(jurisdiction, code):
    categories_load(jurisdiction=jurisdiction, folder=FOLDER)
    category = Category.objects.get(code=code)
    assert not category.is_emergency
    (warning,) = category.warnings
    assert "112" in warning


@pytest.mark.parametrize("code", ["MANHOLE", "GULLY_BLOCKED", "VALVE_COVER"])
def test_missing_cover_is_sent_to_the_category_of_its_own(jurisdiction, code):
    categories_load(jurisdiction=jurisdiction, folder=FOLDER)
    category = Category.objects.get(code=code)
    names = Category.objects.get(code="MANHOLE_MISSING").names
    assert f"wählen Sie bitte „{names['de']}“" in category.descriptions["de"]
    assert f"please choose “{names['en']}”" in category.descriptions["en"]


def test_categories_are_told_in_both_languages_and_known_by_everyday_words(jurisdiction):
    categories_load(jurisdiction=jurisdiction, folder=FOLDER)
    for category in Category.objects.all():
        for texts in (category.names, category.descriptions, category.groups):
            assert set(texts) == {"de", "en"}, category.code
        assert category.keywords, category.code
    names = [category.names["de"] for category in Category.objects.all()]
    assert len(set(names)) == len(names)


def test_noise_and_blocked_ways_of_others_are_never_public(jurisdiction):
    categories_load(jurisdiction=jurisdiction, folder=FOLDER)
    hidden = Category.objects.filter(is_public=False).values_list("code", flat=True)
    assert set(hidden) >= {"NOISE_NEIGHBOURS", "NOISE_BUILDING_SITE", "NOISE_EVENT"}
    assert "HYDRANT_BLOCKED" in hidden


def test_loading_again_changes_nothing(jurisdiction, folder):
    categories_load(jurisdiction=jurisdiction, folder=folder)
    rows = [model.objects.order_by("pk").values() for model in (Category, CategoryAttribute)]
    before = [list(query.all()) for query in rows]
    categories_load(jurisdiction=jurisdiction, folder=folder)
    assert [list(query.all()) for query in rows] == before


def test_what_vanished_is_switched_off_and_comes_back(jurisdiction, folder):
    categories_load(jurisdiction=jurisdiction, folder=FOLDER)
    change(folder / "categories.csv", "\nGRAFFITI;", "\nSCRAWL;")
    change(folder / "category_attributes.csv", "STREET_LIGHT;LAMP_NUMBER", "STREET_LIGHT;POLE")
    counts = categories_load(jurisdiction=jurisdiction, folder=folder)
    assert counts.deactivated == 1
    assert not Category.objects.get(code="GRAFFITI").is_active
    codes = CategoryAttribute.objects.filter(category__code="STREET_LIGHT").values_list(
        "code", flat=True
    )
    assert list(codes) == ["EMERGENCY", "PLACE", "POLE"]
    categories_load(jurisdiction=jurisdiction, folder=FOLDER)
    assert Category.objects.get(code="GRAFFITI").is_active


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        ("categories.csv", ";part;", ";teil;", "no column part"),
        ("categories.csv", ";carriageway;;1;0;30", ";middle;;1;0;30", "row 4: part"),
        ("categories.csv", ";carriageway;;1;0;30", ";carriageway;;yes;0;30", "row 4: is_public"),
        ("categories.csv", ";carriageway;;1;0;30", ";carriageway;;1;0;-3", "row 4: order"),
        ("categories.csv", ";carriageway;;1;0;30", ";carriageway;;1;0", "row 4"),
        ("categories.csv", "\nGAS_SMELL;", "\nACUTE_DANGER;", "row 3: ACUTE_DANGER stands"),
        ("categories.csv", ";1;§ 20", ";one;§ 20", "notice_months"),
        ("categories.csv", "\nGAS_SMELL;", "\n;", "row 3: code"),
        ("categories.csv", ";1;0;30;road", ";1;0;30;unicorn", "row 4: pictogram"),
        ("category_attributes.csv", "\nRATS;", "\nMICE;", "no category 'MICE'"),
        ("category_attributes.csv", "own:eigener Radweg:", "own::", "key:de:en"),
        ("category_attributes.csv", "shared:gemeinsamer", "own:gemeinsamer", "twice"),
        ("category_attributes.csv", "PLACE;singlevaluelist", "PLACE;string", "needed for lists"),
        ("category_attributes.csv", "LAMP_NUMBER;string", "LAMP_NUMBER;word", "datatype"),
    ],
)
def test_faulty_files_are_refused_by_row_and_change_nothing(
    jurisdiction, folder, name, old, new, message
):
    change(folder / name, old, new)
    with pytest.raises(errors.CategoriesUnreadable) as caught:
        categories_load(jurisdiction=jurisdiction, folder=folder)
    assert name in caught.value.message
    assert message in caught.value.message
    assert not Category.objects.exists()


def test_file_that_is_missing_or_no_text_is_refused(jurisdiction, folder):
    (folder / "category_attributes.csv").write_bytes(b"category;\xff\n")
    with pytest.raises(errors.CategoriesUnreadable, match=r"category_attributes\.csv"):
        categories_load(jurisdiction=jurisdiction, folder=folder)
    (folder / "category_attributes.csv").unlink()
    with pytest.raises(errors.CategoriesUnreadable, match=r"category_attributes\.csv"):
        categories_load(jurisdiction=jurisdiction, folder=folder)


def test_command_loads_categories(jurisdiction, capsys):
    call_command("load_categories", FOLDER, jurisdiction="castrop-rauxel.de")
    assert "73 categories with 40 questions, 0 switched off" in capsys.readouterr().out
    for arguments in ((FOLDER, "elsewhere.example"), (FOLDER / "none", "castrop-rauxel.de")):
        with pytest.raises(CommandError):
            call_command("load_categories", arguments[0], jurisdiction=arguments[1])


def test_command_prints_a_key_once_and_stores_its_hash(jurisdiction, capsys):
    call_command("create_api_key", "App", jurisdiction="castrop-rauxel.de", reports_per_minute=5)
    clear = capsys.readouterr().out.strip()
    stored = ApiKey.objects.get()
    assert (stored.name, stored.reports_per_minute) == ("App", 5)
    assert clear not in stored.key_hash
    assert api_key_find(jurisdiction, clear) == stored
    assert (stored.accuracy_m, stored.accuracy_confidence) == (None, None)
    assert not stored.confirms_reporters
    with pytest.raises(CommandError):
        call_command("create_api_key", "App", jurisdiction="elsewhere.example")
    with pytest.raises(CommandError):
        call_command(
            "create_api_key", "App", jurisdiction="castrop-rauxel.de", reports_per_minute=-1
        )


def test_command_says_what_the_sender_s_accuracy_means(jurisdiction):
    city = {"jurisdiction": "castrop-rauxel.de"}
    means = {"accuracy_m": 4.5, "accuracy_confidence": 0.68, "confirms_reporters": True}
    call_command("create_api_key", "App", **means, **city)
    assert ApiKey.objects.values(*means).get() == means
    for wrong in ({"accuracy_m": -1.0}, {"accuracy_m": 5001.0}, {"accuracy_confidence": 1.0}):
        with pytest.raises(CommandError):
            call_command("create_api_key", "App", **wrong, **city)
    assert ApiKey.objects.count() == 1


# --- Answers ----------------------------------------------------------------------------------------


def checked(category, **answers):
    problems = Problems()
    found = answers_checked(category_find(category.jurisdiction, category.code), answers, problems)
    return found, [type(problem) for problem in problems]


@pytest.mark.parametrize(
    ("datatype", "given", "stored"),
    [
        ("string", " L00123 ", "L00123"),
        ("string", "", None),
        ("string", "x" * 501, errors.TextTooLong),
        ("string", "a\x00", errors.TextNotClean),
        ("string", ["a", "b"], errors.AnswerInvalid),
        ("text", "x" * 4000, "x" * 4000),
        ("number", "12,5", "12.5"),
        ("number", "-3", "-3"),
        ("number", "nan", errors.AnswerInvalid),
        ("number", "1_0", errors.AnswerInvalid),
        ("number", "many", errors.AnswerInvalid),
        ("datetime", "2026-03-01T08:00:00Z", "2026-03-01T08:00:00+00:00"),
        ("datetime", "2026-03-01T08:00:00", errors.AnswerInvalid),
        ("datetime", "soon", errors.AnswerInvalid),
        ("singlevaluelist", "b", "b"),
        ("singlevaluelist", "B", errors.AnswerInvalid),
        ("singlevaluelist", ["a", "b"], errors.AnswerInvalid),
        ("multivaluelist", ["c", "a", "a"], ["a", "c"]),
        ("multivaluelist", "b", ["b"]),
        ("multivaluelist", ["a", "z"], errors.AnswerInvalid),
    ],
)
def test_answer_of_each_type_is_judged(category, make_question, datatype, given, stored):
    make_question(category, "Q", "a b c" if datatype.endswith("list") else "", datatype=datatype)
    found, problems = checked(category, Q=given)
    if isinstance(stored, type):
        assert problems == [stored]
    else:
        assert (found, problems) == ({} if stored is None else {"Q": stored}, [])


def test_answer_that_is_required_is_missed(category, make_question):
    make_question(category, "Q", "a b", is_required=True)
    assert checked(category)[1] == [errors.AnswerMissing]
    assert checked(category, Q=" ")[1] == [errors.AnswerMissing]
    assert checked(category, Q="z")[1] == [errors.AnswerInvalid]
    assert checked(category, Q="a") == ({"Q": "a"}, [])


def test_answer_to_an_information_text_is_unknown(category, make_question):
    make_question(category, "NOTE", datatype=AttributeType.TEXT, is_variable=False)
    assert checked(category, NOTE="x")[1] == [errors.AnswerUnknown]
