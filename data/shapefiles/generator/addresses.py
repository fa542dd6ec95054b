"""Made-up addresses: real names of streets and villages, invented road names out of neutral words."""

from __future__ import annotations

import numpy as np
from district import District
from plane import Ints

_WORDS = (
    "和平 光明 春风 海滨 东升 长青 建设 新华 团结 友好 幸福 平安 安康 文化 青年 朝阳 星海 金海 银海 碧海 "
    "滨河 临港 港湾 晨光 春晖 秋月 松林 梧桐 银杏 樱花 槐荫 杨柳 丹枫 翠竹 芳草 百花 果园 丰收 稻香 麦浪 "
    "红旗 前进 兴业 工业 科技 创新 学府 书香 体育 迎宾 站北 桥南 河东 城西 北山 南坡 望海 观澜 云霞 晴川"
).split()
_ROADS = [word + suffix for suffix in ("路", "街", "巷") for word in _WORDS]
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
