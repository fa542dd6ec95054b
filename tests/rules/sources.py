"""The files of the checkout that rules look at, and the functions in them."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
SOURCE_FOLDERS = ("api", "geo", "layers", "maps")


@cache
def paths() -> tuple[str, ...]:
    """Every file that is, or would be, committed; relative to the checkout."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=CHECKOUT,
        capture_output=True,
        check=True,
    )
    found = (name.decode() for name in listed.stdout.split(b"\0") if name)
    return tuple(sorted({name for name in found if (CHECKOUT / name).is_file()}))


@cache
def text_of(path: str) -> str:
    return (CHECKOUT / path).read_text(encoding="utf-8")


def source_paths() -> list[str]:
    """Python files of the four folders."""
    return [path for path in paths() if path.endswith(".py") and path.split("/")[0] in SOURCE_FOLDERS]


def function_lengths(text: str) -> Iterator[tuple[str, int]]:
    """Name and number of lines of each function, its docstring and decorators left out."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, _lines_of(node)


def _lines_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    length = (function.end_lineno or function.lineno) - function.lineno + 1
    if ast.get_docstring(function) is None:
        return length
    docstring = function.body[0]
    return length - ((docstring.end_lineno or docstring.lineno) - docstring.lineno + 1)
