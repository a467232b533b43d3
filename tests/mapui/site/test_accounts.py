"""Logging in: failures slow down and lock, a forgotten password by mail, sessions that end."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from kombu.exceptions import OperationalError

from config.tasks import password_link_send, sessions_clear
from mapui.site import logins
from mapui.site.logins import (
    BEGAN,
    FAILURES_PER_ADDRESS,
    LINKS_PER_ADDRESS,
    LINKS_PER_MAIL,
    SEEN,
    login_wait_s,
    sessions_end,
)
from tests.mapui.factories import PASSWORD, staff_create

WRONG = "falsches Kennwort"


@pytest.fixture(autouse=True)
def _counters():
    cache.clear()


@pytest.fixture
def user(db):
    user = staff_create()
    user.email = "sichtung@example.org"
    user.save()
    return user


def login(client: Client, password: str = PASSWORD, *, address: str = "192.0.2.1", **more):
    fields = {"username": "sichtung", "password": password}
    return client.post("/login/", fields, REMOTE_ADDR=address, **more)


def waits_pass() -> None:
    """Puts the failures so far a minute back."""
    for attempt in AccessAttempt.objects.all():
        attempt.attempt_time -= timedelta(minutes=1)
        attempt.save()


def fail_until_locked(client: Client) -> None:
    for _turn in range(5):
        login(client, WRONG)
        waits_pass()


# --- Failures -------------------------------------------------------------------------------------------


def test_sixty_wrong_passwords_lock_out_the_right_one(client, user, caplog):
    statuses = [login(client, WRONG).status_code for _turn in range(60)]
    assert statuses[:3] == [200, 200, 200]
    assert set(statuses[3:]) == {429}
    waits_pass()
    assert login(client).status_code == 429
    assert "_auth_user_id" not in client.session
    locked = [one.getMessage() for one in caplog.records if "Locking out" in one.getMessage()]
    assert len(locked) == 1
    assert "'sichtung' from 192.0.2.1" in locked[0]
    assert "\n" not in locked[0]
    assert WRONG not in caplog.text


def test_failures_slow_down(client, user):
    for count, wait in ((1, 0), (2, 0), (3, 2), (4, 4)):
        assert login(client, WRONG).status_code == 200
        assert login_wait_s("sichtung", "192.0.2.1") in {wait, max(0, wait - 1)}, count
        early = login(client) if wait else None
        if early is not None:
            assert early.status_code == 429
            assert 1 <= int(early["Retry-After"]) <= 2 * wait
            return


def test_lock_says_when_it_ends_and_ends(client, user):
    fail_until_locked(client)
    answer = login(client)
    assert answer.status_code == 429
    assert re.search(r"bis \d\d:\d\d Uhr gesperrt", answer.content.decode())
    assert 0 < int(answer["Retry-After"]) <= 900
    english = login(client, headers={"cookie": "django_language=en"})
    assert "locked from here until" in english.content.decode()
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=16))
    assert login(client).status_code == 302


def test_tries_during_the_lock_do_not_prolong_it(client, user):
    fail_until_locked(client)
    before = AccessAttempt.objects.get().attempt_time
    login(client, WRONG)
    assert AccessAttempt.objects.get().attempt_time == before


def test_lock_holds_for_one_address_and_one_account(client, user):
    fail_until_locked(client)
    assert login(client, address="192.0.2.2").status_code == 302
    client.logout()
    staff_create("zweite")
    other = {"username": "zweite", "password": PASSWORD}
    assert client.post("/login/", other, REMOTE_ADDR="192.0.2.1").status_code == 302


def test_lock_follows_the_client_behind_a_proxy(client, user, settings):
    settings.TRUSTED_PROXIES = ["172.29.83.0/24"]
    for _turn in range(5):
        login(client, WRONG, address="172.29.83.1", headers={"x-forwarded-for": "192.0.2.7"})
        waits_pass()
    for forwarded, status in (("192.0.2.7", 429), ("9.9.9.9, 192.0.2.7", 429), ("192.0.2.8", 302)):
        headers = {"x-forwarded-for": forwarded}
        assert login(Client(), address="172.29.83.1", headers=headers).status_code == status


def test_address_that_tries_many_accounts_has_to_wait(client, user):
    for turn in range(FAILURES_PER_ADDRESS):
        fields = {"username": f"nobody{turn}", "password": WRONG}
        assert client.post("/login/", fields, REMOTE_ADDR="192.0.2.1").status_code == 200
    assert login(client).status_code == 429
    assert login(client, address="192.0.2.2").status_code == 302


def test_success_forgets_the_failures(client, user):
    login(client, WRONG)
    assert login(client).status_code == 302
    assert not AccessAttempt.objects.exists()


def test_administration_uses_the_same_login(client, user, admin_user):
    answer = client.get("/admin/")
    assert client.get(answer["Location"])["Location"] == "/login/?next=%2Fadmin%2F"
    client.force_login(user)
    assert client.get("/admin/", follow=True).status_code == 403
    client.force_login(admin_user)
    assert client.get("/admin/").status_code == 200


# --- A forgotten password -------------------------------------------------------------------------------


@pytest.fixture
def ordered(monkeypatch) -> list[tuple[str, str]]:
    """What the workers are told; the broker of the tests has none."""
    orders: list[tuple[str, str]] = []

    def send(name: str, args: tuple[str, str]) -> None:
        assert name == "config.tasks.password_link_send"
        orders.append(args)

    monkeypatch.setattr(logins.current_app, "send_task", send)
    return orders


def ask(client: Client, email: str, address: str = "192.0.2.1"):
    return client.post("/login/forgotten/", {"email": email}, REMOTE_ADDR=address)


def test_answer_is_the_same_for_everybody(client, user, ordered):
    pages = [ask(client, email).content for email in ("sichtung@example.org", "no@example.org")]
    token = re.compile(rb'value="\w{64}"')
    assert token.sub(b"", pages[0]) == token.sub(b"", pages[1])
    assert ordered == [("sichtung@example.org", "de"), ("no@example.org", "de")]


def test_link_sets_a_new_password_once_and_unlocks(client, user):
    fail_until_locked(client)
    password_link_send("sichtung@example.org", "de")
    [message] = mail.outbox
    assert message.to == ["sichtung@example.org"]
    assert message.subject == "Flurpost: neues Kennwort setzen"
    link = re.search(r"http://127\.0\.0\.1:8000(/login/new/\S+)", message.body)[1]
    form = client.get(link, follow=True)
    assert form.status_code == 200
    fields = {"new_password1": "ganz neues Wort 9", "new_password2": "ganz neues Wort 9"}
    saved = client.post(form.redirect_chain[-1][0], fields, follow=True)
    assert "Ihr neues Kennwort ist gesetzt" in saved.content.decode()
    assert login(client, "ganz neues Wort 9").status_code == 302
    again = Client().get(link, follow=True).content.decode()
    assert "abgelaufen" in again


@pytest.mark.parametrize("email", ["no@example.org", "nonsense", "a" * 300 + "@example.org"])
def test_nobody_gets_nothing(user, email):
    password_link_send(email, "de")
    assert mail.outbox == []


def test_mails_to_one_address_are_few(client, user, ordered):
    for turn in range(LINKS_PER_MAIL + 2):
        email = "Sichtung@example.org" if turn % 2 else "sichtung@example.org"
        assert ask(client, email, f"192.0.2.{turn}").status_code == 200
    assert len(ordered) == LINKS_PER_MAIL


def test_orders_from_one_address_are_few(client, user, ordered):
    statuses = [ask(client, f"a{n}@example.org").status_code for n in range(LINKS_PER_ADDRESS + 1)]
    assert statuses == [200] * LINKS_PER_ADDRESS + [429]


def test_broker_that_is_down_is_told(client, user, monkeypatch):
    def send(*_arguments: object, **_named: object) -> None:
        raise OperationalError

    monkeypatch.setattr(logins.current_app, "send_task", send)
    assert ask(client, "sichtung@example.org").status_code == 503


# --- Sessions -------------------------------------------------------------------------------------------


def session_age(client: Client, **seconds: int) -> None:
    session = client.session
    for name, ago in seconds.items():
        session[{"began": BEGAN, "seen": SEEN}[name]] -= ago
    session.save()


@pytest.mark.parametrize(
    ("began", "seen", "status"),
    [(0, 0, 200), (0, 3590, 200), (0, 3610, 302), (35_990, 0, 200), (36_010, 0, 302)],
)
def test_session_ends_by_age_and_by_rest(client, user, began, seen, status):
    client.force_login(user)
    session_age(client, began=began, seen=seen)
    assert client.get("/account/").status_code == status
    if status == 302:
        assert client.get("/account/").status_code == 302


def test_use_keeps_a_session_and_writes_seldom(client, user):
    client.force_login(user)
    session_age(client, seen=3000)
    client.get("/account/")
    with CaptureQueriesContext(connection) as queries:
        client.get("/account/")
    assert not any(one["sql"].startswith("UPDATE") for one in queries)
    session_age(client, seen=3000)
    assert client.get("/account/").status_code == 200


def test_session_without_times_is_over(client, user):
    client.force_login(user)
    session = client.session
    del session[BEGAN]
    session.save()
    assert client.get("/account/").status_code == 302


def test_session_ends_with_the_browser(client, user):
    cookie = login(client).cookies["sessionid"]
    assert cookie["max-age"] == ""
    assert cookie["httponly"]


def test_logout_everywhere_ends_the_users_sessions_alone(client, user):
    others = [Client(), Client()]
    for other in others:
        other.force_login(user)
    stranger = Client()
    stranger.force_login(staff_create("zweite"))
    client.force_login(user)
    assert client.get("/account/logout-everywhere/").status_code == 405
    assert client.post("/account/logout-everywhere/")["Location"] == "/login/"
    assert [one.get("/account/").status_code for one in (*others, client)] == [302, 302, 302]
    assert stranger.get("/account/").status_code == 200
    assert sessions_end(user) == 0


def test_another_password_ends_other_sessions(client, user):
    other = Client()
    other.force_login(user)
    client.force_login(user)
    fields = {
        "old_password": PASSWORD,
        "new_password1": "anders 12345 x",
        "new_password2": "anders 12345 x",
    }
    page = client.post("/account/", fields, follow=True)
    assert "Ihr Kennwort ist geändert" in page.content.decode()
    assert client.get("/account/").status_code == 200
    assert other.get("/account/").status_code == 302


def test_expired_sessions_are_cleared(client, user):
    client.force_login(user)
    Session.objects.update(expire_date=timezone.now() - timedelta(days=1))
    sessions_clear()
    assert not Session.objects.exists()
