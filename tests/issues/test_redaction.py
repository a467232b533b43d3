"""Masking: what must disappear does, what only looks like it stays; whatever the text is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.benchmarks import redaction as bench
from issues.enums import FindingKind
from issues.redaction import CONTACTS, findings, mask_word, masked, text_language

# DIN 5008 and older German spellings.
TELEPHONES = [
    "02305 / 123456",
    "0 23 05 / 1 23 45",
    "(0 23 05) 12 34 56",
    "0171.8362736",
    "0171 - 8 36 27 36",
    "02305–123456",
    "Tel.02305/123456",
    "+49.171.8362736",
    "+49 (0) 2305 / 12 34 56",
    "02305\u00a0123456",
    "0049 2305 123456-0",
    "０２３０５ １２３４５６",
    "0171\u200b836\u20602736",
    "02305∕123456",
]


@pytest.mark.parametrize("number", TELEPHONES)
@pytest.mark.parametrize("frame", ["{}", "Rückruf {} bitte", "Loch. {}", "Bitte ({}) anrufen"])
def test_telephone_in_any_spelling_leaves_no_digit(number, frame):
    shown = masked(frame.format(number))
    assert not any(sign.isdigit() for sign in shown)
    assert "[Telefonnummer]" in shown


@pytest.mark.parametrize(
    "plate",
    [
        *("cas rx 12", "CAS - RX - 12", "CAS·RX 12", "CAS_RX_12", "CASRX12", "RE:XY:12"),
        *("WX 12345", "BX-123-D", "1-ABC-234", "B 123 ABC", "34 AB 1234", "4RT 56"),
    ],
)
def test_plate_behind_its_word_leaves_no_sign(plate):
    assert (
        masked(f"Auto, Kennzeichen {plate} steht da") == "Auto, Kennzeichen [Kennzeichen] steht da"
    )


@pytest.mark.parametrize(
    "text",
    [
        *("ohne Kennzeichen seit 14 Tagen", "PKW auf A 42", "Auto auf der L 654 liegengeblieben"),
        *("auto steht ab 12 uhr da", "Kennzeichen fehlt vorne", "AUTO AN DER B 235"),
        *("Fahrzeug ohne Kennzeichen B 235", "Bus RE 12 voll", "DIN A4 Zettel", "PVC KG DN 160"),
    ],
)
def test_road_date_or_size_beside_vehicle_stays(text):
    assert masked(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Vielen Dank E. Kampmann", "Vielen Dank [Name]"),
        ("Danke schon mal. Jupp", "Danke schon mal. [Name]"),
        ("mfg v. kampmann", "mfg [Name]"),
        ("Frau Meyer zu Bentrup", "Frau [Name]"),
        ("Frau Damm und Herr Hofmeister", "Frau [Name] und Herr [Name]"),
        ("Hr.Kampmann", "Hr.[Name]"),
        ("Im Auftrag\nKampmann", "Im Auftrag\n[Name]"),
        ("Mein Mann Xaverius ist gestürzt", "Mein Mann [Name] ist gestürzt"),
        ("Danke. Super", "Danke. Super"),
        ("Nachbar Garten", "Nachbar Garten"),
        ("Vielen Dank, Gruß", "Vielen Dank, Gruß"),
        ("@Stadt bitte kümmern", "@Stadt bitte kümmern"),
        ("Tel. 0231 12340 App. 234", "Tel. [Telefonnummer] App. [Telefonnummer]"),
        ("Nr.: 02305 441234", "Nr.: [Telefonnummer]"),
        ("Zaunpfahl Nr. 02305 441234", "Zaunpfahl Nr. 02305 441234"),
        ("NK 4410 081 – 4410 082", "NK 4410 081 – 4410 082"),
        ("anna-at-posteo.de", "[E-Mail-Adresse]"),
    ],
)
def test_name_number_or_mail_is_told_by_its_surroundings(text, shown):
    assert masked(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (
            "Loch. Rückruf bei Erika Beispiel, 02305 123456, erika@example.org",
            "Loch. Rückruf bei [Name], [Telefonnummer], [E-Mail-Adresse]",
        ),
        (
            "bei Erika Beispiel, Musterweg 3, Tel. 02305 123456",
            "bei [Name], Musterweg 3, Tel. [Telefonnummer]",
        ),
        ("Frau Dr. Erika Beispiel ist gestürzt.", "Frau Dr. [Name] ist gestürzt."),
        ("Wagen RE-AB 123E parkt", "Wagen [Kennzeichen] parkt"),
        ("IBAN DE89 3704 0044 0532 0130 00 bitte", "IBAN [Bankverbindung] bitte"),
        ("The lamp is out, call 02305 123456", "The lamp is out, call [telephone number]"),
        ("Insta: @erika_b", "Insta: @[Kontoname]"),
        ("max (at) example . de", "[E-Mail-Adresse]"),
        ("Tel. +49 2305 12345-67", "Tel. [Telefonnummer]"),
        ("(02305) 1234567", "[Telefonnummer]"),
        ("a.b+c@d.example!", "[E-Mail-Adresse]!"),
        ("Mu\u0308ller, Hans meldet", "[Name] meldet"),
    ],
)
def test_masked_text_stays_readable(text, shown):
    assert masked(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "Lampe L00123, Mast 02305-17, Schacht 123456",
        "Abschnitt 4409063O4409064O Station 922 m, B 235 km 12,4",
        "Straßenschlüssel 05562 00123, Flurstück 05562-012-00123/0004",
        "Az. 66-12/2024 vom 02.03.2024, 07.30 - 18.00 Uhr",
        "44575 Castrop-Rauxel, Erika-Mann-Straße 4, Ecke Dr.-Eckener-Straße",
        "Laterne 0815, Station 0.120, seit dem 03.11.2026 um 10:15",
        "Flurstück 05528100200008",
        "112, 110 und 115; 1.234,50 €; 51.5503, 7.3117",
        "Sehr geehrter Herr Bürgermeister, viele Grüße aus Ickern",
        "",
    ],
)
def test_what_only_looks_personal_stays(text):
    assert masked(text) == text


@pytest.mark.parametrize("part", ["", "tune", "held"])
def test_labelled_lists_are_masked_as_promised(part):
    personal, harmless = bench.labelled("personal", part), bench.labelled("harmless", part)
    assert bench.share_masked(personal, bench.found_spans) >= bench.PERSONAL_MIN
    assert bench.share_touched(harmless, bench.found_spans) <= bench.HARMLESS_MAX


def test_labelled_lists_are_long_and_varied_enough():
    for name in ("personal", "harmless"):
        listed = bench.labelled(name)
        assert len(listed) >= 300
        assert len({one.text for one in listed}) == len(listed)
        assert len(bench.labelled(name, "held")) * 4 >= len(listed)
    assert all(one.secrets for one in bench.labelled("personal"))


def test_hostile_text_takes_time_in_proportion():
    worst, prose = bench.hostile_worst()
    assert worst <= bench.HOSTILE_MAX * prose


def test_only_the_kinds_asked_for_are_masked():
    text = "Frau Müller, RE-AB 123, 02305 123456, a@b.de"
    assert (
        masked(text, kinds=CONTACTS) == "Frau Müller, RE-AB 123, [Telefonnummer], [E-Mail-Adresse]"
    )


def test_language_of_the_text_chooses_the_word():
    assert text_language("The lamp at my house is out") == "en"
    assert text_language("Die Lampe ist aus") == text_language("") == "de"
    for language in ("de", "en"):
        assert len({mask_word(kind, language) for kind in FindingKind}) == len(FindingKind)


PIECES = st.sampled_from(
    [
        *(
            "02305 123456",
            "erika@example.org",
            "Herr Müller",
            "RE-AB 123",
            "DE89370400440532013000",
        ),
        *("[Name]", "[Telefonnummer]", "Tel.", "und", " ", "\n", "/", "-", "(", "@", ".", "0", "ü"),
        *("\u0308", "\u200b"),
    ]
)
TEXTS = st.one_of(st.text(max_size=200), st.lists(PIECES, max_size=20).map("".join))


@given(TEXTS)
def test_masking_again_changes_nothing(text):
    assert masked(masked(text)) == masked(text)


@given(TEXTS)
def test_findings_are_in_order_inside_and_apart(text):
    last = 0
    for one in findings(text):
        assert last <= one.start < one.end <= len(text)
        last = one.end


@given(st.text(alphabet="abcdefgh ", max_size=60), st.sampled_from(TELEPHONES))
def test_telephone_disappears_from_any_prose(prose, number):
    assert "123456" not in masked(f"{prose} {number}")
    assert "8362736" not in masked(f"{prose} {number}")
