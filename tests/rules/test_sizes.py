"""Short files and short functions, measured."""

from __future__ import annotations

import statistics
from pathlib import Path

from tests.rules.sources import CHECKOUT, function_lengths, paths, source_paths, text_of

FILE_LINES = 300
LONG_FUNCTION_LINES = 40
LONG_FUNCTIONS_SHARE = 0.05
MEDIAN_FUNCTION_LINES = 10
EXCEPTED = ("maps/static/vendor/", "layers/migrations/versions/")
MEASURED = (".py", ".js", ".css", ".html")


def test_no_file_is_longer_than_300_lines() -> None:
    lengths = {path: text_of(path).count("\n") for path in paths() if path.endswith(MEASURED)}
    long = {path: lines for path, lines in lengths.items() if lines > FILE_LINES and not path.startswith(EXCEPTED)}
    assert not long, f"split by use case: {long}"


def test_functions_are_short() -> None:
    lengths = [(lines, f"{path}:{name}") for path in source_paths() for name, lines in function_lengths(text_of(path))]
    long = sorted(entry for entry in lengths if entry[0] > LONG_FUNCTION_LINES)
    assert len(long) <= LONG_FUNCTIONS_SHARE * len(lengths), long
    assert statistics.median(lines for lines, _ in lengths) <= MEDIAN_FUNCTION_LINES


def test_a_function_is_measured_without_its_docstring() -> None:
    text = 'def locate(a):\n    """One\n\n    two."""\n    b = a\n    return b\n'
    assert list(function_lengths(text)) == [("locate", 3)]


def test_our_folders_are_the_ones_imported() -> None:
    """A stray folder geo/ where the user stands must not shadow ours."""
    import api
    import geo
    import layers
    import maps

    for package in (api, geo, layers, maps):
        assert package.__file__ is not None
        assert CHECKOUT / package.__name__ / "__init__.py" == Path(package.__file__).resolve()


def test_every_folder_of_tests_is_a_package() -> None:
    """Two test files of one name in different folders would otherwise be one module."""
    folders = {path.rpartition("/")[0] for path in paths() if path.startswith("tests/") and path.endswith(".py")}
    assert not [folder for folder in sorted(folders) if f"{folder}/__init__.py" not in paths()]
