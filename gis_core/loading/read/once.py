"""Objects that a source holds twice: a house as a point and as a building, a shop with the address of its house."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import shapely

from gis_core.coordinates import positions_stored
from gis_core.errors import CoordinateError
from gis_core.loading.read.batches import Batch, LoadReport
from gis_core.loading.read.profiles import Profile

_NAMED: Final = 20
_POINT: Final = int(shapely.GeometryType.POINT)


class Once:
    """Of objects with the same values near to each other the first one stays, by the profile's `once`.

    Where both have a value of its `unless` (a postcode) and these differ, they are two.
    """

    def __init__(self) -> None:
        self.places: dict[tuple[str, ...], list[tuple[list[float], Any]]] = {}
        self.count = 0
        self.names: list[str] = []

    def apply(self, profile: Profile, batch: Batch) -> Batch:
        """The batch (points) without what came already; what lacks one of the values stays."""
        if not profile.once or batch.geometry is None or batch.crs is None:
            return batch
        is_point = shapely.get_type_id(batch.geometry) == _POINT
        rows = np.flatnonzero(is_point & ~shapely.is_empty(batch.geometry))
        try:
            places = positions_stored(shapely.get_coordinates(batch.geometry[rows]), batch.crs)
        except CoordinateError:
            # That is told where they are made ready for storage.
            return batch
        stays = [True] * len(batch.features)
        apart = batch.columns.get(profile.once.get("unless", ""), [None] * len(stays))
        for row, place in zip(rows.tolist(), places.tolist(), strict=True):
            values = [batch.columns[column][row] for column in profile.once["columns"]]
            stays[row] = not all(values) or self._is_first(
                values, place, apart[row], profile.once["metres"]
            )
            if not stays[row]:
                self.count += 1
                self.names += [" ".join(map(str, values))][: _NAMED - len(self.names)]
        return batch.keep(stays)

    def tell(self, report: LoadReport) -> None:
        """What was taken once, when all is read."""
        if self.count:
            report.named["taken_once"] = {"count": self.count, "names": self.names}

    def _is_first(self, values: list[Any], place: list[float], apart: Any, metres: float) -> bool:
        known = self.places.setdefault(tuple(str(value).casefold() for value in values), [])
        for (x, y), other in known:
            is_near = np.hypot(x - place[0], y - place[1]) <= metres
            if is_near and not (apart and other and apart != other):
                return False
        known.append((place, apart))
        return True
