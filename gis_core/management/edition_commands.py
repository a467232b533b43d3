"""What the commands about editions share: naming them, showing them as a table or as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import pgettext, pgettext_lazy
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from gis_core.dataset_names import dataset_label
from gis_core.enums import ChangeKind, EditionStatus, Severity
from gis_core.errors import CodedError, GisError
from gis_core.loading.read.batches import Progress as Show
from gis_core.loading.read.contents import contents_told
from gis_core.messages import told_text
from gis_core.models import Edition
from gis_core.selectors import edition_difference
from gis_core.services.locks import edition_is_worked_on

# The counts of a report, and what the table calls them.
COUNTS: Final = {
    "rows": pgettext_lazy("table of editions", "rows"),
    "new": ChangeKind.NEW.label,
    "changed": ChangeKind.CHANGED.label,
    "vanished": ChangeKind.VANISHED.label,
    "unchanged": pgettext_lazy("table of editions", "unchanged"),
}
WIDTH = 110


def user_find(name: str | None) -> Any:
    """The user with this name, or None without a name; CommandError for an unknown one."""
    if not name:
        return None
    try:
        return get_user_model().objects.get_by_natural_key(name)
    except get_user_model().DoesNotExist as error:
        raise CommandError(f"no user {name!r}") from error


def edition_find(number: int) -> Edition:
    try:
        return Edition.objects.select_related("jurisdiction").get(pk=number)
    except Edition.DoesNotExist as error:
        raise CommandError(f"no edition {number}") from error


def edition_summary(edition: Edition) -> dict[str, Any]:
    """An edition as JSON: what was loaded, its counts, findings and changes."""
    report = edition.report
    return {
        "edition": edition.pk,
        "jurisdiction": edition.jurisdiction.identifier,
        "dataset": edition.dataset,
        "status": edition.status,
        "killed": _is_killed(edition),
        "source": edition.source,
        "source_name": edition.source_name,
        "profile": edition.profile,
        "as_of": edition.as_of and str(edition.as_of),
        "licence": edition.licence,
        "attribution": edition.attribution,
        "error": {**edition.error, "text": edition.error_text} if edition.error else None,
        **{name: report.get(name, 0) for name in COUNTS},
        # Of a load that was killed nobody wrote a report.
        "rows": report.get("rows", edition.progress.get("rows", 0)),
        "seconds": round(report.get("seconds", 0) + report.get("activation_seconds", 0), 3),
        "checks": [
            {
                "code": check.code,
                "severity": check.severity,
                "count": check.count,
                "params": check.params,
                "message": check.message,
            }
            for check in edition.checks.all()
        ],
        "contents": report.get("contents", []),
        "faults": [
            {**one, "text": told_text(one)}
            for one in (*report.get("faults", []), *report.get("unknown", []))
        ],
        "left_out": report.get("left_out", {}),
        "difference": edition_difference(edition).as_json(),
        "notes": [
            {**(note if isinstance(note, dict) else {}), "text": told_text(note)}
            for note in report.get("notes", [])
        ],
    }


def _is_killed(edition: Edition) -> bool:
    """Whether the load was begun and nobody goes on with it."""
    return (
        edition.status == EditionStatus.LOADING
        and bool(edition.progress)
        and not edition_is_worked_on(edition)
    )


def error_json(error: Exception) -> dict[str, Any]:
    """Code and parameters where the error has them, and words."""
    told = error.told.as_json() if isinstance(error, CodedError) else {}
    return {**told, "text": shown_text(error)}


def shown_text(error: Exception) -> str:
    return error.shown() if isinstance(error, GisError) else str(error)


def editions_show(
    command: BaseCommand,
    editions: list[Edition],
    title: str,
    as_json: bool,
    failure: Exception | None = None,
) -> None:
    """The editions on standard output: one JSON object a line, or a table with findings below.

    In JSON a `failure` is the error of the last edition, or all there is to tell.
    """
    summaries = [edition_summary(edition) for edition in editions]
    if as_json:
        if failure is not None:
            summaries = summaries or [{}]
            summaries[-1]["error"] = error_json(failure)
        for values in summaries:
            command.stdout.write(json.dumps(values, ensure_ascii=False))
        return
    if not summaries:
        return
    table = Table(title=title)
    for heading in (
        pgettext("table of editions", "edition"),
        pgettext("table of editions", "dataset"),
        pgettext("table of editions", "status"),
    ):
        table.add_column(heading)
    for counted in (*COUNTS.values(), pgettext("table of editions", "seconds")):
        table.add_column(str(counted), justify="right")
    for values in summaries:
        numbers = [f"{values[name]:,}" for name in COUNTS]
        seconds = f"{values['seconds']:.2f}"
        table.add_row(
            str(values["edition"]),
            _named(values),
            str(EditionStatus(values["status"]).label),
            *numbers,
            seconds,
        )
    console = Console(width=WIDTH)
    with console.capture() as capture:
        console.print(table)
        for values in summaries:
            for line in _lines(values):
                console.print(f"{_named(values)}: {line}", markup=False, highlight=False)
    command.stdout.write(capture.get())


def _named(values: dict[str, Any]) -> str:
    return ", ".join(filter(None, [dataset_label(values["dataset"]), values["source_name"]]))


def _lines(values: dict[str, Any]) -> Iterator[str]:
    if values["killed"]:
        told = pgettext("edition", "killed, resume with %(command)s")
        yield told % {"command": f"./run manage load_geodata --resume {values['edition']}"}
    if values["error"]:
        yield f"{EditionStatus.FAILED.label}: {values['error']['text']}"
    yield from (fault["text"] for fault in values["faults"])
    for check in values["checks"]:
        severity = Severity(check["severity"]).label
        yield f"{severity}: {check['code']} ({check['count']:,}): {check['message']}"
    yield from contents_told(values["contents"], values["left_out"])
    elsewhere = pgettext("cadastral district", "elsewhere")
    for district, kinds in values["difference"]["districts"].items():
        named = ", ".join(f"{count:,} {ChangeKind(kind).label}" for kind, count in kinds.items())
        yield f"{district or elsewhere}: {named}"
    yield from (note["text"] for note in values["notes"])


@contextmanager
def progress_bar() -> Iterator[Progress]:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        yield bar


def shown_on(bar: Progress, name: str) -> Show:
    """A progress function that shows a step of the bar."""
    task = bar.add_task(name, total=None)

    def show(file: str, features: int) -> None:
        bar.update(task, description=f"{name}: {file} {features:,}")

    return show


class EditionCommand(BaseCommand):
    """A command about one edition; `act` does it and returns what is to be shown."""

    by_whom = True

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("edition", type=int, help="number of the edition")
        parser.add_argument("--json", action="store_true", help="a JSON object instead of a table")
        if self.by_whom:
            parser.add_argument("--user", help="name of the user who does it")

    def handle(self, *args: Any, **options: Any) -> None:
        editions: list[Edition] = []
        try:
            edition = edition_find(options["edition"])
            editions.append(edition)
            options["by"] = user_find(options.get("user"))
            with progress_bar() as bar:
                shown_on(bar, edition.dataset)(edition.status, edition.report.get("rows", 0))
                shown = self.act(edition, options)
        except (GisError, CommandError) as error:
            if options["json"]:
                editions_show(self, editions, "", as_json=True, failure=error)
            raise CommandError(shown_text(error)) from error
        shown.refresh_from_db()
        editions_show(self, [shown], edition.jurisdiction.name, options["json"])

    def act(self, edition: Edition, options: dict[str, Any]) -> Edition:
        raise NotImplementedError
