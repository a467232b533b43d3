"""What the reporter reads, as it comes out of a real mail server: two forms of the same words, from the city."""

from __future__ import annotations

import re
from email.message import EmailMessage
from email.utils import parseaddr
from io import BytesIO

import pytest
from lxml import html
from PIL import Image

from gis_core.net.cities import city_address
from issues import agency
from issues.enums import IssueStatus, PhotoOrigin
from issues.errors import PhotoRefused
from issues.models import Issue, Reply, ReplyTemplate
from issues.services import issue_release, issue_set_status
from issues.services.photos.work import work_photo_add
from issues.services.release import issue_withdraw
from issues.services.replies.queue import reply_send
from issues.services.replies.sending import replies_send_due
from issues.services.reporting.links import report_url
from issues.types import ReporterInput
from tests.routing.forwarding.servers import Mailbox, smtp_server

MARIA = ReporterInput(email="maria@example.org", language="de")


@pytest.fixture
def mailbox(settings):
    settings.DEFAULT_FROM_EMAIL = "Anliegen <anliegen@dienst.example>"
    with smtp_server() as (box, port):
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
        yield box


def sent(mailbox: Mailbox) -> EmailMessage:
    """The latest mail, after a run of the worker."""
    replies_send_due()
    return mailbox.messages[-1]


def forms(letter: EmailMessage) -> tuple[str, str]:
    plain, page = letter.get_body(("plain",)), letter.get_body(("html",))
    assert plain is not None
    assert page is not None
    return plain.get_content(), page.get_content()


def test_receipt_comes_at_once_in_two_forms_with_number_and_private_link(make_issue, mailbox):
    issue = make_issue(reporter=MARIA)
    letter = sent(mailbox)
    assert letter.get_content_type() == "multipart/alternative"
    assert (letter["To"], letter["Content-Language"]) == ("maria@example.org", "de")
    assert letter["Subject"] == f"Ihre Meldung {issue.number}: eingegangen"
    plain, page = forms(letter)
    for words in (plain, page):
        assert issue.number in words
        assert "vielen Dank für Ihre Meldung" in words
        assert report_url(issue) in words
    assert html.fromstring(page).xpath("//a/@href") == [report_url(issue)]
    assert "/report/own/" not in Reply.objects.get().text


def test_nobody_without_an_address_gets_a_receipt(make_issue):
    make_issue(reporter=ReporterInput(phone="02305 1"))
    assert not Reply.objects.exists()


def test_report_sent_twice_is_receipted_once(make_issue):
    for _ in range(3):
        make_issue(reporter=MARIA, sender_key="the-same")
    assert Reply.objects.count() == 1


def test_city_that_wants_none_sends_none(make_issue, category):
    ReplyTemplate.objects.filter(status=IssueStatus.RECEIVED).update(is_active=False)
    make_issue(reporter=MARIA)
    assert not Reply.objects.exists()


def test_mail_is_from_the_city_and_answers_come_into_the_mailbox(make_issue, mailbox):
    issue = make_issue(reporter=MARIA)
    issue.jurisdiction.sender_mail = "buergerservice@castrop-rauxel.example"
    issue.jurisdiction.public_names = {"de": "Stadt Castrop-Rauxel, „EUV“", "en": "City"}
    issue.jurisdiction.save()
    letter = sent(mailbox)
    name, address = parseaddr(str(letter["From"]))
    assert (name, address) == (
        "Stadt Castrop-Rauxel, „EUV“",
        "buergerservice@castrop-rauxel.example",
    )
    reply = Reply.objects.get()
    assert letter["Reply-To"] == f"anliegen+{reply.public_id.hex}@dienst.example"
    assert letter["Message-ID"] == f"<{reply.public_id}@dienst.example>"


def test_without_an_address_of_the_city_the_installation_s_is_named(make_issue, mailbox):
    make_issue(reporter=MARIA)
    name, address = parseaddr(str(sent(mailbox)["From"]))
    assert (name, address) == ("Castrop-Rauxel", "anliegen@dienst.example")


def test_words_are_those_of_the_language_chosen(make_issue, mailbox):
    make_issue(reporter=ReporterInput(email="mary@example.org", language="en"))
    letter = sent(mailbox)
    plain, page = forms(letter)
    assert letter["Content-Language"] == "en"
    assert "thank you for your report" in plain
    assert 'lang="en"' in page


HOSTILE = '<img src="https://evil.example/x.png"><script>alert(1)</script> & "x"'


def test_nothing_in_a_letter_runs_or_loads(make_issue, mailbox):
    issue = make_issue(reporter=MARIA)
    reply_send(issue=issue, text=HOSTILE, by=None)
    plain, page = forms(sent(mailbox))
    assert HOSTILE in plain
    tree = html.fromstring(page)
    assert tree.xpath("//script | //img | //link | //style | //iframe | //@style | //@src") == []
    assert not re.search(r"<script|<img", page)
    assert HOSTILE in tree.text_content()


