"""What others read before they use or change the project: licence, version, publiccode.yml, hooks, documents."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
CHANGELOG = (ROOT / "CHANGELOG.md").read_text("utf-8")
RELEASES = re.findall(r"^## \[(\d+\.\d+\.\d+)\] – (\d{4}-\d\d-\d\d)$", CHANGELOG, re.MULTILINE)


@pytest.fixture(scope="module")
def public() -> dict[str, Any]:
    return yaml.safe_load((ROOT / "publiccode.yml").read_text("utf-8"))


# --- Licence --------------------------------------------------------------------------------------


def test_licence_is_the_whole_eupl() -> None:
    text = (ROOT / "LICENSE").read_text("utf-8")
    assert text == (ROOT / "LICENSES/EUPL-1.2.txt").read_text("utf-8")
    assert text.startswith("EUROPEAN UNION PUBLIC LICENCE v. 1.2\n")
    articles = [int(number) for number in re.findall(r"^(\d+)\.", text, re.MULTILINE)]
    assert articles == list(range(1, 16))
    assert "Appendix" in text
    assert text.endswith("require the production of a new EUPL version.\n")


def test_every_file_names_the_same_licence(public) -> None:
    front_end = json.loads((ROOT / "mapui/package.json").read_text())
    reuse = tomllib.loads((ROOT / "REUSE.toml").read_text())
    named = {
        PYPROJECT["license"],
        front_end["license"],
        public["legal"]["license"],
        reuse["annotations"][0]["SPDX-License-Identifier"],
    }
    assert named == {"EUPL-1.2"}


# --- Version --------------------------------------------------------------------------------------


def test_version_is_the_newest_dated_one_of_the_changelog(public) -> None:
    front_end = json.loads((ROOT / "mapui/package.json").read_text())
    lock = json.loads((ROOT / "mapui/package-lock.json").read_text())
    versions = {
        PYPROJECT["version"],
        front_end["version"],
        lock["version"],
        lock["packages"][""]["version"],
        public["softwareVersion"],
    }
    assert [*versions] == [RELEASES[0][0]]
    assert public["releaseDate"] == RELEASES[0][1]


def test_releases_of_the_changelog_are_in_order() -> None:
    headings = re.findall(r"^## (.*)$", CHANGELOG, re.MULTILINE)
    assert headings[0] == "[Unreleased]"
    assert len(headings) == len(RELEASES) + 1
    order = [(tuple(map(int, version.split("."))), day) for version, day in RELEASES]
    assert order == sorted(order, reverse=True)


def test_changes_stand_under_the_headings_of_keep_a_changelog() -> None:
    kinds = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
    assert set(re.findall(r"^### (.*)$", CHANGELOG, re.MULTILINE)) <= kinds


# --- publiccode.yml, standard 0.5 -----------------------------------------------------------------

# Key, allowed values; the keys that the standard calls mandatory and what it allows in them.
ALLOWED = {
    "developmentStatus": {"concept", "development", "beta", "stable", "obsolete"},
    "softwareType": {
        *("standalone/mobile", "standalone/iot", "standalone/desktop", "standalone/web"),
        *("standalone/backend", "standalone/other", "addon", "library", "configurationFiles"),
    },
}
MANDATORY = {
    *("publiccodeYmlVersion", "name", "url", "platforms", "categories", "developmentStatus"),
    *("softwareType", "description", "legal", "maintenance", "localisation"),
}
OPTIONAL = {"softwareVersion", "releaseDate", "intendedAudience", "dependsOn"}
# Of the lists of the standard those that come near: another one is looked up there first.
CATEGORIES = {
    *("business-process-management", "communications", "customer-service-and-support"),
    *("data-collection", "data-visualization", "digital-citizenship", "facility-management"),
    *("feedback-and-reviews-management", "geographic-information-systems", "workflow-management"),
}
SCOPES = {"environment", "infrastructures", "local-authorities", "society", "transportation"}


def test_publiccode_has_every_mandatory_key_and_no_unknown_one(public) -> None:
    assert public["publiccodeYmlVersion"] == "0.5"
    assert MANDATORY <= public.keys() <= MANDATORY | OPTIONAL
    assert public["url"].startswith("https://")
    assert public["platforms"] == ["web"]


def test_publiccode_holds_allowed_values_only(public) -> None:
    for key, allowed in ALLOWED.items():
        assert public[key] in allowed
    assert set(public["categories"]) <= CATEGORIES
    assert public["intendedAudience"]["countries"] == ["DE"]
    assert set(public["intendedAudience"]["scope"]) <= SCOPES
    assert all(dependency["name"] for dependency in public["dependsOn"]["open"])


@pytest.mark.parametrize("language", ["de", "en"])
def test_publiccode_describes_the_software_in_each_language(public, language: str) -> None:
    described = public["description"][language]
    assert 1 <= len(described["shortDescription"]) <= 150
    assert 150 <= len(described["longDescription"]) <= 10_000
    assert 5 <= len(described["features"]) <= 20
    assert all((ROOT / picture).is_file() for picture in described["screenshots"])


def test_publiccode_names_who_maintains_it_and_the_languages(public) -> None:
    assert public["maintenance"]["type"] in {"internal", "community"}
    assert all(contact["name"] for contact in public["maintenance"]["contacts"])
    assert "contractors" not in public["maintenance"]
    assert public["localisation"]["localisationReady"] is True
    settings = (ROOT / "config/settings/base.py").read_text()
    spoken = re.findall(r'\("([a-z]{2})", _\(', settings)
    assert public["localisation"]["availableLanguages"] == spoken


# --- Hooks and documents --------------------------------------------------------------------------


def test_hooks_call_parts_of_the_check_and_fetch_nothing() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())
    assert [repository["repo"] for repository in hooks["repos"]] == ["local"]
    parts = set(re.findall(r"^    part (\w+) ", (ROOT / "run").read_text(), re.MULTILINE))
    assert {"lint", "documents"} <= parts
    for hook in hooks["repos"][0]["hooks"]:
        words = hook["entry"].split()
        assert words[:2] == ["./run", "check"]
        assert words[2:]
        assert set(words[2:]) <= parts
        assert hook["language"] == "system"


def test_ci_checks_before_it_tests() -> None:
    script = (ROOT / ".ci/run").read_text()
    assert script.index("./run check\n") < script.index("./run test\n")


def test_list_of_documents_names_every_one() -> None:
    """The records have a list of their own."""
    docs = ROOT / "docs"
    text = (docs / "README.md").read_text("utf-8")
    found = [
        path.relative_to(docs) for place in ("*.md", "howto/*.md") for path in docs.glob(place)
    ]
    assert Path("howto/page.md") in found
    assert [
        str(path) for path in found if f"]({path}" not in text and path.name != "README.md"
    ] == []


@pytest.mark.parametrize(
    "page", sorted((ROOT / "docs/howto").glob("*.md")), ids=lambda page: page.stem
)
def test_how_to_tells_purpose_files_example_test_and_look(page: Path) -> None:
    text = page.read_text("utf-8")
    parts = ("What it is for.", "Files, in order.", "Smallest example", "The test", "See it.")
    places = [text.find(f"**{part}") for part in parts]
    assert places == sorted(places)
    assert -1 not in places
    assert "```" in text
