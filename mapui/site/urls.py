"""Addresses of logins and accounts."""

from __future__ import annotations

from allauth.account.views import reauthenticate
from allauth.mfa.base import views as factors
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as keys
from allauth.socialaccount.providers.openid_connect import views as sign_on
from django.contrib.auth import views as auth_views
from django.urls import URLPattern, path

from mapui.site import accounts, cities
from mapui.site.sign_on import sign_on_begin

urlpatterns: list[URLPattern] = [
    path("cities/<str:identifier>.css", cities.city_style, name="city_style"),
    path("cities/<str:identifier>.png", cities.city_logo, name="city_logo"),
    path("login/", accounts.LoginPage.as_view(), name="login"),
    path("login/forgotten/", accounts.password_forgotten, name="password_forgotten"),
    path(
        "login/new/<str:uidb64>/<str:token>/",
        accounts.PasswordNewPage.as_view(),
        name="password_new",
    ),
    # Names that django-allauth asks for; of its other pages, signing up for one, there are none.
    path("login/", accounts.LoginPage.as_view(), name="account_login"),
    path("login/second-factor/", factors.authenticate, name="mfa_authenticate"),
    path("login/<slug:provider_id>/begin/", sign_on_begin, name="openid_connect_login"),
    path("login/<slug:provider_id>/callback/", sign_on.callback, name="openid_connect_callback"),
    path("account/confirm/", reauthenticate, name="account_reauthenticate"),
    path("account/confirm/code/", factors.reauthenticate, name="mfa_reauthenticate"),
    path("account/confirm/key/", keys.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("account/second-factor/", factors.index, name="mfa_index"),
    path("account/second-factor/app/", totp.activate_totp, name="mfa_activate_totp"),
    path("account/second-factor/app/off/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("account/second-factor/codes/", codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path(
        "account/second-factor/codes/new/",
        codes.generate_recovery_codes,
        name="mfa_generate_recovery_codes",
    ),
    path("account/second-factor/keys/", keys.list_webauthn, name="mfa_list_webauthn"),
    path("account/second-factor/keys/new/", keys.add_webauthn, name="mfa_add_webauthn"),
    path(
        "account/second-factor/keys/<int:pk>/remove/",
        keys.remove_webauthn,
        name="mfa_remove_webauthn",
    ),
    path("account/", accounts.AccountPage.as_view(), name="account"),
    path("account/logout-everywhere/", accounts.logout_everywhere, name="logout_everywhere"),
    path("logout/", auth_views.LogoutView.as_view(), name="logout"),
]
