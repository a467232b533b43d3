"""The script `run`: its functions driven in temporary places, without installing or starting a server."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from config.logs import LOG_MAX_BYTES, LOGS_KEPT

ROOT = Path(__file__).resolve().parents[2]


def shell(script: str, *, root: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs lines of shell with the script's functions at hand and `root` as the checkout."""
    lines = f". {shlex.quote(str(ROOT / 'run'))}; places {shlex.quote(str(root))}; {script}"
    return subprocess.run(
        ["dash", "-c", lines],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": os.environ["PATH"], **environment},
        timeout=60,
    )


def told(script: str, *, root: Path, **environment: str) -> str:
    done = shell(script, root=root, **environment)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_help_names_every_command() -> None:
    text = subprocess.run(
        [ROOT / "run", "--help"], capture_output=True, text=True, check=True
    ).stdout
    for command in ("demo", "test", "setup", "dev", "check", "bench", "mutate", "manage", "stop"):
        assert f"\n  {command} " in text


def test_unknown_command_is_a_usage_error() -> None:
    done = subprocess.run([ROOT / "run", "danse"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "Usage:" in done.stderr


def test_socket_directory_of_a_short_path_lies_under_var(tmp_path: Path) -> None:
    assert told("socket_directory /srv/flurpost/var/run/sockets", root=tmp_path) == (
        "/srv/flurpost/var/run/sockets"
    )


@pytest.mark.parametrize(("length", "moved"), [(92, False), (93, True)])
def test_socket_directory_at_the_limit_of_a_socket_path(
    tmp_path: Path, length: int, moved: bool
) -> None:
    directory = "/" + "d" * (length - 1)
    chosen = told(f"socket_directory {directory}", root=tmp_path)
    assert (chosen != directory) is moved
    assert len(f"{chosen}/.s.PGSQL.5432") <= 107


@pytest.mark.parametrize("path", ["/srv/a b/sockets", "/srv/größe/sockets", "/srv/a%20b/sockets"])
def test_socket_directory_with_letters_that_addresses_escape_is_elsewhere(
    tmp_path: Path, path: str
) -> None:
    chosen = told(f"socket_directory '{path}'", root=tmp_path)
    assert not chosen.startswith("/srv")


@pytest.mark.parametrize(
    ("database", "redis", "own"),
    [
        ("", "", "postgres redis"),
        ("$OWN_DATABASE/flurpost", "$OWN_REDIS", "postgres redis"),
        ("$OWN_DATABASE/mine", "", "postgres redis"),
        ("postgis://elsewhere/flurpost", "", "redis"),
        ("", "redis://elsewhere", "postgres"),
    ],
)
def test_own_servers_are_started_unless_others_are_named(
    tmp_path: Path, database: str, redis: str, own: str
) -> None:
    script = f"DATABASE_URL={database} REDIS_URL={redis}; ! own_postgres || printf 'postgres ';"
    assert told(f"{script} ! own_redis || echo redis", root=tmp_path) == own


def test_private_directory_of_somebody_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "target").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "target")
    done = shell(f"SYSTEM_USER=; private_directory {tmp_path}/link", root=tmp_path)
    assert done.returncode == 1
    assert "somebody else" in done.stderr


def test_packages_missing_without_the_right_are_named(tmp_path: Path) -> None:
    # Neither root nor sudo, and two packages missing: said, not tried.
    done = shell(
        "id() { echo 1000; }; have() { case $1 in sudo | lighttpd | msgfmt) return 1 ;; esac; };"
        " packages run",
        root=tmp_path,
        DATABASE_URL="postgis://elsewhere/flurpost",
        REDIS_URL="redis://elsewhere",
    )
    assert done.returncode == 1
    assert "needs root or sudo" in done.stderr
    assert "lighttpd gettext" in done.stderr


def test_packages_for_servers_elsewhere_do_not_include_servers(tmp_path: Path) -> None:
    script = "have() { return 1; }; postgres_version() { :; }; packages_missing run"
    own = told(script, root=tmp_path).split()
    elsewhere = told(script, root=tmp_path, DATABASE_URL="postgis://a/b", REDIS_URL="redis://c")
    assert set(own) - set(elsewhere.split()) == {"postgresql-postgis", "redis-server"}


