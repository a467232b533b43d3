"""One's own profile."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from issues.enums import Density
from issues.models import Profile
from issues.services.people import profile_store
from mapui.people.forms import ProfileForm
from mapui.site.profiles import language_remember, profile_remember


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def profile_page(request: HttpRequest) -> HttpResponse:
    """Name, mail address, language, density and keys of whoever is logged in."""
    person = get_object_or_404(User, pk=request.user.pk)
    profile = Profile.objects.filter(person=person).first()
    chosen = profile or Profile(person=person, language=translation.get_language() or "de")
    initial = {
        "language": chosen.language,
        "density": chosen.density,
        "has_single_keys": chosen.has_single_keys,
        "has_digest": chosen.has_digest,
    }
    form = ProfileForm(request.POST or None, instance=person, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        profile_store(
            person=person,
            names={name: data[name] for name in ("first_name", "last_name", "email")},
            language=data["language"],
            density=Density(data["density"]),
            has_single_keys=data["has_single_keys"],
            has_digest=data["has_digest"],
        )
        profile_remember(request, person)
        with translation.override(data["language"]):
            messages.success(request, _("Your profile is stored."))
        return language_remember(request, redirect("profile"))
    context = {"page": "account", "form": form}
    return render(request, "mapui/people/profile.html", context, status=422 if form.errors else 200)
