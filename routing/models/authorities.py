"""Authorities and how each is reached."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Coalesce, Lower
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gis_core.languages import TextsField, text_in
from gis_core.models import Jurisdiction
from routing.enums import AuthorityKind, ChannelKind, FailureCode, Part


class Authority(models.Model):
    """Somebody who may have to act; `code` stands in the column `body` of the decision matrix, e.g. STRNRW.

    `acts_through`: reports are never sent to this authority but to the one named here (private owners are
    written to by the public order office, never by the system). Outside of `valid_from` to `valid_to`
    (both days included, none is open) no decision names it.

    `is_city_works`: it belongs to the city and looks after what is the city's (streets, green, houses, lamps), so that
    it has no business on private ground. Whoever acts there for public order is none of these.

    `closes_issues`: what it calls done is done for the city too. Of any other a clerk looks whether it is.
    """

    jurisdiction = models.ForeignKey(
        Jurisdiction, on_delete=models.PROTECT, related_name="authorities"
    )
    code = models.CharField(_("code"), max_length=20)
    names = TextsField(_("name"), length_max=200)
    public_names = TextsField(_("name for the public"), length_max=200)
    kind = models.CharField(
        _("kind of body"), max_length=10, choices=AuthorityKind, default=AuthorityKind.OTHER
    )
    colour = models.CharField(_("colour on maps"), max_length=7, default="#555555")
    website = models.URLField(_("website"), blank=True)
    phone = models.CharField(_("telephone for the public"), max_length=50, blank=True)
    public_mail = models.EmailField(_("e-mail for the public"), blank=True)
    valid_from = models.DateField(_("responsible from"), null=True, blank=True)
    valid_to = models.DateField(_("responsible until"), null=True, blank=True)
    acts_through = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="acts_for"
    )
    is_city_works = models.BooleanField(_("looks after what is the city's"), default=False)
    closes_issues = models.BooleanField(
        pgettext_lazy("authority", "what it calls done is closed"), default=False, db_default=False
    )

    class Meta:
        verbose_name = _("authority")
        verbose_name_plural = _("authorities")
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["jurisdiction", "code"], name="authority_code_once"),
            models.CheckConstraint(
                condition=Q(kind__in=AuthorityKind.values), name="authority_kind_is_known"
            ),
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True)
                | Q(valid_to__isnull=True)
                | Q(valid_to__gte=models.F("valid_from")),
                name="authority_validity_in_order",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return text_in(self.names)

    @property
    def public_name(self) -> str:
        """What the public sees; it never reveals who owns a parcel."""
        return text_in(self.public_names)


def parts_all() -> list[str]:
    return list(Part.values)


def failure_code() -> models.CharField:
    """Why something failed last, beside the receiver's own words; "" of what failed before codes were kept."""
    return models.CharField(
        pgettext_lazy("failure", "reason of the failure"),
        max_length=12,
        choices=FailureCode,
        default="",
        db_default="",
        blank=True,
    )