@pytest.mark.parametrize(
    ("level", "more"),
    [
        ("work", {"shellcheck"}),
        ("test", {"shellcheck", "chromium", "qgis-server", "dovecot-imapd"}),
    ],
)
def test_packages_for_developers_include_their_tools(
    tmp_path: Path, level: str, more: set[str]
) -> None:
    script = "have() { return 1; };"
    run = told(f"{script} packages_missing run", root=tmp_path).split()
    developer = told(f"{script} packages_missing {level}", root=tmp_path).split()
    assert set(developer) - set(run) == more


CHECK = """
check_wanted= check_known= check_failed=
part one echo a
part two false
part three echo c
echo "failed:$check_failed"
"""


def test_part_that_fails_does_not_keep_the_others_from_running(tmp_path: Path) -> None:
    said = ["--- one", "a", "--- two", "--- three", "c", "failed: two"]
    assert told(CHECK, root=tmp_path).splitlines() == said


def test_part_that_was_not_asked_for_is_passed_over(tmp_path: Path) -> None:
    asked = CHECK.replace("check_wanted=", "check_wanted='one three'")
    assert told(asked, root=tmp_path).splitlines() == ["--- one", "a", "--- three", "c", "failed:"]


def test_check_with_a_failing_part_fails_and_names_it(tmp_path: Path) -> None:
    done = shell("PYTHON=true; VAR=/nowhere; manage() { false; }; check django", root=tmp_path)
    assert done.returncode == 1
    assert done.stderr == "run: check failed: django\n"


def test_check_of_an_unknown_part_is_an_error_that_names_the_parts(tmp_path: Path) -> None:
    done = shell("check danse", root=tmp_path)
    assert done.returncode == 1
    assert re.search(r"named danse, but: format .* licences$", done.stderr)


def test_check_of_shell_scripts_sees_a_fault_in_any_of_them(tmp_path: Path) -> None:
    for name in ("docker", ".ci"):
        (tmp_path / name).mkdir()
    (tmp_path / "run").write_text("#!/bin/sh\necho sound\n")
    (tmp_path / "docker/entrypoint").write_text("#!/bin/sh\necho sound\n")
    (tmp_path / ".ci/run").write_text("#!/bin/bash\necho $1\n")
    (tmp_path / "docker/Dockerfile").write_text("FROM scratch\n")
    done = shell(f"cd {tmp_path}; check_shell", root=tmp_path)
    assert done.returncode != 0
    assert ".ci/run line 2" in done.stdout
    assert "docker" not in done.stdout


def test_stop_ends_what_was_started(tmp_path: Path) -> None:
    told("process_start sleeper sleep 60", root=tmp_path)
    assert told("process_alive sleeper >/dev/null && stop", root=tmp_path) == "stopped sleeper"
    assert shell("process_alive sleeper", root=tmp_path).returncode == 1


def test_stop_with_a_reused_number_leaves_the_stranger(tmp_path: Path) -> None:
    with subprocess.Popen(["sleep", "60"]) as stranger:
        told("true", root=tmp_path)
        (tmp_path / "var/run/web.pid").write_text(f"{stranger.pid} another-boot-12345\n")
        assert told("stop", root=tmp_path) == ""
        assert stranger.poll() is None
        stranger.kill()
    assert not (tmp_path / "var/run/web.pid").exists()


def test_process_marks_of_shell_and_python_are_the_same(tmp_path: Path) -> None:
    script = (
        f"cd {shlex.quote(str(ROOT))}; mark=$(process_mark $$);"
        f" {sys.executable} -c 'import sys; from config.processes import process_mark as m;"
        ' print(m(int(sys.argv[1])) == sys.argv[2])\' $$ "$mark"'
    )
    names = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "DJANGO_SETTINGS_MODULE")
    environment = {name: os.environ[name] for name in names if name in os.environ}
    assert told(script, root=tmp_path, **environment) == "True"


def test_postgres_lock_of_a_stranger_is_removed(tmp_path: Path) -> None:
    # A crash leaves the file; after a reboot its number is some other process's.
    told(
        "mkdir -p $STATE/postgres $SOCKETS; echo $$ >$STATE/postgres/postmaster.pid", root=tmp_path
    )
    found = "postgres_unlock; test ! -e $STATE/postgres/postmaster.pid && echo gone"
    lock = "echo 1 >$STATE/postgres/postmaster.pid"
    assert told(f"{lock}; {found}", root=tmp_path) == "gone"


