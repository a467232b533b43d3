"""Of which municipality a row is, where a source tells its key (AGS) in a column or in parts. The rows of others are
left out and counted. A source whose rows all have one other key keeps them, with a finding: the key may have changed,
or it is a neighbour's own file. One with several other keys and not the own one is an error."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator, Iterable
from contextlib import closing
from dataclasses import replace
from typing import Any, Final

from gis_core.datasets import DatasetSpec
from gis_core.errors import LoadError
from gis_core.loading.read.batches import Batch, LoadReport
from gis_core.loading.read.cut import Cut
from gis_core.loading.read.extent import ExtentCheck
from gis_core.loading.read.profiles import KEY_COLUMN, Profile
from gis_core.models import Jurisdiction

# What registers call the key, whole or with the four digits of the association of municipalities in it (ARS).
_WHOLE: Final = (
    *("ags", "ags_gem", "gem_ags", "gemeinde_ags", "gemeindeschluessel", "gemeindeschlüssel"),
    *("gemeindekennziffer", "gemeindekennzahl", "gmdschl", "ars", "regionalschluessel"),
)
# Or in parts: Land, Regierungsbezirk, Kreis, municipality, of so many digits.
_PARTS: Final = ("landschl", "regbezschl", "kreisschl", "gmdschl")
_DIGITS: Final = (2, 1, 2, 3)
_AGS: Final = 8
_ARS: Final = 12
_NAMED: Final = 3

Again = Callable[[], Generator[tuple[Profile, Batch], None, None]]


def keys_read(profile: Profile, spec: DatasetSpec) -> Profile:
    """The profile with columns for the key of the municipality.

    Without them where municipalities are the very objects, where objects lead out of one, and for OpenStreetMap.
    """
    if profile.object_id or profile.layers_together or (spec.is_wide and not profile.municipality):
        return profile
    names = profile.municipality or dict.fromkeys((*_WHOLE, *_PARTS))
    return replace(
        profile, columns={**profile.columns, **{f"{KEY_COLUMN}{name}": [name] for name in names}}
    )


def others_left_out(jurisdiction: Jurisdiction) -> str:
    """Under which name LoadReport.left_out counts the rows of other municipalities."""
    return f"municipality ≠ {jurisdiction.municipality_key}"


class OwnRows:
    """The rows of the municipality: by the key where the profile names its columns or nobody drew the boundary, else
    by the boundary. Unless the profile names them, a row without a key stays."""

    def __init__(self, spec: DatasetSpec, jurisdiction: Jurisdiction, report: LoadReport) -> None:
        self.own, self.left_out = jurisdiction.municipality_key, others_left_out(jurisdiction)
        self.name, self.report = jurisdiction.name, report
        self.extent, self.cut = ExtentCheck(spec, jurisdiction), Cut(spec, jurisdiction)
        self.is_decided = self.is_other = False
        self.stay, self.others = 0, Counter[str]()

    def take(self, profile: Profile, batch: Batch, again: Again) -> Batch:
        """The batch without rows of others. `again` reads all from the beginning."""
        keys = _keys(profile, batch)
        if any(keys):
            self._decide(keys, again)
            rows = [key == self.own or not (key or profile.municipality) for key in keys]
            self.others.update(key for key in keys if key not in {"", self.own})
            if not all(rows) and (profile.municipality or self.cut.area is None):
                self.report.left_out[self.left_out] += rows.count(False)
                batch = batch.keep(rows)
        else:
            rows = [True] * len(keys)
        self.stay += rows.count(True)
        if profile.municipality and any(keys) and not self.is_other:
            self.extent.check(batch)
            return batch
        self.extent.check(batch, is_cut=self.cut.area is not None)
        return self.cut.apply(batch)

    def _decide(self, keys: list[str], again: Again) -> None:
        """By the first rows with a key: where all rows of the sources have one other key, that one counts."""
        if self.is_decided:
            return
        self.is_decided = True
        found = set(keys)
        if self.own in found or len(found) > 1:
            return
        with closing(again()) as batches:
            for profile, batch in batches:
                found.update(_keys(profile, batch))
                if len(found) > 1:
                    return
        [self.own] = found
        self.is_other = True

    def finish(self, files: str) -> None:
        """Tells what was left out. LoadError where the rows have several keys, and none the own one."""
        self.cut.tell(self.report)
        if self.is_other:
            self.report.named["municipality_other"] = {"count": self.stay, "names": [self.own]}
        if self.others and not self.stay:
            found = [key for key, _count in self.others.most_common(_NAMED)]
            raise LoadError(
                "municipality_missing", file=files, key=self.own, name=self.name, found=found
            )


def _keys(profile: Profile, batch: Batch) -> list[str]:
    """The key of each row, "" where it tells none."""
    told = {
        name.removeprefix(KEY_COLUMN): _texts(values)
        for name, values in batch.columns.items()
        if name.startswith(KEY_COLUMN)
    }
    rows = len(batch.features)
    if profile.municipality:
        return _joined(told, profile.municipality, rows)
    found = [""] * rows
    for name in _WHOLE:
        for row, text in enumerate(told.get(name, ())):
            found[row] = found[row] or _whole(text)
    parts = _joined(told, _PARTS, rows)
    return [
        key or (part if len(part) == _AGS else "") for key, part in zip(found, parts, strict=True)
    ]


def _joined(told: dict[str, list[str]], names: Iterable[str], rows: int) -> list[str]:
    parts = [told.get(name, [""] * rows) for name in names]
    digits = _DIGITS if len(parts) == len(_DIGITS) else (0,) * len(parts)
    return [
        "".join(text.zfill(most) for text, most in zip(row, digits, strict=True))
        if all(row)
        else ""
        for row in zip(*parts, strict=True)
    ]


def _texts(values: list[Any]) -> list[str]:
    """As registers write them; numbers have lost their first zero."""
    return ["" if value is None else str(value).strip().removesuffix(".0") for value in values]


def _whole(text: str) -> str:
    """The AGS of an AGS or ARS; "" for what is neither."""
    if not (text.isascii() and text.isdigit()):
        return ""
    if len(text) in {_AGS - 1, _AGS}:
        return text.zfill(_AGS)
    if len(text) in {_ARS - 1, _ARS}:
        whole = text.zfill(_ARS)
        return whole[:5] + whole[-3:]
    return ""
