"""Tables that people open in a spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import Any

import xlsxwriter
from django.http import HttpResponse

from gis_core.services.exports import cell_safe


def csv_respond(name: str, head: Sequence[str], rows: Iterable[Sequence[Any]]) -> HttpResponse:
    """`;` between cells, UTF-8 with the mark by which Excel knows it, to be stored as `name`."""
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response.write("\ufeff")
    writer = csv.writer(response, delimiter=";", lineterminator="\n")
    for row in filter(None, (head, *rows)):
        writer.writerow([cell_safe(value) for value in row])
    return response


def xlsx_respond(name: str, head: Sequence[str], rows: Iterable[Sequence[Any]]) -> HttpResponse:
    """One sheet with a fixed head and a filter."""
    file = BytesIO()
    with xlsxwriter.Workbook(
        file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    ) as book:
        sheet, bold = book.add_worksheet(), book.add_format({"bold": True})
        sheet.write_row(0, 0, [cell_safe(value) for value in head], bold)
        last = 0
        for last, row in enumerate(rows, start=1):
            sheet.write_row(last, 0, [cell_safe(value) for value in row])
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, last, len(head) - 1)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    response = HttpResponse(file.getvalue(), content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
