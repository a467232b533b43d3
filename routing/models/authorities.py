"""Authorities and how each is reached."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gis_core.languages import TextsField, text_in
from gis_core.models import Jurisdiction
from routing.enums import AuthorityKind, ChannelKind


class Authority(models.Model):
    """Somebody who may have to act; `code` stands in the column `body` of the decision matrix, e.g. STRNRW.

    `acts_through`: reports are never sent to this authority but to the one named here (private owners are
    written to by the public order office, never by the system). Outside of `valid_from` to `valid_to`
    (both days included, none is open) no decision names it.

    `is_city_works`: it belongs to the city and looks after what is the city's (streets, green, houses, lamps), so that
    it has no business on private ground. Whoever acts there for public order is none of these.
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


class AuthorityContact(models.Model):
    """How an authority is reached; `area_code` narrows it to one area (a neighbour's municipality key).

    `categories` (codes) narrows it to these, `valid_from` and `valid_to` (both included) to these days; of
    several that fit the narrower one counts.

    `address` is a mail address or the base address of an Open311 endpoint. `settings` of an Open311
    contact: {"jurisdiction_id": …, "api_key_env": name of the environment variable with the key,
    "service_codes": {our category: theirs, "*": theirs}}.
    """

    authority = models.ForeignKey(Authority, on_delete=models.CASCADE, related_name="contacts")
    area_code = models.CharField(_("area"), max_length=40, blank=True)
    categories = models.JSONField(_("categories"), default=list, blank=True)
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_to = models.DateField(_("valid until"), null=True, blank=True)
    name = models.CharField(_("name"), max_length=200, blank=True)
    channel = models.CharField(_("channel"), max_length=10, choices=ChannelKind)
    address = models.CharField(_("address"), max_length=500)
    settings = models.JSONField(_("settings"), default=dict, blank=True)
    is_active = models.BooleanField(pgettext_lazy("state", "active"), default=True)

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
