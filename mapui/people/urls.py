"""Addresses of people, departments, invitations and one's own profile."""

from __future__ import annotations

from django.urls import URLPattern, path

from mapui.people import departments, invitations, profile, views

urlpatterns: list[URLPattern] = [
    path("people/", views.people_list, name="people"),
    path("people/invite/", views.person_invite, name="person_invite"),
    path("people/history/", views.people_history, name="people_history"),
    path("people/departments/", departments.departments_list, name="departments"),
    path("people/departments/new/", departments.department_edit, name="department_new"),
    path("people/departments/<int:pk>/", departments.department_edit, name="department"),
    path(
        "people/departments/<int:pk>/remove/",
        departments.department_remove,
        name="department_remove",
    ),
    path("people/<int:pk>/", views.person_page, name="person"),
    path("people/<int:pk>/roles/", views.role_give, name="role_give"),
    path("people/<int:pk>/roles/<int:grant_pk>/take/", views.role_take, name="role_take"),
    path("people/<int:pk>/invitation/", views.invitation_again, name="invitation_again"),
    path("people/<int:pk>/off/", views.person_switch, {"is_active": False}, name="person_off"),
    path("people/<int:pk>/on/", views.person_switch, {"is_active": True}, name="person_on"),
    path("invitation/<str:token>/", invitations.invitation_page, name="invitation"),
    path("account/profile/", profile.profile_page, name="profile"),
]
