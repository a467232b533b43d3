"""The weekly mail about open cases."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy

from gis_core.models import Jurisdiction
from issues.models.reporting import MailedOnce
from routing.models.authorities import AuthorityContact


class Digest(MailedOnce):
    """The mail of one week about what is open with a contact, or with a clerk of a city; there is one at most.

    `week` is its Monday. Erased some weeks after it has ended, with the address.
    """

    jurisdiction = models.ForeignKey(Jurisdiction, on_delete=models.CASCADE, related_name="+")
    contact = models.ForeignKey(
        AuthorityContact, on_delete=models.CASCADE, null=True, related_name="digests"
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+"
    )
    week = models.DateField(pgettext_lazy("digest", "week of"))

    class Meta(MailedOnce.Meta):
        verbose_name = pgettext_lazy("digest", "weekly mail")
        verbose_name_plural = pgettext_lazy("digest", "weekly mails")
        constraints = [
            models.UniqueConstraint(fields=["contact", "week"], name="digest_of_contact_once"),
            models.UniqueConstraint(
                fields=["person", "jurisdiction", "week"], name="digest_of_person_once"
            ),
            models.CheckConstraint(
                condition=Q(contact__isnull=True, person__isnull=False)
                | Q(contact__isnull=False, person__isnull=True),
                name="digest_is_for_one",
            ),
        ]