class AuthorityContact(models.Model):
    """How an authority is reached; `area_code` narrows it to one area (a neighbour's municipality key).

    `categories` (codes) narrows it to these, `valid_from` and `valid_to` (both included) to these days; of
    several that fit the narrower one counts.

    `channel` is the name of a channel (`routing.forwarding.channels`); what `address` and `settings` may be, the
    channel says.

    `endpoint` is what goes down as a whole: scheme, host and port of an address in the web, else the address; made by
    the database.

    `broken_address`: from this one mail came back for good. As long as it is the address, the contact counts for
    nothing.
    """

    authority = models.ForeignKey(Authority, on_delete=models.CASCADE, related_name="contacts")
    area_code = models.CharField(_("area"), max_length=40, blank=True)
    categories = models.JSONField(_("categories"), default=list, blank=True)
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_to = models.DateField(_("valid until"), null=True, blank=True)
    name = models.CharField(_("name"), max_length=200, blank=True)
    channel = models.CharField(_("channel"), max_length=20)
    address = models.CharField(_("address"), max_length=500)
    endpoint = models.GeneratedField(
        expression=Lower(
            Coalesce(
                Func(F("address"), Value("^[A-Za-z]+://[^/?#]+"), function="substring"),
                F("address"),
            )
        ),
        output_field=models.CharField(max_length=500),
        db_persist=True,
    )
    broken_address = models.CharField(
        pgettext_lazy("contact", "address from which mail came back"),
        max_length=500,
        default="",
        db_default="",
        blank=True,
        editable=False,
    )
    settings = models.JSONField(_("settings"), default=dict, blank=True)
    # Links to the page of all its open cases name it; one more, and those given out before open nothing.
    link_version = models.PositiveSmallIntegerField(default=1, db_default=1, editable=False)
    is_active = models.BooleanField(pgettext_lazy("state", "active"), default=True)
    has_digest = models.BooleanField(
        pgettext_lazy("digest", "weekly mail about open cases"), default=True, db_default=True
    )
    # What of a report leaves the house by this contact (`Part`).
    parts = models.JSONField(pgettext_lazy("part", "what leaves"), default=parts_all, blank=True)

    class Meta:
        verbose_name = _("contact of an authority")
        verbose_name_plural = _("contacts of authorities")
        constraints = [
            models.UniqueConstraint(
                fields=["authority", "area_code", "categories", "valid_from", "valid_to"],
                condition=Q(is_active=True),
                nulls_distinct=False,
                name="authoritycontact_active_once",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.address

    @property
    def is_broken(self) -> bool:
        return self.broken_address == self.address

    @property
    def mail_address(self) -> str:
        """Where mails beside the reports go: news, reminders, the weekly mail; "" where nobody reads any."""
        is_mail = self.channel == ChannelKind.MAIL
        return self.address if is_mail else str(self.settings.get("news_mail", ""))

    @property
    def channel_label(self) -> str:
        """In words; the channel of a package goes by its name."""
        is_own = self.channel in ChannelKind.values
        return str(ChannelKind(self.channel).label) if is_own else self.channel


class ContactSync(models.Model):
    """How far the answers of a contact's system are read (`routing.answering.syncing`).

    `read_until`: all that was said there before is stored; None: nothing was read yet. `due_at`: when it is asked next,
    `lease_until`: until when a worker is asking. `failures` in a row.
    """

    contact = models.OneToOneField(
        AuthorityContact, on_delete=models.CASCADE, primary_key=True, related_name="sync"
    )
    due_at = models.DateTimeField(_("due"))
    lease_until = models.DateTimeField(_("claimed until"), null=True, blank=True)
    read_until = models.DateTimeField(
        pgettext_lazy("sync", "answers read until"), null=True, blank=True
    )
    failures = models.PositiveIntegerField(
        pgettext_lazy("endpoint", "failures in a row"), default=0
    )
    last_error = models.TextField(_("last error"), blank=True)

    class Meta:
        verbose_name = pgettext_lazy("sync", "reading of answers")
        verbose_name_plural = pgettext_lazy("sync", "readings of answers")

    def __str__(self) -> str:
        return str(self.contact)


class Breaker(models.Model):
    """What is known of an endpoint that failed: after several failures in a row it is tried only now and then.

    `failures` in a row; `opened_at`: since when only one delivery at a time tries it, the next at `probe_at`. An
    endpoint that never failed has no row.
    """

    endpoint = models.CharField(
        pgettext_lazy("endpoint", "endpoint"), max_length=500, primary_key=True
    )
    failures = models.PositiveIntegerField(
        pgettext_lazy("endpoint", "failures in a row"), default=0
    )
    failed_at = models.DateTimeField(pgettext_lazy("endpoint", "failed last"))
    opened_at = models.DateTimeField(
        pgettext_lazy("endpoint", "out of order since"), null=True, blank=True
    )
    probe_at = models.DateTimeField(pgettext_lazy("endpoint", "tried next"), null=True, blank=True)
    last_error = models.TextField(_("last error"), blank=True)
    error_code = failure_code()

    class Meta:
        verbose_name = pgettext_lazy("endpoint", "breaker")
        verbose_name_plural = pgettext_lazy("endpoint", "breakers")
        ordering = ["endpoint"]
        constraints = [
            models.CheckConstraint(
                condition=Q(opened_at__isnull=True, probe_at__isnull=True)
                | Q(opened_at__isnull=False, probe_at__isnull=False),
                name="breaker_open_has_probe",
            ),
        ]

    def __str__(self) -> str:
        return self.endpoint