def test_forwarding_tells_who_and_why_in_the_public_sentence(make_issue, mailbox, monkeypatch):
    issue = make_issue(reporter=MARIA)
    monkeypatch.setattr(agency, "_registered", [lambda _ids: {issue.pk: "Straßen.NRW"}])
    reasons = {"de": "Die Straße ist eine Landesstraße.", "en": "It is a state road."}
    monkeypatch.setattr(agency, "_reasons", [lambda _id: reasons])
    issue_set_status(issue=issue, status=IssueStatus.FORWARDED)
    plain, _page = forms(sent(mailbox))
    assert "liegt jetzt bei: Straßen.NRW. Die Straße ist eine Landesstraße." in plain


def test_nothing_is_told_of_who_has_a_sheltered_report(make_issue, mailbox):
    issue = make_issue(reporter=MARIA)
    replies_send_due()
    Issue.objects.update(is_sheltered=True)
    issue_set_status(issue=issue, status=IssueStatus.FORWARDED)
    assert replies_send_due() == 0


def test_answer_of_the_authority_stands_in_the_letter_masked(make_issue, mailbox):
    issue = make_issue(reporter=MARIA)
    note = "Material ist bestellt. Rückfragen an Frau Müller, 02305 123456."
    issue_set_status(issue=issue, status=IssueStatus.IN_PROGRESS, note=note)
    letter = sent(mailbox)
    assert letter["Subject"] == f"Ihre Meldung {issue.number}: in Bearbeitung"
    plain, _page = forms(letter)
    assert "Material ist bestellt." in plain
    assert "123456" not in plain
    assert "Müller" not in plain


# --- The photo of what was done ------------------------------------------------------------------------


def noise(side: int = 1600) -> bytes:
    """A photo that no encoder makes small."""
    file = BytesIO()
    Image.effect_noise((side, side), 90).convert("RGB").save(file, "JPEG", quality=90)
    return file.getvalue()


@pytest.fixture
def done(make_issue, settings, tmp_path) -> Issue:
    settings.MEDIA_ROOT = tmp_path
    issue = make_issue(reporter=MARIA)
    work_photo_add(issue=issue, content=noise(), by=None)
    replies_send_due()
    return issue


def test_released_photo_of_what_was_done_goes_with_the_letter_and_into_nobody_else_s_server(
    done, mailbox
):
    issue_release(issue=done, photos=done.photos.all())
    issue_set_status(issue=done, status=IssueStatus.DONE)
    letter = sent(mailbox)
    assert letter.get_content_type() == "multipart/related"
    plain, page = forms(letter)
    assert (
        f"Foto der Arbeit: {city_address(done.jurisdiction, 'public_issue', done.number)}" in plain
    )
    [shown] = html.fromstring(page).xpath("//img")
    assert shown.get("alt") == "Foto der Arbeit"
    [part] = [one for one in letter.walk() if one.get_content_type() == "image/jpeg"]
    assert shown.get("src") == f"cid:{part['Content-ID'][1:-1]}"
    assert part.get_content_disposition() == "inline"
    content = part.get_payload(decode=True)
    assert len(content) <= 200_000
    picture = Image.open(BytesIO(content))
    assert max(picture.size) <= 800
    # The copy that everybody sees, and nothing of the original.
    assert not picture.getexif()


@pytest.mark.parametrize("case", ["not released", "taken back", "of the report", "not done"])
def test_no_other_photo_goes_along(done, mailbox, case):
    if case != "not released":
        issue_release(issue=done, photos=done.photos.all())
    if case == "taken back":
        issue_withdraw(issue=done, reason="Fehler")
    if case == "of the report":
        done.photos.update(origin=PhotoOrigin.REPORTER)
    status = IssueStatus.IN_PROGRESS if case == "not done" else IssueStatus.DONE
    issue_set_status(issue=done, status=status)
    letter = sent(mailbox)
    assert letter.get_content_type() == "multipart/alternative"
    plain, page = forms(letter)
    assert "Foto der Arbeit" not in plain
    assert "<img" not in page


def test_black_boxes_are_black_in_the_letter(done, mailbox):
    photo = done.photos.get()
    photo.boxes = [[0, 0, 1600, 1600]]
    photo.save(update_fields=["boxes"])
    issue_release(issue=done, photos=[photo])
    issue_set_status(issue=done, status=IssueStatus.DONE)
    [part] = [one for one in sent(mailbox).walk() if one.get_content_type() == "image/jpeg"]
    assert Image.open(BytesIO(part.get_payload(decode=True))).getextrema() == ((0, 0),) * 3


def test_letter_goes_without_a_photo_whose_file_is_gone(done, mailbox):
    issue_release(issue=done, photos=done.photos.all())
    copy = done.photos.get().copy
    copy.storage.delete(copy.name)
    issue_set_status(issue=done, status=IssueStatus.DONE)
    assert sent(mailbox).get_content_type() == "multipart/alternative"


def test_photos_of_what_was_done_are_few(done):
    for _ in range(4):
        work_photo_add(issue=done, content=noise(40), by=None)
    with pytest.raises(PhotoRefused):
        work_photo_add(issue=done, content=noise(40), by=None)
