"""Addresses that everybody may open."""

from __future__ import annotations

from django.urls import URLPattern, path

from mapui.public import (
    choice,
    crawlers,
    embedding,
    feeds,
    following,
    inquiries,
    legal,
    questions,
    responsibility,
    schemas,
    views,
)

urlpatterns: list[URLPattern] = [
    path("", views.public_map, name="public_map"),
    path("robots.txt", crawlers.robots, name="robots"),
    path(".well-known/security.txt", crawlers.security, name="security_txt"),
    path("sitemap.xml", crawlers.sitemap, name="sitemap"),
    path("embed/", embedding.embed, name="embed"),
    path("api/places.json", choice.public_places, name="public_places"),
    path("embedding/", embedding.embedding, name="embedding"),
    path("issues/<str:number>/", views.public_issue, name="public_issue"),
    path("issues/<str:number>/preview.jpg", views.issue_preview, name="issue_preview"),
    path("issues/<str:number>/said/", views.issue_said, name="issue_said"),
    path("feeds/issues.<slug:kind>", feeds.public_feed, name="public_feed"),
    path("follow/", following.follow_page, name="follow"),
    path("follow/sent/", following.follow_sent, name="follow_sent"),
    path("follow/link/", following.follow_link, name="follow_link"),
    path("follow/confirm/<str:token>/", following.follow_confirm, name="follow_confirm"),
    path("follow/list/<str:token>/", following.follow_list, name="follow_list"),
    path("follow/end/<str:token>/", following.follow_end, name="follow_end"),
    path("responsibility/", responsibility.responsibility_page, name="responsibility"),
    path("api/responsibility/", responsibility.responsibility_api, name="responsibility_api"),
    path("questions/<str:token>/", questions.question_page, name="question"),
    path("api/schemas/webhook.json", schemas.webhook_schema, name="webhook_schema"),
    path("legal/<slug:kind>/", legal.legal_page, name="legal_page"),
    path("inquiries/<str:token>/", inquiries.inquiry_page, name="inquiry"),
    path("api/questions/<str:token>/", questions.question_api, name="question_api"),
]
