"""Made-up addresses: real names of streets and villages, invented road names out of neutral words."""

from __future__ import annotations

import numpy as np
from district import District
from plane import Ints

_WORDS = (
    "和平光明春风海滨东升长青建设新华团结友好幸福平安安康文化青年朝阳星海金海银海碧海"
    "滨河临港港湾晨光春晖秋月松林梧桐银杏樱花槐荫杨柳丹枫翠竹芳草百花果园丰收稻香麦浪"
    "红旗前进兴业工业科技创新学府书香体育迎宾站北桥南河东城西北山南坡望海观澜云霞晴川"
)
_ROADS = [_WORDS[k : k + 2] + suffix for suffix in "路街巷" for k in range(0, len(_WORDS), 2)]
_GRIDS_PER_ROAD = 6
_COMPOUND = 6  # buildings behind one number of a road


def addresses(district: District, grid: Ints, kinds: list[str]) -> list[str]:
    """The address of every building, in the buildings' order; none occurs twice."""
    village = [district.communities[k].kind == "village" for k in district.community_of_grid]
    roads = _roads(district)
    last: dict[str, int] = {}
    inside: dict[str, tuple[str, int]] = {}
    found = []
    for place, kind in zip(grid.tolist(), kinds, strict=True):
        if village[place] and kind != "works":
            found.append(_in_village(district, place, last))
        else:
            found.append(_on_road(roads[place], kind, last, inside, place))
    return found


def _roads(district: District) -> list[str]:
    """The road of every grid, with its street in front; neighbours in number share a road."""
    street = district.street_of_community[district.community_of_grid]
    roads = [""] * len(street)
    for index, owner in enumerate(district.streets):
        order = np.random.default_rng([61, index]).permutation(len(_ROADS))
        for position, place in enumerate(np.flatnonzero(street == index).tolist()):
            roads[place] = owner.name + _ROADS[order[position // _GRIDS_PER_ROAD]]
    return roads


def _next(counter: dict[str, int], key: str) -> int:
    counter[key] = counter.get(key, 0) + 1
    return counter[key]


def _in_village(district: District, place: int, last: dict[str, int]) -> str:
    community = district.communities[district.community_of_grid[place]]
    street = district.streets[district.street_of_community[district.community_of_grid[place]]]
    group = f"{street.name}{community.name}{int(district.codes[place][12:])}组"
    return f"{group}{_next(last, group)}号"


def _on_road(road: str, kind: str, last: dict[str, int], inside: dict[str, tuple[str, int]], place: int) -> str:
    if kind != "apartments":
        return f"{road}{_next(last, road)}号"
    key = f"{road}/{place}"
    number, houses = inside.get(key, ("", _COMPOUND))
    if houses == _COMPOUND:
        number, houses = f"{road}{_next(last, road)}号", 0
    inside[key] = (number, houses + 1)
    return f"{number}{houses + 1}号楼"
