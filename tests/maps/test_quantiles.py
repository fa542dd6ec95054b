"""Classes that the browser makes are those that the service would have made of the same figures."""

from __future__ import annotations

import json
import random
import subprocess

from maps.breaks import quantile
from maps.pages import STATIC

SCRIPT = """
const { quantileBreaks } = await import(process.argv[1]);
const found = JSON.parse(process.argv[2]).map(([values, classes]) => quantileBreaks(values, classes));
console.log(JSON.stringify(found.map((one) => [one.limits, one.lowest, one.highest, one.zero_class])));
"""


def test_they_are_the_same_for_whatever_figures() -> None:
    dice = random.Random(3)
    cases = [
        ([dice.choice([None, 0, 0, 1, 2, 3, 5, 8, dice.randrange(60)]) for _ in range(dice.randrange(60))], classes)
        for classes in range(1, 7)
        for _ in range(80)
    ]
    module = (STATIC / "js" / "quantiles.js").as_uri()
    command = ["node", "--input-type=module", "-e", SCRIPT, module, json.dumps(cases)]
    found = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    made = [quantile(values, classes, zero_class=True) for values, classes in cases]
    assert found == [[list(one.limits), one.lowest, one.highest, one.zero_class] for one in made]
