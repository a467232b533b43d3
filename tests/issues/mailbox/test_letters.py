"""What is read of a mail: words, names and files out of whatever programs make of them."""

from __future__ import annotations

from uuid import UUID

import pytest

from issues.enums import MailReason
from issues.services.mailbox.judging import reason_aside, reply_named
from issues.services.mailbox.letters import (
    letter_read,
    message_parse,
    quote_cut,
    signature_cut,
)

OWN = {"stadt@example.org"}


def read(body: bytes, *headers: str):
    return letter_read("\n".join(headers).encode("latin-1") + b"\n\n" + body)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("Straße für Öl".encode("latin-1"), "text/plain; charset=iso-8859-1"),
        ("Straße für Öl".encode("latin-1"), "text/plain; charset=utf-8"),
        ("Straße für Öl".encode("latin-1"), "text/plain; charset=klingonisch"),
        ("Straße für Öl".encode("latin-1"), "text/plain; charset=zlib"),
        ("Straße für Öl".encode("latin-1"), "text/plain; charset=idna"),
        ("Straße für Öl".encode("latin-1"), "text/plain"),
        ("Straße für Öl".encode(), "text/plain; charset=iso-8859-1"),
        ("Straße für Öl".encode("utf-16"), "text/plain; charset=utf-16"),
    ],
)
def test_text_is_read_whatever_the_mail_says_of_its_letters(body, kind):
    letter = read(body, f"Content-Type: {kind}", "Content-Transfer-Encoding: 8bit")
    assert letter.text == "Straße für Öl"


def test_mail_of_html_alone_is_read_as_words():
    page = b"<p>Die Laterne<br>ist&nbsp;aus &amp; kaputt.</p><script>alert(1)</script><style>p{}</style>"
    assert read(page, "Content-Type: text/html").text == "Die Laterne\nist aus & kaputt."


def test_plain_words_count_where_a_mail_has_both(make_mail):
    mail = make_mail("Wort")
    mail.add_alternative("<p>Anderes</p>", subtype="html")
    assert letter_read(mail.as_bytes()).text == "Wort"


def test_mail_within_a_mail_is_a_file_beside_its_own(make_mail):
    inner = make_mail("Innen", Subject="Das Schlagloch")
    inner.add_attachment(b"x" * 5, maintype="application", subtype="pdf", filename="a.pdf")
    outer = make_mail("Siehe unten")
    outer.add_attachment(inner)
    letter = letter_read(outer.as_bytes())
    assert letter.text == "Siehe unten"
    assert [one.name for one in letter.files] == ["mail.txt", "a.pdf"]
    assert b"Das Schlagloch" in letter.files[0].content
    assert b"Innen" in letter.files[0].content


def test_headers_are_decoded_and_hold_no_control_characters():
    letter = read(
        b"x",
        "Subject: =?utf-8?q?Stra=C3=9Fe=00?= und mehr",
        "From: =?iso-8859-1?q?M=FCller=2C_Anna?= <anna@example.org>",
    )
    assert letter.subject == "Straße und mehr"
    assert (letter.sender_name, letter.sender) == ("Müller, Anna", "anna@example.org")
    assert read(b"x", "Subject: =?klingon?q?x?=").subject == "=?klingon?q?x?="


def test_mails_are_told_apart_by_message_id_and_words_else_by_all_they_hold():
    first, again, other = (
        read(b"x", "Message-ID: <1@a>", "Received: a"),
        read(b"x", "Message-ID: <1@a>", "Received: b"),
        read(b"y", "Message-ID: <1@a>"),
    )
    assert first.digest == again.digest != other.digest
    assert read(b"", "Subject: Loch").digest != read(b"", "Subject: Laterne").digest


def test_empty_mail_says_nothing():
    letter = letter_read(b"")
    assert (letter.subject, letter.text, letter.files, letter.sender) == ("", "", (), "")


def test_signature_is_cut_and_words_between_dashes_stay():
    assert signature_cut("Hallo\n-- \nMaria\nTel. 1") == "Hallo"
    assert signature_cut("eins\n--\nzwei") == "eins\n--\nzwei"
    assert signature_cut("-- \nnur das") == "-- \nnur das"


