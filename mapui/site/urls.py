"""Addresses of logins and accounts."""

from __future__ import annotations

from django.contrib.auth import views as auth_views
from django.urls import URLPattern, path

from mapui.site import accounts

urlpatterns: list[URLPattern] = [
    path("login/", accounts.LoginPage.as_view(), name="login"),
    path("login/forgotten/", accounts.password_forgotten, name="password_forgotten"),
    path(
        "login/new/<str:uidb64>/<str:token>/",
        accounts.PasswordNewPage.as_view(),
        name="password_new",
    ),
    path("account/", accounts.AccountPage.as_view(), name="account"),
    path("account/logout-everywhere/", accounts.logout_everywhere, name="logout_everywhere"),
    path("logout/", auth_views.LogoutView.as_view(), name="logout"),
]
