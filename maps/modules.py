"""Native ES modules as one classic script, for a page that is a single file (a `file:` page cannot import).

Every module becomes a function of its own, called once, in the order of its imports:

    import { classOf } from "./classes.js";        const { classOf } = $classes;
    export function paint() {…}              →     function paint() {…}   …   return { paint };

Only this plain form is understood; anything else is refused rather than broken.
"""

from __future__ import annotations

import re
from pathlib import Path

_IMPORT = re.compile(r'^import \{ ([\w, ]+?) \} from "\./(\w+)\.js";$', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function\*?|const|class) (\w+))", re.MULTILINE)
_LEFT = re.compile(r"^\s*(?:import\b(?!\()|export\b).*$", re.MULTILINE)


def one_script(folder: Path, entry: str) -> str:
    """The module `entry` (its name without `.js`) and all it imports; raises `ValueError` for a form not understood."""
    names = _in_order(folder, entry)
    return "\n".join(_wrapped(name, _read(folder, name)) for name in names)


def _in_order(folder: Path, entry: str) -> list[str]:
    order: list[str] = []
    waiting: list[str] = []

    def visit(name: str) -> None:
        if name in waiting:
            raise ValueError(f"modules import each other in a circle: {' → '.join([*waiting, name])}")
        if name in order:
            return
        waiting.append(name)
        for found in _IMPORT.finditer(_read(folder, name)):
            visit(found[2])
        order.append(waiting.pop())

    visit(entry)
    return order


def _wrapped(name: str, source: str) -> str:
    exported = [found[1] for found in _EXPORT.finditer(source)]
    body = _EXPORT.sub("", _IMPORT.sub(r"const { \1 } = $\2;", source))
    if left := _LEFT.search(body):
        raise ValueError(f"{name}.js: this form cannot be put into one script: {left[0].strip()}")
    return f'const ${name} = (() => {{\n"use strict";\n{body}\nreturn {{ {", ".join(exported)} }};\n}})();'


def _read(folder: Path, name: str) -> str:
    return (folder / f"{name}.js").read_text(encoding="utf-8")
