"""Figures in documents are those of the program: each is worked out here and looked for in its sentence."""

from __future__ import annotations

import csv
import json
import re
from collections import defaultdict
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from config import logs, programs
from config.benchmarks import decision as decision_bench
from config.benchmarks import fuzz, fuzz_requests
from config.benchmarks import redaction as redaction_bench
from config.settings import base
from gis_core.datasets import DatasetSpec
from gis_core.loading.difference import SUCCESSION_SHARE
from gis_core.loading.fetch import client as fetch_client
from gis_core.loading.gml.arcs import ARC_TOLERANCE_M
from gis_core.loading.read import archives, batches, edges, extent
from gis_core.loading.sources import POSITIONS_MAX
from gis_core.maps import entries, outages, politeness, store
from gis_core.maps import services as map_services
from issues import public_view
from issues import selectors as issue_selectors
from issues.api import bodies, parameters
from issues.enums import FindingKind
from issues.models import ApiKey, Issue
from issues.services import answers, intake, limits, location, texts
from issues.services.photos import fetching, pixels, stored
from issues.services.photos import intake as photo_intake
from mapui.geodata import changes
from mapui.maps import issue_tiles, tile_layers
from mapui.maps.style.colours import Variant
from mapui.maps.style.layers import ROADS, style_layers
from mapui.public import questions as question_pages
from mapui.public import responsibility
from mapui.site import lists, logins
from parcels.keys import KEY_LENGTH
from routing import tasks
from routing.deciding.explaining import body_shares
from routing.engine import facts
from routing.engine.decide import UNKNOWN_PENALTY
from routing.engine.location import DISC_MAX_M
from routing.engine.questions import WORTH_FROM
from routing.engine.ruleset import COMPUTED_BODIES
from routing.evidence import reports, statement
from routing.evidence.disc import cover, nearby, places
from routing.forwarding.channels import mail, open311_endpoint, speaking
from routing.importers.datasets import NEIGHBOURS_M, NETWORK_MARGIN_M
from routing.models import RuleSet
from routing.outbox import breakers
from routing.outbox.claim import LANES
from routing.rulebook import shadows
from tests.config import test_fuzz_requests
from tests.golden import test_cases

STYLES = {one.name: one for one in style_layers()}
ROOT = Path(__file__).resolve().parents[2]
MEGA = 1024 * 1024
THRESHOLDS = json.loads((ROOT / "gis_core/loading/check/thresholds.json").read_text("utf-8"))
BEAT = {name: one["schedule"] for name, one in settings.CELERY_BEAT_SCHEDULE.items()}
MINUTE = 60
# Small numbers as documents write them.
WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
ORDINALS = {3: "third", 4: "fourth", 5: "fifth"}
# Of an installation; the tests have no limit.
STATEMENT = base.STATEMENT_SECONDS


def hours_of_photos() -> int:
    """From the first attempt at a photo behind an address to the last one."""
    return round(sum(fetching.RETRY_AFTER, timedelta()) / timedelta(hours=1))


def default(model: Any, field: str) -> Any:
    return model._meta.get_field(field).default


def rows(path: str) -> int:
    with (ROOT / path).open(encoding="utf-8", newline="") as file:
        return sum(1 for _row in csv.DictReader(file, delimiter=";"))


def labelled(name: str) -> int:
    return len(redaction_bench.labelled(name))


def waits(schedule: list[float]) -> str:
    return ", ".join(f"{one / MINUTE:g}" for one in schedule)


