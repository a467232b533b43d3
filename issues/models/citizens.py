"""Accounts of citizens: who reports with one, its passkeys, and the codes to sign in (ADR 28)."""

from __future__ import annotations

import uuid

from django.contrib.gis.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gis_core.models import Jurisdiction
from issues.models.reporting import MailedOnce


class Citizen(models.Model):
    """Somebody with an account at a city. It is no account of the staff: it has no right, no role and no password.

    `email` was proved by a code or vouched for by the other server, in small letters; `subject` is the key (`sub`) by
    which that server knows the person. At least one of them is there. `session_mark` stands in each session of the
    account: with another one all of them have ended.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    jurisdiction = models.ForeignKey(Jurisdiction, on_delete=models.CASCADE, related_name="+")
    email = models.EmailField(_("e-mail"), blank=True)
    subject = models.CharField(max_length=500, blank=True)
    session_mark = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    first_name = models.CharField(_("first name"), max_length=100, blank=True)
    last_name = models.CharField(_("last name"), max_length=100, blank=True)
    phone = models.CharField(_("telephone"), max_length=50, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    used_at = models.DateTimeField()

    class Meta:
        verbose_name = pgettext_lazy("citizen", "account of a citizen")
        verbose_name_plural = pgettext_lazy("citizen", "accounts of citizens")
        constraints = [
            models.UniqueConstraint(
                fields=["jurisdiction", "email"], condition=~Q(email=""), name="citizen_email_once"
            ),
            models.UniqueConstraint(
                fields=["jurisdiction", "subject"],
                condition=~Q(subject=""),
                name="citizen_subject_once",
            ),
            models.CheckConstraint(
                condition=~Q(email="") | ~Q(subject=""), name="citizen_is_known_by_something"
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)


class Passkey(models.Model):
    """A key (WebAuthn) that signs a citizen in. `data` is what the authenticator attested: its id and public key."""

    citizen = models.ForeignKey(Citizen, on_delete=models.CASCADE, related_name="passkeys")
    credential_id = models.BinaryField(max_length=1023, unique=True)
    data = models.BinaryField()
    name = models.CharField(pgettext_lazy("passkey", "name"), max_length=100)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = pgettext_lazy("passkey", "passkey")
        verbose_name_plural = pgettext_lazy("passkey", "passkeys")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name


class AccountNotice(MailedOnce):
    """The owner is told that the account will be erased from `expires_at` on; gone as soon as somebody signs in."""

    citizen = models.OneToOneField(Citizen, on_delete=models.CASCADE, related_name="notice")

    class Meta(MailedOnce.Meta):
        verbose_name = pgettext_lazy("citizen", "notice before an account is erased")
        verbose_name_plural = pgettext_lazy("citizen", "notices before accounts are erased")


class SignInCode(MailedOnce):
    """Somebody wants to sign in with a mail address, whether or not there is an account; the code ends at `expires_at`.

    The code itself is stored nowhere: it follows from `public_id` and the installation's secret. `tries` counts the
    wrong ones.
    """

    jurisdiction = models.ForeignKey(Jurisdiction, on_delete=models.CASCADE, related_name="+")
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta(MailedOnce.Meta):
        verbose_name = pgettext_lazy("sign-in", "code to sign in")
        verbose_name_plural = pgettext_lazy("sign-in", "codes to sign in")
