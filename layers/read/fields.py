"""Which field of a file means what: as named by the person, else the one field whose name says so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from layers.read.refusals import FieldNeeded
from layers.read.values import text

#: Field names that say what they hold, compared without regard to case.
KNOWN: Mapping[str, tuple[str, ...]] = {
    "code": ("code", "admincode", "adcode", "代码", "编码", "编号", "区划代码", "楼栋编号"),
    "name": ("name", "名称", "名字"),
    "parent": ("parent", "parent_cod", "parent_code", "上级代码", "上级编码"),
    "kind": ("kind", "type", "类型", "类别"),
    "address": ("address", "addr", "地址", "门牌地址"),
    "hours": ("hours", "opening_hours", "开放时间"),
    "offers": ("offers", "services", "服务事项"),
    "households": ("households", "户数"),
    "residents": ("residents", "人口", "人数"),
    "over_60": ("over60", "over_60", "60岁以上"),
    "lon": ("lon", "lng", "long", "longitude", "x", "经度"),
    "lat": ("lat", "latitude", "y", "纬度"),
    "number": ("number", "工号", "人员编号"),
    "role": ("role", "角色", "岗位"),
    "area": ("area", "grid", "网格编码", "网格代码", "区域编码"),
    "rank": ("rank", "a/b角", "ab角"),
    "cap": ("cap", "上限"),
    "shifts": ("shifts", "班次"),
    "valid_from": ("valid_from", "开始日期"),
    "valid_to": ("valid_to", "结束日期"),
    "level": ("level", "层级"),
    "unit": ("unit", "责任单位", "所属单位", "单位"),
}
#: Fields that are joined to one code, and what stands between their values in it.
JOIN, SEPARATOR = "+", "-"
#: What has an option of its own; the fields of all else are named by --map.
OPTIONS = frozenset({"code", "name", "parent"})


def choose_field(
    fields: Iterable[str], meaning: str, given: str | None, *, names: Mapping[str, Sequence[str]] = KNOWN
) -> str | None:
    """The field that holds `meaning`, None when no field's name says so; `names` are those that do, in small letters.

    Raises:
        FieldNeeded: the named field is not there, or several fields could be meant.
    """
    present = list(fields)
    if given is not None:
        if given not in present:
            raise FieldNeeded(
                f"The file has no field {given!r}.", field=meaning, value=given, remedy=f"It has: {_listed(present)}."
            )
        return given
    fitting = [name for name in present if name.lower() in names[meaning]]
    if len(fitting) > 1:
        raise FieldNeeded(
            f"Several fields could be the {meaning}: {_listed(fitting)}.",
            field=meaning,
            remedy=_remedy(meaning),
        )
    return fitting[0] if fitting else None


def require_field(
    fields: Iterable[str], meaning: str, given: str | None, *, names: Mapping[str, Sequence[str]] = KNOWN
) -> str:
    """The field that holds `meaning`; refused when there is none."""
    present = list(fields)
    chosen = choose_field(present, meaning, given, names=names)
    if chosen is None:
        raise FieldNeeded(
            f"No field's name says that it is the {meaning}.",
            field=meaning,
            remedy=f"{_remedy(meaning)} The file has: {_listed(present)}.",
        )
    return chosen


def compound(fields: Mapping[str, NDArray[np.generic]], name: str) -> Iterable[object]:
    """The values of a field, or of several that are joined: 'A+B' gives '12-7' for 12 and 7, '' where one is empty.

    Raises:
        FieldNeeded: one of the joined fields is not there.
    """
    if name in fields or JOIN not in name:
        return fields[require_field(fields, "code", name)]
    parts = [fields[require_field(fields, "code", part)] for part in name.split(JOIN)]
    rows = [[text(value) for value in row] for row in zip(*parts, strict=True)]
    return [SEPARATOR.join(row) if all(row) else "" for row in rows]


def _remedy(meaning: str) -> str:
    if meaning == "code":
        return "Name one: --code FIELD; grids that come without any: --number."
    if meaning in OPTIONS:
        return f"Name one: --{meaning} FIELD."
    return f"Name one: --map {meaning}=FIELD."


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names) or "no fields"