# Document → sentences with the figures that the program says.
FIGURES: dict[str, tuple[str, ...]] = {
    "docs/forwarding.md": (
        f"after {waits([settings.DELIVERY_BACKOFF_SECONDS * 3**n for n in (0, 1, 2)])} … minutes",
        f"at most {WORDS[settings.DELIVERY_BACKOFF_MAX_SECONDS // 3600]} hours",
        f"{WORDS[settings.DELIVERY_PATIENCE_WORKING_DAYS]} working days of the recipient",
        f"{WORDS[settings.DELIVERY_WORKERS_LOST_MAX]} workers in a row",
        f"after {WORDS[breakers.OPENS_AFTER]} failures in a row",
        f"at most {breakers.PROBE_MAX // timedelta(minutes=1)} minutes",
        f"at most {WORDS[LANES]} deliveries at a time",
        f"The {settings.DELIVERY_REFUSALS_MAX}rd attempt is the last",
        f"`DELIVERY_LEASE_SECONDS` ({settings.DELIVERY_LEASE_SECONDS})",
        f"`DELIVERY_BACKOFF_SECONDS` ({settings.DELIVERY_BACKOFF_SECONDS})",
        f"attempt ends after {speaking.SEND_SECONDS} seconds",
        f"more than {open311_endpoint.NUMBER_MAX} characters",
        f"number for {settings.DELIVERY_TOKEN_LIMIT.total_seconds() / 3600:.0f} hours",
        f"at most {mail.FILES_BYTES_MAX // MEGA} MB",
        f"every {BEAT['routing.tasks.deliveries_send_due']} seconds",
    ),
    "docs/explaining.md": (
        f"`SHADOW_SAMPLE` ({settings.SHADOW_SAMPLE})",
        f"`QUESTION_HOURS` ({settings.QUESTION_HOURS})",
        f"anew after {shadows.MEASURED_FOR_SECONDS // MINUTE} minutes",
        f"at least {WORTH_FROM:.0%} of".replace("%", " %"),
        f"looks every {BEAT['routing.tasks.clarifications_expire'] // MINUTE} minutes",
        f"more than {question_pages.LOOKS_PER_MINUTE} requests in a minute",
        f"below {body_shares.SMALL:.0%} are".replace("%", " %"),
    ),
    "docs/rules.md": (
        f"`assign_from` ({default(RuleSet, 'assign_from')})",
        f"`assign_margin` ({default(RuleSet, 'assign_margin')})",
        f"takes {UNKNOWN_PENALTY} from the confidence",
        f"within {nearby.ASSET_REACH_M:.0f} m",
        f"Beyond {DISC_MAX_M:.0f} m the engine",
        f"photo: {json.loads(statement.accuracies())['photo'][0]:.0f} m",
    ),
    "docs/evidence.md": (
        f"divided into {places.PLACES} places",
        f"multiples of 1/{places.PLACES}",
        f"at {DISC_MAX_M:.0f} m at most",
        f"within {cover.GAP_M:.0f} m stands in",
        f"within {cover.EDGE_M * 100:.0f} cm of an edge",
        f"further than {facts.REACH_M:.0f} m",
        f"within {nearby.ASSET_REACH_M:.0f} m or the accuracy",
        f"within {nearby.ADJOINING_REACH_M:.0f} m; only if the rules ask",
        f"up to {reports.GROUP_SIZE:,} reports",
        f"within {reports.GROUP_EXTENT_M:,.0f} m",
        f"the {tasks.TRIAL_TURN_SECONDS} seconds",
    ),
    "docs/glossary.md": (
        f"name of {KEY_LENGTH} characters",
        f"sections {facts.REACH_M:.0f} m, assets {nearby.ASSET_REACH_M:.0f} m",
        f"adjoining land {nearby.ADJOINING_REACH_M:.0f} m",
        f"one of its {places.PLACES} equal shares",
        f"nearest parcel within {cover.GAP_M:.0f} m",
        f"its {tasks.TRIAL_TURN_SECONDS} seconds",
    ),
    "docs/trying-and-correcting.md": (f"turns of {tasks.TRIAL_TURN_SECONDS} seconds",),
    "docs/maps.md": (
        f"{2**issue_tiles.CELL_LEVELS} by {2**issue_tiles.CELL_LEVELS} cells",
        f"tiles of zooms 0 to {issue_tiles.MAX_ZOOM}",
        f"with {WORDS[public_view.PUBLIC_DECIMALS]} decimals",
        *(f"`{name}`" for name in tile_layers.TILE_SETS),
        *(f"`{variant}`" for variant in Variant),
        f"Street names appear from zoom {min(road.names_from for road in ROADS)}",
        f"buildings from {STYLES['buildings'].min_zoom}",
        f"parcels from {STYLES['parcels'].min_zoom}",
        f"their numbers from {STYLES['parcel_numbers'].min_zoom}",
        f"house numbers from {STYLES['house_numbers'].min_zoom}",
        f"up to {map_services.MAX_SIDE:,} pixels",
        f"alone for {outages.PAUSE_S} seconds",
        f"another {store.STAND_IN_S // 86_400} days",
        f"{politeness.PARALLEL} requests at a time",
        f"at most {politeness.THREADS} of the four threads",
        f"{politeness.THREADS_OF_A_HOST} of them for one host",
        f"for {politeness.HANGS_S:g} seconds",
        f"within {entries.HELD_S:g} seconds",
    ),
    "docs/api-responsibility.md": (
        f"gets {responsibility.QUESTIONS_PER_MINUTE} answers a minute",
        f"0 to {location.ACCURACY_MAX_M:.0f}",
    ),
    "docs/api-open311.md": (
        f"send {default(ApiKey, 'reports_per_minute')} reports a minute",
        f"send {limits.REFUSALS_PER_MINUTE} requests with a wrong key",
        f"{limits.READS_PER_MINUTE:,} reading requests",
        f"may have {settings.DATA_UPLOAD_MAX_MEMORY_SIZE // MEGA} MB",
        f"may have {bodies.TEXTS_MAX:,} characters",
        f"may have {settings.DATA_UPLOAD_MAX_NUMBER_FIELDS:,} fields",
        f"0 to {location.ACCURACY_MAX_M:.0f}",
        f"at most {texts.DESCRIPTION_MAX:,} characters",
        f"first {answers.CODE_KEPT} characters",
        f"{WORDS[stored.PHOTOS_PER_REPORT]} in all",
        f"at most {settings.PHOTO_MAX_BYTES // MEGA} MB",
        f"may have {settings.PHOTO_MAX_PIXELS // 10**6} megapixels",
        f"may have {settings.PHOTO_MAX_PIXELS_WHOLE // 10**6}, because",
        f"AVIF may have {settings.PHOTO_MAX_PIXELS_AVIF // 10**6}.",
        f"at most {pixels.SIDE_MAX:,} pixels",
        f"{WORDS[fetching.ATTEMPTS_MAX]} times within about {WORDS[hours_of_photos()]} hours",
        f"{fetching.DEADLINE_S:.0f} seconds each",
        f"at most {photo_intake.PENDING_PER_SENDER:,} may wait",
        f"within {WORDS[intake.REPEAT_WITHIN // timedelta(minutes=1)]} minutes",
        f"last {parameters.WINDOW_MAX.days} days",
        f"1 to {issue_selectors.LIST_MAX}",
    ),
    "docs/operating.md": (
        f"{programs.WEB_WORKERS * programs.WEB_THREADS} threads",
        f"after {STATEMENT['public']} seconds if the public waits for it",
        f"after {STATEMENT['staff']} seconds for staff",
        f"after {STATEMENT['task']} seconds in quick tasks",
        f"beyond {logs.LOG_MAX_BYTES // MEGA} MB",
        f"{WORDS[logs.LOGS_KEPT]} former ones",
        f"every {BEAT['config.tasks.logs_rotate_due'] // MINUTE} minutes",
        f"{WORDS[logins.FAILURES_FREE].capitalize()} failures",
        f"The {ORDINALS[settings.AXES_FAILURE_LIMIT]} locks",
        f"for {settings.AXES_COOLOFF_TIME.total_seconds() / MINUTE:.0f} minutes",
        f"{logins.FAILURES_PER_ADDRESS} failures from one address",
        f"within {settings.PASSWORD_RESET_TIMEOUT // 3600} hours",
        f"at most {logins.LINKS_PER_MAIL} mails an hour",
        f"may order {logins.LINKS_PER_ADDRESS} an hour",
    ),
    "docs/loading-geodata.md": (
        f"{edges.EDGE_INSET_M * 100:.0f} cm inside",
        f"more than {POSITIONS_MAX:,} positions",
        f"beyond {archives.RATIO_MAX} times its size",
        f"asked {WORDS[len(fetch_client.PAUSES_S) + 1]} times",
        f"within {extent.NEAR_M // 1000} km",
        f"| {NEIGHBOURS_M / 1000:g} km outside",
        f"| {NETWORK_MARGIN_M:,.0f} m |",
        f"| all others | {DatasetSpec.margin_m:g} m |",
        f"more than {extent.FAR_M // 1000} km away",
        f"by {ARC_TOLERANCE_M * 1000:.0f} mm at most",
        f"batch of {batches.BATCH_ROWS:,} rows",
        f"more than 1 m² and {SUCCESSION_SHARE:.0%} of".replace("%", " %"),
        f"more than {changes.CHANGE_LIMIT:,}, ",
        "parcels −{:.0f} %, owners −{:.0f} %; from −{:.0f} % and −{:.0f} % on".format(
            *(
                -100 * THRESHOLDS[dataset][name]
                for name in ("share_warning", "share_error")
                for dataset in ("parcels", "ownership")
            )
        ),
        f"more than {THRESHOLDS['*']['outside_m'] // 1000} km outside",
        f"overlap by more than {THRESHOLDS['parcels']['overlap_m2']} m²",
        f"up to {THRESHOLDS['parcels']['gap_width_m']} m wide",
        f"how many of {THRESHOLDS['parcels']['points']:,} points",
        f"one of {THRESHOLDS['*']['fewer_from_rows']} or more",
        f"from {THRESHOLDS['*']['share_from_rows']} objects on",
    ),
    "docs/releasing.md": (
        f"({Issue._meta.get_field('public_text').max_length:,}",
        f"address {Issue._meta.get_field('public_address').max_length:,};",
        f"finds {WORDS[len(FindingKind)]} kinds",
        f"less than {redaction_bench.PERSONAL_MIN:.0f} % of",
        f"more than {redaction_bench.HARMLESS_MAX:.0f} % of",
    ),
    "docs/testing.md": (
        f"{len(test_cases.rows('decisions.csv'))} golden decisions",
        f"draws {test_fuzz_requests.COUNT} requests",
        f"sends {fuzz_requests.COUNT:,} requests",
    ),
    "docs/benchmarks.md": (
        f"95th percentile of {decision_bench.SINGLES}",
        f"over {decision_bench.ISSUES:,} issues (`BENCH_ISSUES`)",
        f"{labelled('personal'):,} personal texts",
        f"{labelled('harmless'):,} harmless texts",
        f"count up to {lists.COUNTED_MAX:,} issues",
        *(f"{budget:,} {name.split()[0]}" for name, _fuzzer, budget in fuzz.FUZZERS),
        f"{fuzz_requests.COUNT:,} requests",
    ),
}


