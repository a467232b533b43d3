"""The container files agree with the program: its packages, its system packages, its services."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILE = (ROOT / "docker/Dockerfile").read_text()
COMPOSE = (ROOT / "docker/compose.yaml").read_text()
ENTRYPOINT = (ROOT / "docker/entrypoint").read_text()
SERVICES = {
    "postgres",
    "redis",
    "web",
    "worker",
    "sender",
    "loader",
    "fetcher",
    "beat",
    "mapserver",
}


def test_image_starts_from_the_slim_release() -> None:
    assert re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE) == [
        "debian:bookworm-slim",
        "system",
        "system",
    ]


def test_image_holds_every_package_of_the_program() -> None:
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests"}
    copied = set(re.findall(r"^COPY (\w+) \1/$", DOCKERFILE, re.MULTILINE))
    ignored = (ROOT / "docker/Dockerfile.dockerignore").read_text().splitlines()
    assert copied == packages
    assert {f"!{name}" for name in packages} <= set(ignored)


def test_image_installs_what_the_set_up_would(tmp_path: Path) -> None:
    functions = "have() { return 1; }; postgres_version() { :; }"
    script = f". '{ROOT}/run'; {functions}; places '{tmp_path}'; packages_missing run"
    told = subprocess.run(
        ["dash", "-c", script],
        capture_output=True,
        text=True,
        check=True,
        env={"PATH": "/usr/bin:/bin:/usr/sbin:/sbin"},
    ).stdout.split()
    block = re.search(r"--no-install-recommends \\\n\s+(.*?) \\\n", DOCKERFILE)
    assert block is not None
    # Packages that are asked for by a file are there on a machine that runs this test.
    asked_by_file = {"ca-certificates", "cgi-mapserver", "fonts-dejavu-core", "python3-venv"}
    assert set(block[1].split()) == set(told) | asked_by_file


def test_every_service_can_be_started_and_asked_for_its_health() -> None:
    services = COMPOSE.split("\nservices:\n")[1].split("\nnetworks:\n")[0]
    assert set(re.findall(r"^  (\w+):$", services, re.MULTILINE)) == SERVICES
    for name in SERVICES:
        assert f"command: [{name}]" in services
        assert f"docker/entrypoint, health, {name}]" in services
        assert re.search(rf"^\s+(?:\w+ \| )*{name}(?: \| \w+)*\) ", ENTRYPOINT, re.MULTILINE), name


def test_secrets_come_from_the_environment_only() -> None:
    for secret in ("SECRET_KEY", "DATABASE_PASSWORD", "REDIS_PASSWORD"):
        assert re.findall(rf"\$\{{{secret}[^}}]*\}}", COMPOSE)
        assert set(re.findall(rf"\$\{{{secret}([^}}]*)\}}", COMPOSE)) == {":?"}


def test_entrypoint_is_accepted_by_the_shell_that_runs_it() -> None:
    for script in ("docker/entrypoint", "run"):
        subprocess.run(["dash", "-n", ROOT / script], check=True)


def test_proxies_of_the_compose_network_are_trusted() -> None:
    subnet = re.search(r"subnet: (\S+?)}", COMPOSE)
    trusted = re.search(r"TRUSTED_PROXIES: \$\{TRUSTED_PROXIES:-(\S+)\}", COMPOSE)
    assert subnet is not None
    assert trusted is not None
    # The health check asks from loopback as if behind a proxy.
    assert trusted[1].split(",") == ["127.0.0.0/8", subnet[1]]
