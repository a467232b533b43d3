"""The index of decisions on record is complete and says what the records say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "docs/adr"
FILES = sorted(path for path in FOLDER.glob("*.md") if path.name != "README.md")
HEAD = re.compile(
    r"# (?P<number>\d+)\. (?P<title>.+)\n\n"
    r"Status: (?P<status>proposed|accepted|rejected|superseded by \d+) · Date: (?P<date>\d{4}-\d\d-\d\d)\n\n"
)
ROW = re.compile(
    r"^\| (\d+) \| \[(.+)\]\((\d{4}-[a-z0-9-]+\.md)\) \| (.+) \| (\d{4}-\d\d-\d\d) \|$",
    re.MULTILINE,
)


def rows() -> list[tuple[str, ...]]:
    return [match.groups() for match in ROW.finditer((FOLDER / "README.md").read_text("utf-8"))]


def record(path: Path) -> tuple[str, ...]:
    """The row that the index should hold for a record."""
    head = HEAD.match(path.read_text("utf-8"))
    assert head is not None, f"{path.name} does not begin with title, status and date"
    return head["number"], head["title"], path.name, head["status"], head["date"]


def test_index_holds_what_the_records_say() -> None:
    assert rows() == [record(path) for path in FILES]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_record_has_the_number_of_its_file(path: Path) -> None:
    assert path.name.startswith(f"{int(record(path)[0]):04}-")


def test_records_have_consecutive_numbers_from_two() -> None:
    numbers = [int(row[0]) for row in rows()]
    assert numbers == list(range(2, 2 + len(numbers)))


def test_record_that_is_superseded_names_one_that_exists() -> None:
    numbers = {row[0] for row in rows()}
    successors = {
        status.removeprefix("superseded by ")
        for _, _, _, status, _ in rows()
        if status.startswith("superseded by ")
    }
    assert successors <= numbers
