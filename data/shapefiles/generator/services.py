"""Where residents are served: party-service centres, deputies' houses, contact stations, governance centres."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from district import District
from people import Buildings
from plane import Floats, Ints, distances_m, to_plane
from sources import DISTRICT_CODE, DISTRICT_NAME

COMMUNITY_SERVICE_CENTRES, CONTACT_STATIONS = 306, 191


@dataclass(frozen=True)
class Kind:
    """A kind of service point: the letters of its codes, its name, when it is open and what it offers."""

    key: str
    letters: str
    name: str
    hours: tuple[str, ...]
    offers: tuple[str, ...]


SERVICE_CENTRE = Kind(
    "service_centre",
    "PS",
    "党群服务中心",
    ("Mo-Fr 08:30-17:00", "Mo-Sa 08:30-17:30", "Mo-Su 08:30-20:00"),
    ("政策咨询", "社保医保", "老年餐桌", "托育", "图书阅览", "志愿服务", "法律援助", "就业登记", "文体活动"),
)
DEPUTIES_HOUSE = Kind(
    "deputies_house", "DH", "代表之家", ("Mo-Fr 09:00-16:30",), ("代表接待", "意见收集", "议案办理反馈")
)
CONTACT_STATION = Kind(
    "contact_station",
    "CS",
    "联络站",
    ("We 09:00-11:30", "Tu,Th 14:00-16:30", "Fr 09:00-16:30"),
    ("代表接待", "意见收集", "邻里议事"),
)
GOVERNANCE_CENTRE = Kind(
    "governance_centre",
    "GC",
    "治理中心",
    ("Mo-Fr 08:30-17:00", "Mo-Su 08:00-20:00"),
    ("矛盾调解", "信访接待", "事项受理", "网格调度", "法律咨询", "心理疏导"),
)


@dataclass(frozen=True)
class ServicePoint:
    """One service point in a building."""

    code: str
    kind: str
    name: str
    address: str
    hours: str
    offers: str
    lon: float
    lat: float


class _Opening:
    """Opens service points in the buildings that fit."""

    def __init__(self, district: District, buildings: Buildings) -> None:
        self._district, self._buildings = district, buildings
        self._rng = np.random.default_rng([71])
        self._places_m = to_plane(buildings.lonlat)
        self._public = np.array([kind in ("public", "shops") for kind in buildings.kinds])
        self._community = district.community_of_grid[buildings.grid]
        self.points: list[ServicePoint] = []

    def in_community(self, kind: Kind, index: int) -> None:
        community = self._district.communities[index]
        middle = shapely.get_coordinates(shapely.centroid(self._district.community_polygons[index]))
        inside = np.flatnonzero(self._community == index)
        self._open(kind, community.code, community.name, self._nearest(inside, to_plane(middle)[0]))

    def in_street(self, kind: Kind, index: int) -> None:
        street = self._district.streets[index]
        self._open(kind, street.code, street.name, self._nearest(self._of_street(index), self._office(index)))

    def in_district(self, kind: Kind, seat: int) -> None:
        members = self._of_street(seat)
        taken = {(point.lon, point.lat) for point in self.points}
        free = np.array([tuple(self._buildings.lonlat[k]) not in taken for k in members])
        nearest = self._nearest(members[free], self._office(seat))
        self._open(kind, DISTRICT_CODE, DISTRICT_NAME, nearest, hours="24/7" if kind is GOVERNANCE_CENTRE else "")

    def _of_street(self, index: int) -> Ints:
        return np.flatnonzero(self._district.street_of_community[self._community] == index)

    def _office(self, index: int) -> Floats:
        street = self._district.streets[index]
        return np.asarray(to_plane(np.array([[street.office_lon, street.office_lat]]))[0])

    def _nearest(self, members: Ints, middle_m: Floats) -> int:
        """The nearest public building or shop, or any building where there is none."""
        fitting = members[self._public[members]]
        members = fitting if len(fitting) else members
        return int(members[np.argmin(distances_m(self._places_m[members], middle_m))])

    def _open(self, kind: Kind, area: str, area_name: str, building: int, hours: str = "") -> None:
        count = min(len(kind.offers), int(self._rng.integers(3, 7)))
        chosen = np.sort(self._rng.permutation(len(kind.offers))[:count])
        lon, lat = self._buildings.lonlat[building].tolist()
        self.points.append(
            ServicePoint(
                code=kind.letters + area,
                kind=kind.key,
                name=area_name + kind.name,
                address=self._buildings.addresses[building],
                hours=hours or kind.hours[int(self._rng.integers(len(kind.hours)))],
                offers=";".join(kind.offers[k] for k in chosen),
                lon=lon,
                lat=lat,
            )
        )


def open_service_points(district: District, buildings: Buildings) -> list[ServicePoint]:
    """All service points by code: the published number of each kind, in made-up places."""
    opening = _Opening(district, buildings)
    order = np.random.default_rng([72])
    communities = len(district.communities)
    for index in range(len(district.streets)):
        for kind in (SERVICE_CENTRE, DEPUTIES_HOUSE, GOVERNANCE_CENTRE):
            opening.in_street(kind, index)
    for index in np.sort(order.permutation(communities)[:COMMUNITY_SERVICE_CENTRES]).tolist():
        opening.in_community(SERVICE_CENTRE, index)
    for index in np.sort(order.permutation(communities)[:CONTACT_STATIONS]).tolist():
        opening.in_community(CONTACT_STATION, index)
    for index in range(communities):
        opening.in_community(GOVERNANCE_CENTRE, index)
    seat = max(range(len(district.streets)), key=lambda k: int((district.street_of_community == k).sum()))
    for kind in (SERVICE_CENTRE, GOVERNANCE_CENTRE):
        opening.in_district(kind, seat)
    return sorted(opening.points, key=lambda point: point.code)
