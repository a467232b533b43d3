"""Single texts, answers and numbers of a report: the last value that is taken, and the first that is not."""

from __future__ import annotations

import math

import pytest

from issues.enums import AttributeType
from issues.errors import (
    AnswerInvalid,
    EmailInvalid,
    IssuesError,
    LocationMissing,
    LocationNotANumber,
    LocationOutOfRange,
    MediaUrlInvalid,
    ReportInvalid,
    TextNotClean,
    TextTooLong,
)
from issues.models import CategoryAttribute, Issue, Photo, Reporter
from issues.services.addresses import _addresses, _normalised
from issues.services.answers import _answer_checked, _together
from issues.services.location import _accuracy, _degrees, _is_nowhere, is_accuracy
from issues.services.photos.stored import photo_refuse
from issues.services.texts import (
    Problems,
    field_length,
    media_url_checked,
    reporter_checked,
    text_checked,
)
from issues.types import LocationInput, ReporterInput


def test_text_is_taken_up_to_its_limit_without_blanks_around():
    assert text_checked("  12345\n", field="x", limit=5) == "12345"
    with pytest.raises(TextTooLong) as caught:
        text_checked("123456", field="x", limit=5)
    assert caught.value.field == "x"
    assert "6" in str(caught.value)
    assert "5" in str(caught.value)


@pytest.mark.parametrize("character", "\x00\x08\x0b\x0c\x0e\x1f\ud800\udfff\ufffe\uffff")
def test_text_with_a_character_that_xml_cannot_carry_is_refused(character):
    with pytest.raises(TextNotClean) as caught:
        text_checked(f"a{character}b", field="x", limit=5)
    assert caught.value.field == "x"


def test_text_with_line_ends_and_rare_letters_is_taken():
    text = "a\tb\nc\rd\x7f\ud7ff\ue000\ufffd🕳"
    assert text_checked(text, field="x", limit=len(text)) == text


@pytest.mark.parametrize("text", ["\u200b", " \ufeff\u200d\n", "\u202e"])
def test_text_of_which_nothing_is_seen_is_none(text):
    assert text_checked(text, field="x", limit=5) == ""


def test_text_turns_no_other_words_around_and_keeps_its_own():
    assert (
        text_checked("\u202eLoch\u202c 👩\u200d👧 \u0627", field="x", limit=99)
        == "Loch 👩\u200d👧 \u0627"
    )


def test_length_of_a_field_is_that_of_the_database():
    assert field_length(Issue, "address_text") == 300
    assert field_length(Photo, "source_url") == Photo._meta.get_field("source_url").max_length


def test_reporter_with_several_faults_is_told_all_of_them():
    problems = Problems()
    limit = field_length(Reporter, "first_name")
    given = ReporterInput(email="nobody", first_name="x" * (limit + 1), last_name=" Muster ")
    assert reporter_checked(given, problems) == {"last_name": "Muster"}
    assert {(type(one), one.field) for one in problems} == {
        (EmailInvalid, "email"),
        (TextTooLong, "first_name"),
    }


def test_reporter_may_have_an_address_and_a_name_as_long_as_the_field():
    problems = Problems()
    name = "x" * field_length(Reporter, "first_name")
    given = ReporterInput(email="erika@example.org", first_name=name)
    assert reporter_checked(given, problems) == {"email": "erika@example.org", "first_name": name}
    assert problems == []


@pytest.mark.parametrize(
    "url",
    ["http://example.org/a.jpg", "HTTPS://example.org", "http://[::1]/a", "http://example.org:1/a"],
)
def test_web_address_is_taken(url):
    assert media_url_checked(f" {url} ") == url


@pytest.mark.parametrize(
    "url",
    [
        *(
            "ftp://example.org/a",
            "example.org/a",
            "http://",
            "http:///a",
            "http://erika@example.org",
        ),
        *(
            "http://example.org:0/",
            "http://example.org:x/",
            "http://example.org/a b",
            "http://[::1",
        ),
    ],
)
def test_what_is_no_web_address_is_refused(url):
    with pytest.raises(MediaUrlInvalid) as caught:
        media_url_checked(url)
    assert caught.value.field == "media_url"


