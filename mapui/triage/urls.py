"""Addresses of the daily work of the staff."""

from __future__ import annotations

from django.urls import URLPattern, path

from mapui.triage import parcels, screen, search, service_info
from mapui.triage.bulk import heaps
from mapui.triage.bulk import views as bulk
from mapui.triage.case import (
    actions,
    authority_answers,
    foreseeing,
    outgoing,
    parts,
    photos,
    presence,
    release,
    release_api,
    sheets,
    views,
    work,
    work_api,
)
from mapui.triage.deliveries import views as deliveries
from mapui.triage.explanation import views as explanation
from mapui.triage.intake import mails
from mapui.triage.intake import views as intake
from mapui.triage.queue import news, reporters
from mapui.triage.queue import views as queue

urlpatterns: list[URLPattern] = [
    path("triage/", screen.triage_map, name="triage"),
    path("triage/news/", news.queue_news, name="queue_news"),
    path("triage/reporters/", reporters.reporter_reports, name="reporter_reports"),
    path("triage/issues/<str:number>/presence/", presence.presence, name="presence"),
    path("triage/views/", queue.view_keep, name="view_keep"),
    path("triage/views/<int:pk>/delete/", queue.view_delete, name="view_delete"),
    path("triage/issues/<str:number>/", views.triage_issue, name="triage_issue"),
    path("triage/issues/<str:number>/parts/<slug:name>/", parts.issue_part, name="issue_part"),
    path("triage/issues/<str:number>/release/", release.issue_release, name="issue_release"),
    path("triage/issues/<str:number>/withdraw/", release.issue_withdraw, name="issue_withdraw"),
    path(
        "triage/issues/<str:number>/photos/<uuid:public_id>/",
        photos.photo_edit,
        name="photo_edit",
    ),
    path(
        "triage/issues/<str:number>/photos/<uuid:public_id>/<str:edits>.jpg",
        photos.photo_draft,
        name="photo_draft",
    ),
    path(
        "triage/issues/<str:number>/photos/<uuid:public_id>/turned/<int:turned>.jpg",
        photos.photo_turned,
        name="photo_turned",
    ),
    path(
        "api/triage/issues/<str:number>/release",
        release_api.issue_release_api,
        name="issue_release_api",
    ),
    path(
        "triage/issues/<str:number>/proposal/accept/",
        views.proposal_answer,
        {"answer": "accept"},
        name="proposal_accept",
    ),
    path(
        "triage/issues/<str:number>/proposal/dismiss/",
        views.proposal_answer,
        {"answer": "dismiss"},
        name="proposal_dismiss",
    ),
    path("triage/issues/<str:number>/overrule/", actions.issue_overrule, name="issue_overrule"),
    path("triage/issues/<str:number>/confirm/", actions.issue_confirm, name="issue_confirm"),
    path("triage/issues/<str:number>/outgoing/", outgoing.issue_outgoing, name="issue_outgoing"),
    path(
        "triage/issues/<str:number>/outgoing/<int:delivery>/by-hand/",
        outgoing.issue_by_hand,
        name="issue_by_hand",
    ),
    path("triage/issues/<str:number>/pin/", actions.issue_pin, name="issue_pin"),
    path(
        "triage/issues/<str:number>/contradiction/",
        actions.issue_contradiction,
        name="issue_contradiction",
    ),
    path("triage/issues/<str:number>/category/", actions.issue_category, name="issue_category"),
    path("triage/issues/<str:number>/place/", actions.issue_place, name="issue_place"),
    path("triage/issues/<str:number>/steps/<slug:verb>/", work.issue_step, name="issue_step"),
    path(
        "api/triage/issues/<str:number>/steps/<slug:verb>",
        work_api.step_api,
        name="step_api",
    ),
    path("triage/issues/<str:number>/take/", work.issue_take, name="issue_take"),
    path("triage/issues/<str:number>/take-out/", work.issue_take_out, name="issue_take_out"),
    path("triage/issues/<str:number>/reply/", work.reply_preview, name="reply_preview"),
    path("triage/issues/<str:number>/ask/", work.issue_ask, name="issue_ask"),
    path("triage/issues/<str:number>/ask/end/", work.issue_ask_end, name="issue_ask_end"),
    path(
        "triage/issues/<str:number>/answers/<int:pk>/meaning/",
        authority_answers.answer_meaning,
        name="answer_meaning",
    ),
    path(
        "triage/issues/<str:number>/answers/<int:pk>/reply/",
        authority_answers.answer_reply,
        name="answer_reply",
    ),
    path(
        "triage/issues/<str:number>/answers/<int:pk>/pass-on/",
        authority_answers.answer_pass_on,
        name="answer_pass_on",
    ),
    path("triage/issues/<str:number>/contact/", work.issue_contact, name="issue_contact"),
    path("triage/issues/<str:number>/hold/", work.issue_hold, name="issue_hold"),
    path("triage/issues/<str:number>/hold/end/", work.issue_hold_end, name="issue_hold_end"),
    path("triage/issues/<str:number>/period/", work.issue_period, name="issue_period"),
    path("triage/issues/<str:number>/period/end/", work.issue_period_end, name="issue_period_end"),
    path("triage/issues/<str:number>/notes/", work.issue_note, name="issue_note"),
    path("triage/issues/<str:number>/checklist/<int:item>/", work.issue_tick, name="issue_tick"),
    path("triage/issues/<str:number>/files/", work.issue_attach, name="issue_attach"),
    path(
        "triage/issues/<str:number>/files/<uuid:public_id>/",
        work.attachment_download,
        name="attachment",
    ),
    path("triage/deliveries/", deliveries.deliveries_page, name="deliveries"),
    path("triage/deliveries/part/", deliveries.deliveries_part, name="deliveries_part"),
    path("triage/deliveries/badge/", deliveries.deliveries_badge, name="deliveries_badge"),
    path(
        "triage/deliveries/<uuid:public_id>/<slug:verb>/",
        deliveries.delivery_act,
        name="delivery_act",
    ),
    path("triage/bulk/", bulk.bulk, name="bulk"),
    path("triage/heaps/", heaps.heaps, name="heaps"),
    path("triage/steps/<uuid:public_id>/", bulk.step_shown, name="step_shown"),
    path("triage/steps/<uuid:public_id>/undo/", work.step_take_back, name="step_take_back"),
    path(
        "triage/issues/<str:number>/place/foreseen/",
        foreseeing.place_foreseen,
        name="place_foreseen",
    ),
    path("triage/issues/<str:number>/split/", work.issue_split, name="issue_split"),
    path("triage/issues/<str:number>/answers/", actions.issue_answers, name="issue_answers"),
    path(
        "triage/issues/<str:number>/explanation/",
        explanation.explanation_page,
        name="explanation",
    ),
    path(
        "triage/issues/<str:number>/explanation.js",
        explanation.explanation_script,
        name="explanation_script",
    ),
    path(
        "triage/issues/<str:number>/explanation.css",
        explanation.explanation_style,
        name="explanation_style",
    ),
    path(
        "api/triage/issues/<str:number>/explanation.json",
        explanation.explanation_json,
        name="explanation_json",
    ),
    path(
        "api/triage/issues/<str:number>/explanation.geojson",
        explanation.explanation_feed,
        name="explanation_feed",
    ),
    path(
        "api/schemas/explanation.json",
        explanation.explanation_schema_view,
        name="explanation_schema",
    ),
    path("triage/issues/<str:number>/sheet/", sheets.sheet_page, name="sheet"),
    path(
        "triage/issues/<str:number>/sheet.pdf",
        sheets.sheet_download,
        {"kind": "pdf"},
        name="sheet_pdf",
    ),
    path(
        "triage/issues/<str:number>/sheet.png",
        sheets.sheet_download,
        {"kind": "png"},
        name="sheet_png",
    ),
    path("triage/intake/", intake.intake_page, name="intake"),
    path("triage/intake/look/", intake.intake_looked, name="intake_looked"),
    path("triage/intake/places/", intake.intake_places, name="intake_places"),
    path("triage/intake/mails/", mails.intake_mails, name="intake_mails"),
    path("triage/intake/mails/<int:pk>/take/", mails.intake_mail_take, name="intake_mail_take"),
    path(
        "triage/intake/mails/<int:pk>/dismiss/",
        mails.intake_mail_dismiss,
        name="intake_mail_dismiss",
    ),
    path("triage/map-services/<slug:slug>/", service_info.service_info, name="service_info"),
    path("triage/parcel/", parcels.triage_parcel, name="triage_parcel"),
    path("triage/place/bodies/", parcels.place_bodies, name="place_bodies"),
    path("api/parcels/", parcels.parcels_api, name="parcels_api"),
    path("api/triage/suggestions.json", search.suggestions_feed, name="suggestions"),
]