def text(document: str) -> str:
    """The document with its lines joined."""
    return re.sub(r"\s+", " ", (ROOT / document).read_text("utf-8"))


@pytest.mark.parametrize("document", FIGURES)
def test_figures_of_a_document_are_those_of_the_program(document: str) -> None:
    found = text(document)
    assert [sentence for sentence in FIGURES[document] if sentence not in found] == []


# What a document may count; a figure before one of these words is worked out above, or it is a wrong one.
COUNTED = {
    "rules": "fixtures/castrop_rauxel/rules.csv",
    "authorities": "fixtures/castrop_rauxel/authorities.csv",
    "categories": "fixtures/castrop_rauxel/categories.csv",
    "contacts": "fixtures/castrop_rauxel/contacts.csv",
    "predicates": "routing/sentences/predicates.csv",
    "golden decisions": "tests/golden/cases/decisions.csv",
    "golden cases": "tests/golden/cases/decisions.csv",
}


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md", *FIGURES])
def test_counts_in_a_document_are_those_of_the_files(document: str) -> None:
    for number, what in re.findall(rf"\b(\d[\d,]*) ({'|'.join(COUNTED)})\b", text(document)):
        assert int(number.replace(",", "")) == rows(COUNTED[what]), f"{number} {what}"


def test_every_computed_authority_is_documented() -> None:
    table = set(re.findall(r"`(\([\w ]+\))`", text("docs/rules.md")))
    assert table >= COMPUTED_BODIES


