"""What is filled in about people, their roles and departments."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.models import User
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy

from gis_core.languages import language_first, languages
from gis_core.models import Jurisdiction
from issues.enums import Density, Role
from issues.models import Category, Department
from issues.services.clearing import clearing_unit
from mapui.people.selectors import departments_of
from mapui.site.fields import MailField


class RoleForm(forms.Form):
    """A role, in all of the jurisdiction or for the categories of a department."""

    role = forms.TypedChoiceField(label=pgettext_lazy("of a person", "Role"), coerce=Role)
    department = forms.ChoiceField(
        label=_("Only the categories of"),
        required=False,
        help_text=_("For Geodata, Rules and Personnel there is no such limit."),
    )

    def __init__(self, data: Any = None, *, jurisdiction: Jurisdiction) -> None:
        super().__init__(data, label_suffix="")
        self._departments = {str(one.pk): one for one in departments_of(jurisdiction)}
        named = [(pk, one.name) for pk, one in self._departments.items()]
        self.fields["role"].choices = Role.choices  # type: ignore[attr-defined]
        self.fields["department"].choices = [  # type: ignore[attr-defined]
            ("", pgettext_lazy("no department", "no limit: all categories")),
            *named,
        ]

    def department_chosen(self) -> Department | None:
        """The chosen department; call only after `is_valid()`."""
        return self._departments.get(self.cleaned_data["department"])


class InviteForm(RoleForm):
    """Somebody new with a first role."""

    first_name = forms.CharField(label=_("First name"), max_length=150)
    last_name = forms.CharField(label=_("Last name"), max_length=150)
    mail = MailField(
        label=_("E-mail address"),
        max_length=150,
        help_text=_("The invitation goes there. It is also the user name."),
    )
    field_order = ("first_name", "last_name", "mail", "role", "department")


class DepartmentForm(forms.Form):
    """A department: its name in every language, its mail address, its categories, whether it clears."""

    mail = MailField(label=_("E-mail address"), max_length=254, required=False)
    categories = forms.ModelMultipleChoiceField(
        label=_("Its categories"),
        queryset=Category.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    is_clearing = forms.BooleanField(
        label=pgettext_lazy("department", "Clearing unit"),
        required=False,
        help_text=pgettext_lazy(
            "department", "It decides where two authorities have refused a report."
        ),
    )

    def __init__(self, data: Any = None, *, department: Department) -> None:
        texts = {f"name_{code}": text for code, text in department.names.items()}
        own = department.categories.all() if department.pk else []
        initial = {
            "mail": department.mail,
            "categories": own,
            "is_clearing": department.is_clearing,
            **texts,
        }
        self.department = department
        super().__init__(data, initial=initial, label_suffix="")
        names = dict(settings.LANGUAGES)
        for code in languages():
            self.fields[f"name_{code}"] = forms.CharField(
                label=_("Name (%(language)s)") % {"language": names[code]},
                max_length=100,
                required=code == language_first(),
            )
        self.order_fields([f"name_{code}" for code in languages()])
        here = Category.objects.filter(jurisdiction=department.jurisdiction)
        groups: dict[str, list[tuple[int, str]]] = {}
        for one in here:
            groups.setdefault(one.group or str(_("Other")), []).append((one.pk, one.name))
        self.fields["categories"].queryset = here  # type: ignore[attr-defined]
        self.fields["categories"].choices = list(groups.items())  # type: ignore[attr-defined]

    def clean_is_clearing(self) -> bool:
        """One unit at most: two would send each other what nobody wants."""
        is_clearing: bool = self.cleaned_data["is_clearing"]
        unit = clearing_unit(self.department.jurisdiction_id)
        if is_clearing and unit is not None and unit.pk != self.department.pk:
            raise forms.ValidationError(
                pgettext("department", "%(name)s is the clearing unit already.")
                % {"name": unit.name}
            )
        return is_clearing

    def names(self) -> dict[str, str]:
        """Language → name; call only after `is_valid()`."""
        found = {code: self.cleaned_data[f"name_{code}"] for code in languages()}
        return {code: text for code, text in found.items() if text}


class ProfileForm(forms.ModelForm):
    """One's own name, mail address, language, density and keys."""

    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    density = forms.ChoiceField(
        label=pgettext_lazy("of pages", "Density"),
        choices=Density.choices,
        widget=forms.RadioSelect,
    )
    has_single_keys = forms.BooleanField(
        label=_("Single keys work"),
        required=False,
        help_text=_("j, k, c … act without Ctrl. Off, nothing happens by a slip of the hand."),
    )

    has_digest = forms.BooleanField(
        label=pgettext_lazy("digest", "Weekly mail about my open reports"),
        required=False,
        help_text=pgettext_lazy("digest", "On Monday; none where nothing is open."),
    )

    class Meta:
        model = User
        fields = ("first_name", "last_name", "email")
        labels = {
            "first_name": _("First name"),
            "last_name": _("Last name"),
            "email": _("E-mail address"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""

    def clean_email(self) -> str:
        mail: str = self.cleaned_data["email"].strip()
        others = User.objects.exclude(pk=self.instance.pk)
        if mail and others.filter(email__iexact=mail).exists():
            raise forms.ValidationError(_("Somebody has this mail address already."))
        return mail
