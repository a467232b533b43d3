"""What administrators say about map services: where one is, which of its layers to show, and how."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gis_core.enums import ServiceKind, Visibility
from gis_core.maps.feature_info import is_askable
from gis_core.maps.registry import Shown
from gis_core.models import MapService
from gis_core.models.map_services import MAX_ZOOM
from parcels.errors import OwnerProfileError
from parcels.owner_profiles import owner_profile_parse


class AddressForm(forms.Form):
    """A pasted address: of the service, of one of its requests, or of tiles."""

    address = forms.CharField(
        label=_("Address of the service"),
        max_length=2000,
        help_text=_(
            "WMS, WMTS, WFS, OGC API or tiles with {z}/{x}/{y}; what belongs to a single request may be in it."
        ),
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off"}),
    )


class PickForm(forms.Form):
    """How the picked layers are shown at first; each can be changed afterwards."""

    group = forms.CharField(
        label=pgettext_lazy("of map services", "Group"), required=False, max_length=60
    )
    attribution = forms.CharField(label=_("Attribution"), required=False, max_length=300)
    licence = forms.CharField(label=_("Licence"), required=False, max_length=300)
    is_background = forms.BooleanField(label=_("background map"), required=False)

    def __init__(self, *args: Any, keep_days: int = 1, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.keep_days = keep_days

    def shown(self) -> Shown:
        """What was chosen; call only after `is_valid()`."""
        return Shown(**self.cleaned_data, keep_days=self.keep_days)


class ServiceForm(forms.ModelForm):
    """How one entry is shown."""

    class Meta:
        model = MapService
        fields = (
            *("title", "group", "visibility", "roles", "is_active", "is_background", "order"),
            "is_on_sheets",
            *("opacity", "min_zoom", "max_zoom", "style", "attribution", "licence", "keep_days"),
            "evidence_profile",
        )
        labels = {"keep_days": _("Days after which pictures are asked for anew")}
        widgets = {
            "roles": forms.CheckboxSelectMultiple,
            "evidence_profile": forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}),
        }
        help_texts = {
            "opacity": _("percent"),
            "is_on_sheets": _(
                "Below the map of each evidence sheet, pale. Sheets leave the house."
            ),
            "order": _("The smallest number comes first."),
            "evidence_profile": _(
                "Empty: no evidence. Else one line for each value of an attribute that tells who owns a parcel:"
                " attribute;value;owner_class. The first line is these three words. A line with an attribute only keeps"
                " what the service tells there."
            ),
            "roles": _("Only where certain roles see it."),
            "keep_days": _("Where the service itself does not say how long a picture holds."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        source = self.instance.source
        layer = source.layer_named(self.instance.layers) if source else None
        styles = layer["styles"] if layer else []
        named = [("", _("the service's own")), *((one["name"], one["title"]) for one in styles)]
        self.fields["style"] = forms.ChoiceField(label=_("Style"), required=False, choices=named)
        if self.instance.kind == ServiceKind.RASTER:
            del self.fields["style"], self.fields["keep_days"]
        if not is_askable(self.instance):
            del self.fields["evidence_profile"]
        self.fields["is_active"].label = _("on the map")
        self.fields["visibility"].label = _("Who sees it")
        self.fields["roles"].label = _("Roles")
        self.fields["title"].label = _("Name in the layer list")
        for name in ("min_zoom", "max_zoom"):
            field = self.fields[name]
            field.widget.attrs.update(min=0, max=MAX_ZOOM)

    def clean_evidence_profile(self) -> str:
        text = str(self.cleaned_data["evidence_profile"]).strip()
        if text:
            try:
                owner_profile_parse(text)
            except OwnerProfileError as error:
                raise forms.ValidationError(error.shown()) from error
        return text

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        lowest, highest = data.get("min_zoom"), data.get("max_zoom")
        if lowest is not None and highest is not None and not lowest <= highest <= MAX_ZOOM:
            self.add_error(
                "max_zoom", _("The zooms must lie between 0 and %(most)s.") % {"most": MAX_ZOOM}
            )
        if data.get("visibility") == Visibility.ROLES and not data.get("roles"):
            self.add_error("roles", _("Please choose at least one role."))
        return data
