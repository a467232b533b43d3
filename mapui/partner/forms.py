"""What each answer asks beside itself: one thing at most has to be given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import pgettext, pgettext_lazy

from issues.services.texts import XML_FORBIDDEN
from routing.answering.partner import PartnerAnswer, PartnerVerb
from routing.models import Authority, Delivery
from routing.outbox.authorities import authority_choices

WORDS_MAX: Final = 1000
NUMBER_MAX: Final = 100


def _words(label: Any, *, required: bool = False, rows: int = 3) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        max_length=WORDS_MAX,
        widget=forms.Textarea({"rows": rows}),
    )


class PartnerForm(forms.Form):
    """`mark` is what the page knew when it was opened."""

    mark = forms.CharField(widget=forms.HiddenInput, max_length=20)
    verb: PartnerVerb

    def __init__(self, data: Any = None, files: Any = None, *, delivery: Delivery) -> None:
        super().__init__(data, files, auto_id=f"{self.verb}_%s", label_suffix="")
        self.delivery = delivery

    def clean_text(self) -> str:
        return XML_FORBIDDEN.sub("", self.cleaned_data["text"]).strip()

    def answer(self) -> PartnerAnswer:
        return PartnerAnswer(verb=self.verb, text=self.cleaned_data.get("text", ""))


class AcceptForm(PartnerForm):
    verb = PartnerVerb.ACCEPT
    number = forms.CharField(
        label=pgettext_lazy("partner", "Your own number (if you like)"),
        required=False,
        max_length=NUMBER_MAX,
    )

    def answer(self) -> PartnerAnswer:
        number = XML_FORBIDDEN.sub("", self.cleaned_data["number"])
        return PartnerAnswer(verb=self.verb, foreign_id=number)


class ProgressForm(PartnerForm):
    verb = PartnerVerb.PROGRESS
    text = _words(pgettext_lazy("partner", "What you do, and until when (if you like)"), rows=2)


class RefuseForm(PartnerForm):
    """Who then: somebody of the city's list, or nobody known. Offices of one county share their public name."""

    verb = PartnerVerb.REFUSE
    named = forms.ChoiceField(label=pgettext_lazy("partner", "Who is responsible?"))
    text = _words(pgettext_lazy("partner", "Why (if you like)"), rows=2)

    def __init__(self, data: Any = None, files: Any = None, *, delivery: Delivery) -> None:
        super().__init__(data, files, delivery=delivery)
        decision = delivery.decision
        choices = authority_choices(
            decision.issue.jurisdiction,
            on=timezone.localdate(),
            candidates=[one["body"] for one in decision.candidates if one.get("body")],
        )
        self._named: Mapping[str, Authority] = {
            one.authority.code: one.authority
            for one in choices
            if one.authority.acts_through_id is None and one.authority.pk != delivery.authority_id
        }
        unknown = pgettext("partner", "I do not know")
        field = self.fields["named"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - as it stands above
        field.choices = [
            ("", pgettext("partner", "Please choose")),
            *((code, one.name) for code, one in self._named.items()),
            ("?", unknown),
        ]

    def answer(self) -> PartnerAnswer:
        named = self._named.get(self.cleaned_data["named"])
        return PartnerAnswer(verb=self.verb, text=self.cleaned_data["text"], named=named)


class DoneForm(PartnerForm):
    verb = PartnerVerb.DONE
    text = _words(pgettext_lazy("partner", "What was done (if you like)"), rows=2)
    photo = forms.FileField(
        label=pgettext_lazy("partner", "Photo (if you like)"),
        required=False,
        widget=forms.FileInput({"accept": "image/*,.heic,.heif"}),
    )

    def answer(self) -> PartnerAnswer:
        file = self.cleaned_data["photo"]
        content = file.read(settings.PHOTO_MAX_BYTES + 1) if file else None
        return PartnerAnswer(verb=self.verb, text=self.cleaned_data["text"], photo=content)


class AskForm(PartnerForm):
    verb = PartnerVerb.ASK
    text = _words(pgettext_lazy("partner", "Your question"), required=True)


FORMS: Final[Mapping[PartnerVerb, type[PartnerForm]]] = {
    one.verb: one for one in (AcceptForm, ProgressForm, RefuseForm, DoneForm, AskForm)
}
