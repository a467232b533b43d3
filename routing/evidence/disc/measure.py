"""A report's disc as a few spots: each is alike in all that a rule can ask, and one place stands for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np

from routing.engine.facts import REACH_M
from routing.engine.levels import CROSSED_USES
from routing.evidence.disc.cover import GAP_M, Block, Cover, cover, layings
from routing.evidence.disc.nearby import (
    ADJOINING_REACH_M,
    Assets,
    adjoining_owners,
    assets_near,
)
from routing.evidence.disc.patches import Patch, patch_of
from routing.evidence.disc.places import CENTRE_ONLY, PLACES, UNIT_DISC, first_place
from routing.evidence.disc.reach import STATES, Reach, sections_in_reach
from routing.evidence.disc.roads import Ways, ways
from routing.evidence.disc.stretches import stretches_find
from routing.evidence.ground import Ground
from routing.evidence.reports import Asks, Report, neighbours
from routing.types import AgreementFact, AssetFact, SectionFact, Situation

# Reports worked out together: enough to pay for the calls, few enough for the processor's cache.
BLOCK_PLACES: Final = 64 * PLACES
BLOCK_REPORTS: Final = 512
ANY_EXTENT: Final = float("inf")


class Spot(NamedTuple):
    """A share of a disc, and the place that stands for it.

    `chosen`: the pair of the road that it is about, or of one that is alike to the rules; -1 for none.

    `bits`: all its places of the disc; 0 where the disc is the reported point alone.
    """

    share: float
    bits: int
    place: int
    patch: Patch
    chosen: int
    adjoining_owner: str


class Measured(NamedTuple):
    """A report's disc; the first spot is that of the reported point. `number`: the report's in `reach`."""

    report: Report
    ground: Ground
    spots: tuple[Spot, ...]
    reach: Reach
    number: int
    assets: Assets | None
    asks: Asks

    def key(self, spot: Spot) -> tuple[Hashable, ...]:
        """All that the rules for the report's category can see of a spot: with the same key they say the same."""
        road: tuple[str, ...] = ()
        if spot.chosen >= 0:
            row = self.ground.section_rows[self.reach.section[spot.chosen]]
            if self.asks.roads is None:
                state = STATES[self.reach.state[spot.chosen, spot.place]]
                road = row.road_class, state, row.cleaning_class, row.owner
            else:
                road = (row.road_class if row.road_class in self.asks.roads else "", row.owner)
        assets = self.assets.at(spot.place) if self.assets else ()
        if len(spot.patch.parcels) > 1 or self._may_have_levels(spot, assets):
            # Such a place can be read in several ways, and by more than its key holds: it stands for itself.
            return self.report.number, spot.place
        return (
            spot.patch.key,
            road,
            spot.adjoining_owner,
            tuple((one.body, one.categories) for one in self._agreements(spot)),
            tuple(
                (one.kind, one.owner, one.note, one.number in self.report.numbers) for one in assets
            ),
            self._arms(spot) if self.asks.arms else (),
        )

    def _may_have_levels(self, spot: Spot, assets: Sequence[AssetFact]) -> bool:
        """Whether `routing.engine.levels` might find several ways on different levels here.

        Without a bridge in the register several roads are on different levels only where a motorway is among them.
        """
        covering = spot.patch.covering
        return (
            (len(covering) > 1 and not covering.isdisjoint(self.ground.motorways))
            or (bool(covering) and spot.patch.usage in CROSSED_USES)
            or any(one.kind == "bridge" for one in assets)
        )

    def _agreements(self, spot: Spot) -> tuple[AgreementFact, ...]:
        """Those that are valid on the report's day."""
        if not spot.patch.agreements:
            return ()
        on = self.report.on.isoformat()
        return tuple(one.fact for one in spot.patch.agreements if one.holds_on(on))

    def _arms(self, spot: Spot) -> tuple[tuple[str, str], ...]:
        """Class and through-road state of what `sections` gives, in its order."""
        cm, state = self.reach.cm, self.reach.state
        rows = self.ground.section_rows
        return tuple(
            (rows[self.reach.section[pair]].road_class, STATES[state[pair, spot.place]])
            for pair in sorted(self._in_sight(spot), key=lambda pair: int(cm[pair, spot.place]))
        )

    def situation(self, spot: Spot) -> Situation:
        """Everything that is known of the place that stands for the spot."""
        return Situation(
            weight=spot.share,
            inside=spot.patch.inside,
            built_up=spot.patch.built_up,
            parcels=spot.patch.parcels,
            sections=self.sections(spot),
            parts=spot.patch.parts,
            assets=self.assets.at(spot.place) if self.assets else (),
            areas=spot.patch.areas,
            agreements=self._agreements(spot),
            adjoining_owner=spot.adjoining_owner,
            places=f"{spot.bits:x}" if spot.bits else "",
        )

    def sections(self, spot: Spot) -> tuple[SectionFact, ...]:
        """The road sections in sight of the spot's place, the nearest first."""
        within = self._in_sight(spot)
        if spot.patch.parcel >= 0:
            stretches_find(
                self.ground, {(self.reach.section[pair], spot.patch.parcel) for pair in within}
            )
        found = [self._section(pair, spot) for pair in within]
        return tuple(sorted(found, key=lambda one: (one.distance, one.key)))

    def _in_sight(self, spot: Spot) -> list[int]:
        """The pairs within reach of the spot's place, by key."""
        begin, end = self.reach.first[self.number], self.reach.first[self.number + 1]
        near = self.reach.cm[begin:end, spot.place] / 100 <= REACH_M
        return [pair for pair, is_near in enumerate(near.tolist(), begin) if is_near]

    def _section(self, pair: int, spot: Spot) -> SectionFact:
        section = self.reach.section[pair]
        row = self.ground.section_rows[section]
        along = float(self.reach.along[pair, spot.place])
        on_parcel = spot.patch.parcel >= 0 and any(
            begin <= along <= end
            for begin, end in self.ground.stretches[section, spot.patch.parcel]
        )
        return SectionFact(
            key=row.key,
            road_class=row.road_class,
            road=row.road,
            name=row.name,
            distance=int(self.reach.cm[pair, spot.place]) / 100,
            station=round(row.start_station + along * row.scale, 1),
            through_road=STATES[int(self.reach.state[pair, spot.place])],
            cleaning_class=row.cleaning_class,
            same_parcel=on_parcel,
            owner=row.owner,
        )


