"""Addresses that everybody may open."""

from __future__ import annotations

from django.urls import URLPattern, path

from mapui.public import inquiries, legal, questions, responsibility, views

urlpatterns: list[URLPattern] = [
    path("", views.public_map, name="public_map"),
    path("issues/<str:number>/", views.public_issue, name="public_issue"),
    path("responsibility/", responsibility.responsibility_page, name="responsibility"),
    path("api/responsibility/", responsibility.responsibility_api, name="responsibility_api"),
    path("questions/<str:token>/", questions.question_page, name="question"),
    path("legal/<slug:kind>/", legal.legal_page, name="legal_page"),
    path("inquiries/<str:token>/", inquiries.inquiry_page, name="inquiry"),
    path("api/questions/<str:token>/", questions.question_api, name="question_api"),
]
