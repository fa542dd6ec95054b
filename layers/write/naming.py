"""Under which names fields are written: each once, whatever the case, and short enough for a Shapefile."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from layers.write.streams import Field, FieldKind

#: Bytes of a field's name in a Shapefile.
SHORT_BYTES = 10
#: In front of a field of ours whose name an attribute has already.
OWN = "own_"


def own_field(name: str, kind: FieldKind = FieldKind.TEXT, *, short: str | None = None) -> Field:
    """A field that every layer of its sort has; `short` where the name is longer than a Shapefile takes."""
    return Field(name, kind, name, short or name)


def with_attributes(own: Sequence[Field], attributes: Mapping[str, FieldKind]) -> tuple[Field, ...]:
    """Our fields, then a layer's further attributes in alphabetical order, all under different names.

    Attributes keep their names, because an import takes them up again under these; where one is called like a field
    of ours, ours is written as own_….
    """
    keys = sorted(attributes)
    taken = {key.casefold() for key in keys}
    ours = [_own_renamed(field) if field.name.casefold() in taken else field for field in own]
    names = unique([*(field.name for field in ours), *keys])[len(ours) :]
    further = [Field(key, attributes[key], name, name) for key, name in zip(keys, names, strict=True)]
    fields = [*ours, *further]
    shorts = unique((field.short for field in fields), longest=SHORT_BYTES)
    return tuple(replace(field, short=short) for field, short in zip(fields, shorts, strict=True))


def renamed(fields: Iterable[Field], *, is_short: bool) -> list[str]:
    """Fields that a file holds under another name, written 'name → written name'."""
    written = ((field.key, field.short if is_short else field.name) for field in fields)
    return [f"{key} → {name}" for key, name in written if key != name]


def free_name(wanted: str, names: Iterable[str]) -> str:
    """`wanted`, or with a number behind it where one of `names` is that already."""
    return unique([*names, wanted])[-1]


def unique(names: Iterable[str], *, longest: int | None = None) -> list[str]:
    """The names without repetition, whatever the case, cut to `longest` bytes of UTF-8; later ones get a number."""
    found: dict[str, str] = {}
    for name in names:
        number, fitting = 1, cut(name, longest)
        while fitting.casefold() in found:
            number += 1
            ending = f"_{number}"
            fitting = cut(name, None if longest is None else longest - len(ending)) + ending
        found[fitting.casefold()] = fitting
    return list(found.values())


def cut(text: str, longest: int | None) -> str:
    """The text's first `longest` bytes of UTF-8, no character broken."""
    return text if longest is None else text.encode()[:longest].decode(errors="ignore")


def _own_renamed(field: Field) -> Field:
    return replace(field, name=OWN + field.name, short=cut(OWN + field.short, SHORT_BYTES))