def measured(
    reports: Sequence[Report], ground: Ground, asks: Mapping[str, Asks]
) -> Iterator[Measured]:
    """Each report's disc, in no order; `asks` by category."""
    alike: dict[tuple[bool, bool], list[Report]] = defaultdict(list)
    for one in reports:
        alike[one.radius > 0, asks[one.category].adjoining].append(one)
    for (is_disc, adjoining), some in alike.items():
        places = UNIT_DISC if is_disc else CENTRE_ONLY
        points = [(n, one.x, one.y) for n, one in enumerate(some)]
        size = min(BLOCK_REPORTS, BLOCK_PLACES // len(places))
        for numbers in neighbours(points, size=size, extent=ANY_EXTENT):
            own = [some[n] for n in sorted(numbers)]
            block = Block(
                x=np.array([one.x for one in own]),
                y=np.array([one.y for one in own]),
                radius=np.array([one.radius for one in own]),
                places=places,
            )
            margin = ADJOINING_REACH_M if adjoining else GAP_M
            yield from _block(own, block, ground, [_asks(one, asks) for one in own], margin)


def _asks(report: Report, asks: Mapping[str, Asks]) -> Asks:
    """An answer may be about a road, and of several that are alike to the rules only one stands in the evidence."""
    found = asks[report.category]
    return found._replace(roads=None) if report.clarifications else found


def _block(
    reports: Sequence[Report], block: Block, ground: Ground, asks: Sequence[Asks], margin: float
) -> Iterator[Measured]:
    covered = cover(ground, block, margin)
    patches = [_patches(ground, block, covered, number) for number in range(len(reports))]
    reach = sections_in_reach(ground, block)
    network = ways(ground, block, reach, reports, patches, asks)
    for number, report in enumerate(reports):
        assets = assets_near(ground, block, report)
        owners = [("", block.everywhere)]
        if asks[number].adjoining:
            owners = adjoining_owners(ground, block, covered, number)
        more = assets.differences() if assets else []
        spots = _spots(block, patches[number], network[number], owners, more)
        yield Measured(report, ground, spots, reach, number, assets, asks[number])


def _patches(ground: Ground, block: Block, covered: Cover, number: int) -> list[tuple[int, Patch]]:
    found = []
    for bits, polygons in layings(ground, block, covered, number):
        patch = ground.patches.get(polygons)
        if patch is None:
            east, north = block.places[first_place(bits)].tolist()
            patch = patch_of(
                ground,
                polygons,
                near=covered.polygons_near(number),
                x=float(block.x[number]) + float(block.radius[number]) * east,
                y=float(block.y[number]) + float(block.radius[number]) * north,
            )
        found.append((bits, patch))
    return found


def _spots(
    block: Block,
    patches: Sequence[tuple[int, Patch]],
    network: Ways,
    owners: Sequence[tuple[str, int]],
    more: Sequence[int],
) -> tuple[Spot, ...]:
    parts = [
        (bits & some & others, patch, chosen, owner)
        for bits, patch in patches
        for chosen, some in network.chosen
        for owner, others in owners
        if bits & some & others
    ]
    for splitting in (*network.more, *more):
        parts = [
            (piece, patch, chosen, owner)
            for bits, patch, chosen, owner in parts
            for piece in (bits & splitting, bits & ~splitting)
            if piece
        ]
    parts.sort(key=lambda one: one[0] & -one[0])
    count = len(block.places)
    return tuple(
        Spot(
            share=bits.bit_count() / count,
            bits=bits if count > 1 else 0,
            place=first_place(bits),
            patch=patch,
            chosen=chosen,
            adjoining_owner=owner,
        )
        for bits, patch, chosen, owner in parts
    )