@pytest.mark.parametrize(
    "quoted",
    [
        "Am 3.3.2026 um 12:00 schrieb Stadt:\n> Welche Laterne?\n> Danke",
        "Am 3.3.2026 um 12:00 schrieb\nStadt <s@example.org>:\n\n> Welche Laterne?\n",
        "On Tue, City wrote:\n> Which lamp?",
        "-----Ursprüngliche Nachricht-----\nVon: Stadt\nWelche Laterne?",
        "> Welche Laterne?",
    ],
)
def test_letter_that_is_answered_is_cut_from_the_answer(quoted):
    assert quote_cut(f"Die dritte.\n\n{quoted}") == "Die dritte."


def test_letter_above_the_answer_is_cut():
    quoted = "Am 3.3.2026 um 12:00 schrieb\nStadt:\n> Welche Laterne?\n> Danke\n"
    assert quote_cut(f"{quoted}\nDie dritte.\nGruß") == "Die dritte.\nGruß"
    between = f"{quoted}Die dritte.\n> Wann?\nHeute."
    assert quote_cut(between) == between


def test_answer_between_the_lines_stays_whole():
    text = "> Welche?\nDie dritte."
    assert quote_cut(text) == text
    assert quote_cut("> nur das") == "> nur das"


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({}, None),
        ({"Auto_Submitted": "no"}, None),
        ({"Auto_Submitted": "auto-generated"}, MailReason.PROGRAM),
        ({"Precedence": "bulk"}, MailReason.LIST),
        ({"Precedence": "auto_reply"}, MailReason.PROGRAM),
        ({"Subject": "Abwesenheitsnotiz: Schlagloch"}, MailReason.PROGRAM),
        ({"Subject": "Automatische Antwort: Schlagloch"}, MailReason.PROGRAM),
        ({"Subject": "Gelesen: Schlagloch"}, MailReason.PROGRAM),
        ({"Subject": "AW: automatische Antwort war falsch"}, None),
    ],
)
def test_mails_of_programs_are_told_from_those_of_people(make_mail, headers, reason):
    assert reason_aside(message_parse(make_mail(**headers).as_bytes()), OWN) == reason


def test_answer_is_known_by_the_address_it_went_to():
    name = UUID(int=0xABC)
    assert reply_named(["a@example.org", f"stadt+{name.hex}@example.org"]) == name
    assert reply_named(["stadt+abc@example.org"]) is None


OUTLOOK = """\
Wir übernehmen das.

________________________________
Von: Stadt <stadt@example.org>
Gesendet: Montag, 30. November 2026 09:12
An: Post <post@example.org>
Betreff: Schlagloch

Bitte übernehmen Sie das."""


@pytest.mark.parametrize(
    "text",
    [
        OUTLOOK,
        OUTLOOK.replace("Von:", "**Von:**").replace("Gesendet:", "**Gesendet:**"),
        OUTLOOK.replace("Von:", "From:").replace("Gesendet:", "Sent:").replace("_" * 32, ""),
    ],
)
def test_letter_that_outlook_quotes_is_cut(text):
    assert quote_cut(text) == "Wir übernehmen das."


def test_words_that_only_look_like_a_quote_stay():
    said = "Bitte so:\nVon: Nord\nNach: Süd\nAm Montag schrieb mir jemand:\ndas Loch ist weg."
    assert quote_cut(said) == said


def test_letter_names_what_it_answers(make_mail):
    mail = make_mail(In_Reply_To="<b@example.org>", References="<a@example.org> <b@example.org>")
    letter = letter_read(mail.as_bytes())
    assert letter.answers == ("b@example.org", "b@example.org", "a@example.org")
    assert letter_read(make_mail().as_bytes()).answers == ()


def test_receipt_of_reading_is_a_programs():
    head = b"From: a@example.org\nContent-Type: multipart/report; report-type=disposition-notification; boundary=b"
    mail = message_parse(head + b"\n\n--b\n\nIhre Nachricht wurde gelesen.\n--b--\n")
    assert reason_aside(mail, set()) == MailReason.PROGRAM