def test_web_address_may_be_as_long_as_the_field():
    limit = field_length(Photo, "source_url")
    url = "http://example.org/".ljust(limit, "a")
    assert media_url_checked(url) == url
    with pytest.raises(TextTooLong):
        media_url_checked(url + "a")


def test_reason_of_a_refused_photo_is_clean_and_short():
    photo = photo_refuse(Photo(), "\x00" + "x" * 301)
    assert photo.refused_because == "x" * 300


# --- Answers --------------------------------------------------------------------------------------
def question(datatype: AttributeType) -> CategoryAttribute:
    values = [{"key": key, "names": {}} for key in ("small", "big", "huge")]
    return CategoryAttribute(code="q", datatype=datatype, values=values)


def answer(datatype: AttributeType, *values: str) -> str | list[str]:
    return _answer_checked(question(datatype), list(values))


@pytest.mark.parametrize(
    ("datatype", "given", "taken"),
    [
        (AttributeType.SINGLEVALUELIST, " big ", "big"),
        (AttributeType.NUMBER, " 12,5 ", "12.5"),
        (AttributeType.NUMBER, "1" * 40, "1" * 40),
        (AttributeType.DATETIME, "2026-03-03T12:00:00+01:00", "2026-03-03T12:00:00+01:00"),
        (AttributeType.DATETIME, "2026-03-03 12:00Z", "2026-03-03T12:00:00+00:00"),
        (AttributeType.STRING, "x" * 500, "x" * 500),
        (AttributeType.TEXT, "x" * 4000, "x" * 4000),
    ],
)
def test_answer_is_taken_as_its_type_has_it(datatype, given, taken):
    assert answer(datatype, given) == taken


@pytest.mark.parametrize(
    ("datatype", "given", "error"),
    [
        (AttributeType.SINGLEVALUELIST, "tiny", AnswerInvalid),
        (AttributeType.NUMBER, "many", AnswerInvalid),
        (AttributeType.NUMBER, "nan", AnswerInvalid),
        (AttributeType.NUMBER, "-inf", AnswerInvalid),
        (AttributeType.NUMBER, "1_000", AnswerInvalid),
        (AttributeType.NUMBER, "٥", AnswerInvalid),
        (AttributeType.NUMBER, "1" * 41, TextTooLong),
        (AttributeType.DATETIME, "2026-03-03T12:00:00", AnswerInvalid),
        (AttributeType.DATETIME, "tomorrow", AnswerInvalid),
        (AttributeType.DATETIME, "2026-03-03T12:00:00+01:00" + "x" * 16, TextTooLong),
        (AttributeType.STRING, "x" * 501, TextTooLong),
        (AttributeType.TEXT, "x" * 4001, TextTooLong),
        (AttributeType.MULTIVALUELIST, "tiny", AnswerInvalid),
    ],
)
def test_answer_that_does_not_fit_its_type_names_the_question(datatype, given, error):
    with pytest.raises(error) as caught:
        answer(datatype, given)
    assert caught.value.field == "attribute[q]"


def test_answers_of_a_list_stand_once_and_in_its_order():
    assert answer(AttributeType.MULTIVALUELIST, "huge", " small", "huge") == ["small", "huge"]


def test_answer_but_one_to_a_question_for_one_is_refused():
    with pytest.raises(AnswerInvalid) as caught:
        answer(AttributeType.STRING, "a", "b")
    assert caught.value.field == "attribute[q]"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (["a"], "a"),
        ([("a", "b")], ["a", "b"]),
        ([("a",)], ["a"]),
        (["a", ("b", "c"), "d"], ["a", "b", "c", "d"]),
    ],
)
def test_answers_under_codes_that_begin_alike_are_kept_together(given, kept):
    assert _together(given) == kept


