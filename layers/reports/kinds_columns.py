"""Which column of a table of kinds holds what, by the names that districts give them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from layers.read.columns import ColumnMap, map_columns
from layers.read.ragged import plain_name
from layers.reports.kinds_rows import NEEDED, OPTIONAL

#: The names of columns, as `plain_name` gives them, by field.
WORDS: Mapping[str, tuple[str, ...]] = {
    "code": ("代码", "编码", "小类代码", "小类编码", "部件代码", "事项代码", "事件代码", "类别代码"),
    "name": ("名称", "小类名称", "部件名称", "事项名称", "事件名称", "类别名称"),
    "name_en": ("英文名称",),
    "parent": ("上级代码", "上级编码"),
    "group": ("分组", "是否分组"),
    "level": ("层级", "处置层级", "办结层级"),
    "urgent": ("紧急", "是否紧急"),
    "unit": ("责任单位", "责任部门", "主管部门", "处置部门", "处置单位", "牵头单位"),
    "limit_dispatch": ("派遣时限", "派单时限"),
    "limit_handle": ("处置时限", "处理时限", "办理时限", "处置期限", "时限"),
    "limit_verify": ("核查时限", "核实时限"),
    "filing_standard": ("立案条件", "立案标准"),
    "closing_standard": ("结案条件", "结案标准"),
    "straight": ("直派", "是否直派"),
    "checked": ("立案前核实", "是否核实"),
    "photos": ("照片", "是否需照片", "结案照片"),
    "extra_fields": ("附加字段",),
    "class": ("大类", "大类名称"),
    "class_code": ("大类代码", "大类编码"),
    "range": ("类型", "部件/事项"),
}
#: What is a kind's name where no column is called so.
SECOND_NAME = ("小类",)


def known_names() -> frozenset[str]:
    """Every name a header of such a table may use."""
    return frozenset({*NEEDED, *OPTIONAL, *SECOND_NAME, *(word for words in WORDS.values() for word in words)})


def kinds_columns(present: Sequence[str], given: Mapping[str, str]) -> ColumnMap:
    """The column of each field: as given, else called like it, else by a name that says so.

    Raises:
        FieldNeeded: there is no code or no name, several could be meant, or `given` names what is not there.
    """
    plain = {column: plain_name(column) for column in present if column}
    words = dict(WORDS)
    if not {"name", *WORDS["name"]} & set(plain.values()):
        words["name"] = SECOND_NAME
    names = {
        field: tuple(column.lower() for column, name in plain.items() if name in words.get(field, ()))
        for field in (*NEEDED, *OPTIONAL)
    }
    return map_columns(present, needed=NEEDED, optional=OPTIONAL, given=given, names=names)
