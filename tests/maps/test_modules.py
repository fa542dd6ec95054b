"""Native modules as one classic script."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from maps.modules import one_script
from maps.pages import STATIC


def write(folder: Path, **modules: str) -> Path:
    for name, source in modules.items():
        (folder / f"{name}.js").write_text(source, encoding="utf-8")
    return folder


def test_modules_run_once_in_the_order_of_their_imports(tmp_path: Path) -> None:
    folder = write(
        tmp_path,
        base='console.log("base");\nexport const ONE = 1;\nconst hidden = 7;\n',
        left='import { ONE } from "./base.js";\nconst hidden = 1;\nexport const two = () => ONE + hidden;\n',
        entry='import { ONE } from "./base.js";\nimport { two } from "./left.js";\nconsole.log(ONE + two());\n',
    )
    script = one_script(folder, "entry")
    told = subprocess.run(["node", "-e", script], capture_output=True, text=True, check=True)
    assert told.stdout.split() == ["base", "3"]


@pytest.mark.parametrize(
    "source",
    [
        'import * as all from "./base.js";',
        "export default 3;",
        "export { a };",
        'import "./base.js";',
        "export let a = 1;",
    ],
)
def test_a_form_that_is_not_understood_is_refused(tmp_path: Path, source: str) -> None:
    write(tmp_path, base="", entry=source)
    with pytest.raises(ValueError, match=r"entry\.js: this form"):
        one_script(tmp_path, "entry")


def test_a_circle_is_refused(tmp_path: Path) -> None:
    write(tmp_path, a='import { b } from "./b.js";', b='import { a } from "./a.js";')
    with pytest.raises(ValueError, match="a → b → a"):
        one_script(tmp_path, "a")


SPEAKERS = {"area_renderer.js", "workload_map.js", "base_map.js", "ground.js", "lasso.js", "overlays.js"}


def test_a_module_that_speaks_to_leaflet_says_so_and_the_others_are_pure() -> None:
    modules = {file: file.read_text() for file in (STATIC / "js").rglob("*.js")}
    users = {file for file, text in modules.items() if re.search(r"(?<![\w.])L\.", text)}
    assert users == {file for file, text in modules.items() if "Touches Leaflet" in text}
    assert {file.name for file in users} == SPEAKERS


def test_our_own_page_is_one_script() -> None:
    script = one_script(STATIC / "js", "workload_page")
    subprocess.run(["node", "--check", "-"], input=script, text=True, check=True)
    for module in ("classes", "labels", "legend", "table", "workload_map"):
        assert script.count(f"const ${module} = ") == 1
