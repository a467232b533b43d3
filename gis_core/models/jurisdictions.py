"""Municipalities that use the installation."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GistIndex
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator, RegexValidator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy

from gis_core.languages import TextsField, text_in
from gis_core.models.colours import accent_check, brand_check
from gis_core.srids import storage_srid

# A proposal that a city may change.
LICENCE: Final = "Datenlizenz Deutschland – Namensnennung – Version 2.0"
LICENCE_URL: Final = "https://www.govdata.de/dl-de/by-2-0"
# Below it stand the pages of a city that has no host of its own.
CITY_PREFIX: Final = "/stadt/"
_LABEL: Final = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_HOST: Final = rf"{_LABEL}(\.{_LABEL})*"


class Jurisdiction(models.Model):
    """A municipality that uses this installation.

    `public_names`, `website`, `phone` and `public_mail` are told to the public wherever no single authority is named:
    the municipality itself looks after the matter. `licence` and `licence_url` are those of what its feeds hold.
    `sender_mail` is what citizens see as the sender of mails; "" for that of the installation.
    `alarm_mail` is whom the program writes to when something urgent goes wrong; "" for `public_mail`.

    `hosts` are the names by which browsers reach its public pages, the first is the one that mails name; without any,
    `path` is the word behind CITY_PREFIX. `embedders` are the origins whose pages may frame its map, `leads` are
    the words above it.

    The boundary is kept in the storage CRS. Reports up to `acceptance_margin_m` metres outside it are
    accepted and passed to the neighbour; those further out are refused.
    """

    identifier = models.CharField(
        _("identifier"),
        max_length=100,
        unique=True,
        help_text=_("As in Open311: castrop-rauxel.de"),
    )
    name = models.CharField(_("name"), max_length=100)
    public_names = TextsField(_("name for the public"), length_max=200, blank=True)
    website = models.URLField(_("website"), blank=True)
    phone = models.CharField(_("telephone for the public"), max_length=50, blank=True)
    public_mail = models.EmailField(_("e-mail for the public"), blank=True)
    licence = models.CharField(
        pgettext_lazy("open data", "licence of the public data"),
        max_length=200,
        default=LICENCE,
        db_default=LICENCE,
    )
    licence_url = models.URLField(
        pgettext_lazy("open data", "address of the licence"),
        default=LICENCE_URL,
        db_default=LICENCE_URL,
    )
    doubts_noticed = models.PositiveSmallIntegerField(
        pgettext_lazy("follow", "so many times “is not done” bring a closed report back to staff"),
        default=3,
        db_default=3,
        validators=[MinValueValidator(1)],
    )
    sender_mail = models.EmailField(_("address that mails to citizens come from"), blank=True)
    alarm_mail = models.EmailField(
        pgettext_lazy("city", "who is mailed when an emergency does not get through"), blank=True
    )
    hosts = ArrayField(
        models.CharField(max_length=253, validators=[RegexValidator(rf"^{_HOST}\Z")]),
        verbose_name=pgettext_lazy("city", "hosts"),
        default=list,
        db_default=[],
        blank=True,
    )
    path = models.SlugField(
        pgettext_lazy("city", "word in the address"),
        max_length=50,
        unique=True,
        null=True,
        blank=True,
        db_index=False,
    )
    embedders = ArrayField(
        models.CharField(
            max_length=300, validators=[RegexValidator(rf"^https?://{_HOST}(:\d{{1,5}})?\Z")]
        ),
        verbose_name=pgettext_lazy("city", "origins that may embed the map"),
        default=list,
        db_default=[],
        blank=True,
    )
    leads = TextsField(pgettext_lazy("city", "words above the map"), length_max=500, blank=True)
    brand_colour = models.CharField(
        pgettext_lazy("city", "colour of the header"),
        max_length=7,
        blank=True,
        db_default="",
        validators=[brand_check],
    )
    accent_colour = models.CharField(
        pgettext_lazy("city", "colour of what stands out"),
        max_length=7,
        blank=True,
        db_default="",
        validators=[accent_check],
    )
    logo = models.FileField(
        pgettext_lazy("city", "logo"), upload_to="logos", max_length=200, blank=True, db_default=""
    )
    municipality_key = models.CharField(_("official municipality key (AGS)"), max_length=8)
    issue_prefix = models.CharField(_("prefix of issue numbers"), max_length=8)
    boundary = models.MultiPolygonField(
        _("boundary"), srid=storage_srid(), null=True, blank=True, spatial_index=False
    )
    acceptance_margin_m = models.PositiveIntegerField(
        _("margin outside the boundary in which reports are accepted (m)"), default=3000
    )
    bears_through_roads = models.BooleanField(
        _("bears the duty for through-road stretches"),
        default=False,
        help_text=_("By its number of inhabitants, or on request; the rules say for which roads."),
    )

    class Meta:
        verbose_name = _("jurisdiction")
        verbose_name_plural = _("jurisdictions")
        indexes = [GistIndex(fields=["boundary"], name="jurisdiction_boundary_gist")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(doubts_noticed__gte=1), name="jurisdiction_doubts_are_noticed"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def public_name(self) -> str:
        """How the public calls it, “Stadt Castrop-Rauxel”; its name where nothing else is known."""
        return text_in(self.public_names) or self.name

    def public_name_in(self, language: str) -> str:
        """The same in this language."""
        return text_in(self.public_names, language) or self.name

    @property
    def lead(self) -> str:
        """What stands above its map in the language of the screen; "" for the usual words."""
        return text_in(self.leads)

    @property
    def public_url(self) -> str:
        """The address of its public pages, without a slash at the end."""
        if self.hosts:
            usual = urlsplit(settings.PUBLIC_URL)
            port = f":{usual.port}" if usual.port else ""
            return f"{usual.scheme}://{self.hosts[0]}{port}"
        return (
            f"{settings.PUBLIC_URL}{CITY_PREFIX}{self.path}" if self.path else settings.PUBLIC_URL
        )

    def clean(self) -> None:
        """Raises ValidationError for a host that another city has."""
        others = Jurisdiction.objects.exclude(pk=self.pk).filter(hosts__overlap=self.hosts or [""])
        if (other := others.first()) is not None:
            told = pgettext("city", "One of the hosts belongs to %(city)s.")
            raise ValidationError({"hosts": told % {"city": other.name}})