# --- Numbers of a place -----------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("lat", "long"), [(90, 180), ("-90", "-180,0"), ("0", "0"), ("1." + "1" * 30, 1.5)]
)
def test_degrees_up_to_the_poles_and_the_date_line_are_numbers(lat, long):
    given = LocationInput(lat=lat, long=long)
    assert _degrees(given) == tuple(float(str(one).replace(",", ".")) for one in (lat, long))


@pytest.mark.parametrize(
    ("lat", "long", "error", "field"),
    [
        (90.001, 7, LocationOutOfRange, "lat"),
        (-90.001, 7, LocationOutOfRange, "lat"),
        (51, 180.001, LocationOutOfRange, "long"),
        (51, None, LocationMissing, "long"),
        ("", 7, LocationMissing, "lat"),
        ("51.", 7, LocationNotANumber, "lat"),
        ("12345", 7, LocationNotANumber, "lat"),
        ("1." + "1" * 31, 7, LocationNotANumber, "lat"),
        (51, False, LocationNotANumber, "long"),
        (10**400, 7, LocationNotANumber, "lat"),
    ],
)
def test_degree_that_is_none_names_its_field(lat, long, error, field):
    with pytest.raises(error) as caught:
        _degrees(LocationInput(lat=lat, long=long))
    assert type(caught.value) is error
    assert caught.value.field == field


def test_degrees_that_are_both_wrong_are_both_told():
    with pytest.raises(ReportInvalid) as caught:
        _degrees(LocationInput(lat="x", long=181))
    assert [one.field for one in caught.value.errors] == ["lat", "long"]
    with pytest.raises(ReportInvalid) as caught:
        _degrees(LocationInput(long=181))
    assert [one.field for one in caught.value.errors] == ["lat", "long"]


@pytest.mark.parametrize(
    ("given", "metres"), [(None, None), (" ", None), (0, 0), ("0,5", 0.5), (5000, 5000)]
)
def test_accuracy_up_to_five_kilometres_is_taken(given, metres):
    assert _accuracy(given) == metres


@pytest.mark.parametrize("given", [-0.001, 5000.001, "x", math.inf, True])
def test_accuracy_that_is_no_such_distance_is_refused(given):
    with pytest.raises(IssuesError) as caught:
        _accuracy(given)
    assert caught.value.field == "accuracy"


@pytest.mark.parametrize(
    ("given", "is_one"), [("", True), ("0", True), ("6000", True), ("-1", False), ("x", False)]
)
def test_accuracy_of_a_form_is_blank_or_a_number_from_nought(given, is_one):
    assert is_accuracy(given) == is_one


@pytest.mark.parametrize(
    ("lat", "long", "is_nowhere"),
    [
        *((None, None, True), (0, 0, True), ("0.0", "0", True), ("null", " NaN ", True)),
        *((0, 7, False), (51, None, False), (None, 7, False), ("x", None, False), (51, 7, False)),
        *(("(null)", "undefined", True), ("nil", "None", True)),
    ],
)
def test_place_is_nowhere_where_both_degrees_say_nothing(lat, long, is_nowhere):
    assert _is_nowhere(LocationInput(lat=lat, long=long)) == is_nowhere


# --- Addresses --------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        ("Am Markt 1, 3; Ringstr. 7|9", ["ammarkt1", "ammarkt3", "ringstr7", "ringstr9"]),
        ("Straße des 17. Juni 4", ["strdes17juni4"]),
        ("12", ["12"]),
        ("", [""]),
    ],
)
def test_location_text_names_each_of_its_addresses(text, addresses):
    assert list(_addresses(text)) == addresses


def test_address_is_compared_without_case_blanks_and_marks():
    assert _normalised(" Köln-Strasse 1 A ") == _normalised("KÖLN STRAẞE 1a") == "kölnstr1a"