def test_profiles_of_each_dataset_are_those_of_the_files() -> None:
    shown = {
        dataset: set(re.findall(r"`(\w+)`", profiles))
        for dataset, profiles in re.findall(
            r"^\| `(\w+)` \| [^|]+ \| (`[^|]+) \|$",
            (ROOT / "docs/loading-geodata.md").read_text("utf-8"),
            re.MULTILINE,
        )
    }
    found: dict[str, set[str]] = defaultdict(set)
    for place in ("parcels/profiles/*.json", "routing/importers/profiles/*.json"):
        for profile in (json.loads(file.read_text("utf-8")) for file in ROOT.glob(place)):
            found[profile["dataset"]].add(profile["name"])
    assert shown == found


def test_defaults_of_numbers_in_operating_are_those_of_the_settings() -> None:
    """Read where the setting is: `number("NAME", default)`."""
    read = {
        name: int(value.replace("_", ""))
        for file in (ROOT / "config").rglob("*.py")
        for name, value in re.findall(
            r'number\(\s*"([A-Z_]+)",\s*([\d_]+)\)', file.read_text("utf-8")
        )
    }
    assert {"QUESTION_HOURS", "STORAGE_SRID", "EMAIL_PORT"} <= read.keys()
    table = dict(
        re.findall(
            r"^\| `([A-Z_]+)` \| `(\d+)` \|",
            (ROOT / "docs/operating.md").read_text("utf-8"),
            re.MULTILINE,
        )
    )
    assert {name: int(value) for name, value in table.items() if name in read} == {
        name: value for name, value in read.items() if name in table
    }
    assert len(table) >= 8
