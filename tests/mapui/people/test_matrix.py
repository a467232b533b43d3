"""Every address of the program by every role. A new address without a line here fails."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from issues.enums import Role
from issues.rights import (
    ACTIVATE_RULES,
    ANSWER,
    DECIDE,
    EDIT_RULES,
    MANAGE_GEODATA,
    MANAGE_HOUSE,
    MANAGE_PEOPLE,
    RELEASE,
    SEE,
    WORK,
)
from issues.services.people import grant_give
from tests.mapui.factories import town_create

pytestmark = pytest.mark.django_db

# What an address needs: one of these rights. () is for everybody, None for whoever is logged in.
Needed = tuple[str, ...] | None
OPEN: Final[Needed] = ()
RULES: Final[Needed] = (EDIT_RULES, ACTIVATE_RULES)
TRIALS: Final[Needed] = (EDIT_RULES, MANAGE_GEODATA)

MATRIX: Final[dict[Needed, str]] = {
    OPEN: """
        open311_discovery open311_services open311_service open311_requests open311_request open311_token photo
        open311_updates
        report report_places report_categories report_photo report_waiting
        report_offline report_worker report_manifest report_confirm own_report
        own_step own_photo own_export own_reports own_reports_order own_reports_ordered
        citizen_account citizen_data citizen_step passkey_options
        partner partner_map partner_photo partner_step partner_open webhook_answer
        set_language public_map public_issue responsibility responsibility_api question question_api inquiry
        legal_page openapi_document public_feed issue_said issue_preview public_statistics
        follow follow_sent follow_link follow_confirm follow_list follow_end city_style city_logo
        embed embedding public_places robots security_txt sitemap
        explanation_schema webhook_schema icon map_style public_issues boundary map_service_states map_image map_legend
        features_landing features_conformance features_collections features_collection features_items
        features_item
        login password_forgotten password_new invitation logout account_login openid_connect_login
        openid_connect_callback
    """,
    None: """
        account logout_everywhere profile account_reauthenticate mfa_reauthenticate mfa_reauthenticate_webauthn
        mfa_index mfa_activate_totp mfa_deactivate_totp mfa_view_recovery_codes mfa_generate_recovery_codes
        mfa_list_webauthn mfa_add_webauthn mfa_remove_webauthn mfa_authenticate
    """,
    (SEE,): """
        triage triage_issue triage_issues explanation explanation_script explanation_style explanation_json
        explanation_feed sheet sheet_pdf sheet_png service_info triage_parcel place_bodies parcels_api suggestions
        situation situation_map situation_map_script situation_map_style situation_places issues_export
        parcel_outline map_base_style tile map_script attachment
        step_take_back step_shown bulk heaps step_api place_foreseen queue_news presence view_keep view_delete
        issue_part deliveries deliveries_part deliveries_badge
    """,
    (WORK,): """
        issue_category issue_place issue_answers issue_step issue_take issue_take_out issue_note issue_tick
        answer_meaning answer_reply issue_attach issue_split issue_hold issue_hold_end issue_period issue_period_end
        intake intake_looked
        intake_places intake_mails intake_mail_take
        intake_mail_dismiss
    """,
    (
        ANSWER,
    ): "reply_preview issue_ask issue_ask_end issue_contact reporter_reports answer_pass_on",
    (DECIDE,): """
        issue_overrule issue_confirm issue_pin issue_contradiction issue_outgoing issue_by_hand
        proposal_accept proposal_dismiss delivery_act
    """,
    (RELEASE,): """
        issue_release issue_withdraw issue_release_api photo_edit photo_draft photo_turned
    """,
    (MANAGE_PEOPLE,): """
        people person_invite people_history departments department_new department department_remove person
        role_give role_take invitation_again person_off person_on
    """,
    (MANAGE_HOUSE,): """
        house house_part house_new house_entry house_remove house_history house_deletions house_transfers
        house_transfers_csv
    """,
    (MANAGE_GEODATA,): """
        geodata_list geodata_new rasters rasters_progress services services_source services_progress
        services_source_again services_source_remove services_entry services_act geodata_edition
        geodata_progress geodata_faults geodata_changes geodata_map geodata_map_script geodata_map_style geodata_action
        source_rename
        geodata_changes_feed geodata_findings_feed geodata_export geodata_findings_export geodata_impact_feed
        contradictions contradiction_letter contradiction_done
        mappings mapping mapping_progress mapping_map_script mapping_map_style mapping_places
        mapping_export mapping_remove words words_export word_remove
    """,
    TRIALS: """
        trials trial trial_progress trial_cancel trial_resume trial_issue trial_map trial_map_script
        trial_map_style trial_changes_feed
    """,
    (SEE, MANAGE_GEODATA): "features_key",
    (SEE, EDIT_RULES): "golden golden_file statistics statistics_csv statistics_json",
    (EDIT_RULES,): """
        golden_load golden_off rules_draft rules_import rules_condition rules_describe rules_discard
        rules_row_new rules_row rules_row_remove rules_threshold_new rules_threshold rules_threshold_remove
        priors_take rules_prior_new rules_prior rules_prior_remove rules_ground_start
    """,
    RULES: """
        rules authorities terms rules_set rules_coverage rules_coverage_csv rules_coverage_json rules_ground
        rules_ground_watch rules_hole rules_hole_script rules_hole_style rules_hole_feed rules_difference
        rules_csv rules_json priors_proposal
    """,
    (ACTIVATE_RULES,): """
        authority_new authority_edit contact_new contact_edit contact_probe contact_probe_watch contact_services
        terms_new terms_edit terms_remove contact_links
        rules_activate rules_retire
    """,
}
NEEDED: Final = {name: needed for needed, names in MATRIX.items() for name in names.split()}
# Nothing that is asked for exists, so that whoever may ask hears "not found", and nothing is changed.
ARGUMENTS: Final[dict[str, Any]] = {
    "int": 999_999,
    "str": "MST-2026-999999",
    "slug": "nothing",
    "path": "nothing",
    "uuid": UUID(int=0),
}
GIVEN: Final = {"map_script": {"name": "triage"}, "map_style": {"name": "public"}}
# Without names: the administration's own login, and whatever else is asked of Open311.
NAMELESS: Final = 2


def patterns(resolver: URLResolver) -> Iterator[URLPattern]:
    for one in resolver.url_patterns:
        if isinstance(one, URLPattern):
            yield one
        elif one.namespace != "admin":
            yield from patterns(one)


def address_of(pattern: URLPattern) -> str:
    converters = pattern.pattern.converters
    arguments = {
        name: ARGUMENTS[
            type(one).__name__.removesuffix("Converter").lower().replace("string", "str")
        ]
        for name, one in converters.items()
    }
    return reverse(str(pattern.name), kwargs={**arguments, **GIVEN.get(str(pattern.name), {})})


def is_refused(client: Client, address: str) -> bool:
    """By GET, or by POST where only that is answered; as a program, for which errors are quickly made."""
    asked = {"headers": {"accept": "application/json"}}
    response = client.get(address, **asked)
    if response.status_code == 405:
        response = client.post(address, **asked)
    is_login = response.status_code == 302 and response["Location"].startswith("/login/")
    return is_login or response.status_code in {401, 403}


@pytest.fixture
def town(db):
    return town_create()


def named() -> list[URLPattern]:
    """All but what ends a session, and Open311, which knows no roles."""
    left_out = ("logout", "logout_everywhere")
    names = {name for name in NEEDED if name not in left_out and not name.startswith("open311")}
    return [one for one in patterns(get_resolver()) if one.name in names]


def test_every_address_has_its_line():
    found = list(patterns(get_resolver()))
    assert {str(one.name) for one in found if one.name} ^ NEEDED.keys() == set()
    assert sum(one.name is None for one in found) == NAMELESS


@pytest.mark.parametrize("role", [None, *Role])
def test_role_opens_its_addresses_and_no_others(client, town, role):
    person = User.objects.create(username="person")
    if role is not None:
        grant_give(person=person, jurisdiction=town, role=role, by=None)
    client.force_login(person)
    person = User.objects.get(pk=person.pk)
    wrong = {}
    for pattern in named():
        # Whether it opens depends on how the person logs in, and not on what they may do.
        if str(pattern.name).startswith(("mfa_", "account_reauthenticate")):
            continue
        needed = NEEDED[str(pattern.name)]
        is_allowed = not needed or any(person.has_perm(right) for right in needed)
        if is_refused(client, address_of(pattern)) == is_allowed:
            wrong[str(pattern.name)] = f"allowed: {is_allowed}"
    assert wrong == {}


def test_nobody_opens_what_is_for_staff(client, town):
    for pattern in named():
        is_open = NEEDED[str(pattern.name)] == OPEN
        assert is_refused(client, address_of(pattern)) != is_open, pattern.name