def modes(folder: Path) -> dict[str, str]:
    own = [path for path in folder.iterdir() if not path.is_symlink()]
    return {path.name: f"{path.stat().st_mode & 0o777:o}" for path in own}


def test_var_is_closed_to_others(tmp_path: Path) -> None:
    told("umask 027; process_start quick true; mkdir -p $VAR/media", root=tmp_path)
    assert f"{(tmp_path / 'var').stat().st_mode & 0o007:o}" == "0"
    assert modes(tmp_path / "var/log") == {"quick.log": "640"}
    assert not any(
        int(mode, 8) & 0o007 for name, mode in modes(tmp_path / "var").items() if name != "stamps"
    )


def test_var_of_an_earlier_version_is_closed(tmp_path: Path) -> None:
    (tmp_path / "var/log").mkdir(parents=True)
    (tmp_path / "var/log/web.log").write_text("old\n")
    for path in (tmp_path / "var", tmp_path / "var/log"):
        path.chmod(0o755)
    (tmp_path / "var/log/web.log").chmod(0o644)
    told("log_rotate $VAR/log/web.log", root=tmp_path)
    assert (tmp_path / "var").stat().st_mode & 0o777 == 0o750
    assert modes(tmp_path / "var/log") == {"web.log": "640"}
    assert (tmp_path / "var/log/web.log").read_text() == "old\n"


@pytest.mark.parametrize(
    ("size", "moved"), [(10 * 1024 * 1024, False), (10 * 1024 * 1024 + 1, True)]
)
def test_log_that_is_large_moves_aside_at_start(tmp_path: Path, size: int, moved: bool) -> None:
    told("true", root=tmp_path)
    log = tmp_path / "var/log/web.log"
    (tmp_path / "var/log/web.log.1").write_text("older")
    with log.open("wb") as file:
        file.truncate(size)
    told("log_rotate $VAR/log/web.log", root=tmp_path)
    assert (log.stat().st_size == 0) is moved
    if moved:
        assert (tmp_path / "var/log/web.log.2").read_text() == "older"


def test_limits_of_logs_are_the_same_in_shell_and_program() -> None:
    assert f"-gt {LOG_MAX_BYTES} ]" in (ROOT / "run").read_text()
    assert (
        f"for rotate_number in {' '.join(str(n) for n in range(LOGS_KEPT - 1, 0, -1))};"
        in (ROOT / "run").read_text()
    )


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has a user of the servers apart")
def test_user_of_the_servers_reaches_its_directories_as_root(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    for parent in tmp_path.parents:
        if parent.stat().st_mode & 0o001 == 0:
            pytest.skip("the temporary directory is closed to the servers' user")
    told("private_directory $SOCKETS; as_server touch $SOCKETS/x", root=tmp_path)
    assert told("echo $STATE", root=tmp_path) == str(tmp_path / "var")


def test_stamped_runs_once_for_one_content(tmp_path: Path) -> None:
    script = "for lock in a a b b; do stamped lock $lock echo ran; done"
    assert told(script, root=tmp_path) == "ran\nran"


@pytest.mark.parametrize(
    ("levels", "installed"),
    [
        ("run", ["--omit=dev"]),
        ("run run", ["--omit=dev"]),
        ("run work", ["--omit=dev", "--include=dev"]),
        ("work run", ["--include=dev"]),
        ("work test run", ["--include=dev"]),
    ],
)
def test_assets_of_an_installation_hold_no_tools(
    tmp_path: Path, levels: str, installed: list[str]
) -> None:
    (tmp_path / "mapui/node_modules").mkdir(parents=True)
    for name in ("package.json", "package-lock.json", ".npmrc"):
        (tmp_path / "mapui" / name).touch()
    script = f"node_run() {{ echo $3; }}; for level in {levels}; do assets $level; done"
    assert told(script, root=tmp_path).split() == installed


def test_stamped_does_not_remember_a_failure(tmp_path: Path) -> None:
    assert shell("stamped lock a false", root=tmp_path).returncode == 1
    assert told("stamped lock a echo again", root=tmp_path) == "again"


def test_step_that_fails_shows_its_output_and_stops(tmp_path: Path) -> None:
    done = shell(
        "broken() { echo the reason; false; echo not here; }; step Work broken", root=tmp_path
    )
    assert done.returncode == 1
    assert "the reason" in done.stderr
    assert "not here" not in done.stderr
    assert "var/log/setup.log" in done.stderr
