"""What may not stand where, as data: a new rule is one entry."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import fnmatch

PYTHON = ("*.py",)
OURS = ("api/*.py", "geo/*.py", "layers/*.py", "maps/*.py")
CODE = ("*.py", "*.js", "*.mjs", "*.css", "*.html", "*.sql", "*.sh", "wangge", ".ci/*")
TEXT = (*CODE, "*.md", "*.toml", "*.json", "*.lock")
OTHERS = ("maps/static/vendor/*", "tests/rules/*")


@dataclass(frozen=True, kw_only=True)
class Ban:
    """A pattern that no line of the named files may match; in globs `*` also spans folders."""

    name: str
    why: str
    pattern: str
    example: str
    within: tuple[str, ...]
    excepted: tuple[str, ...] = ()

    def covers(self, path: str) -> bool:
        """Whether the ban holds for a file, given by its path in the checkout."""
        return any(fnmatch(path, glob) for glob in self.within) and not any(
            fnmatch(path, glob) for glob in (*self.excepted, *OTHERS)
        )

    def lines(self, text: str) -> list[int]:
        """Numbers of the lines of `text` that break the ban."""
        return [number for number, line in enumerate(text.splitlines(), 1) if re.search(self.pattern, line)]


BANS = (
    Ban(
        name="environment",
        why="only api/settings.py reads the environment",
        pattern=r"\bos\.(environ|getenv)\b|from os import .*\b(environ|getenv)\b",
        example="home = os.environ['HOME']",
        within=PYTHON,
        excepted=("api/settings.py", "tests/*"),
    ),
    Ban(
        name="clock",
        why="the clock is read in api/ alone; everything below takes `now`",
        pattern=r"\bdatetime\.(now|utcnow|today)\(|\bdate\.today\(|\btime\.time(_ns)?\(|from time import .*\btime\b",
        example="filed_at = datetime.now(UTC)",
        within=("geo/*.py", "layers/*.py", "maps/*.py"),
    ),
    Ban(
        name="EPSG numbers",
        why="coordinate systems have names in geo/crs.py and numbers nowhere else",
        pattern=r"\b(3857|4326|4490|45[0-5]\d|32[67]\d\d)\b|EPSG:\d",
        example="column = Geometry('POINT', srid=4326)",
        within=OURS,
        excepted=("geo/crs.py", "layers/migrations/*"),
    ),
    Ban(
        name="HTTPException",
        why="errors are named for what went wrong; api/errors.py gives them a status, the framework's own too",
        pattern=r"\bHTTPException\b",
        example="raise HTTPException(404)",
        within=PYTHON,
        excepted=("api/errors.py",),
    ),
    Ban(
        name="raised HTTPException",
        why="api/errors.py catches the framework's errors and raises none",
        pattern=r"\braise HTTPException\b",
        example="raise HTTPException(404)",
        within=("api/errors.py",),
    ),
    Ban(
        name="buffer(0)",
        why="a silent repair may drop half a polygon",
        pattern=r"\.buffer\(\s*0(\.0*)?\s*[,)]|\bbuffer\([^()]+,\s*0(\.0*)?\s*[,)]",
        example="whole = shapely.buffer(shape, 0)",
        within=PYTHON,
    ),
    Ban(
        name="open ends",
        why="what is left is finished or an issue",
        pattern=r"\b(TODO|FIXME|XXX|HACK)\b|raise NotImplementedError\b",
        example="# TODO: later",
        within=CODE,
    ),
    Ban(
        name="folium",
        why="folium links outside hosts; maps/ rewrites every link",
        pattern=r"\bfolium\.(Map|Choropleth)\(|from folium import .*\b(Map|Choropleth)\b",
        example="folium.Map(tiles=None)",
        within=PYTHON,
        excepted=("maps/*",),
    ),
    Ban(
        name="registries and machines",
        why="registries and paths are the machine's own; the project runs anywhere",
        pattern=r"pypi\.org|pythonhosted|npmjs\.(org|com)|(deb|security|snapshot)\.debian\.org|/opt/(pypi|wheels)"
        r"|(?<![\w.])/(work|root)/",
        example="index-url = https://pypi.org/simple",
        within=TEXT,
    ),
    Ban(
        name="outside hosts",
        why="pages load nothing from another host",
        pattern=r"(src|href)\s*=\s*[\"']\s*(https?:)?//|@import\s+[\"']?(url\()?[\"']?(https?:)?//|\bunpkg\.com|jsdelivr\.net|cdnjs\.",
        example="<script src='https://cdn.example/leaflet.js'>",
        within=("maps/*.html", "maps/*.js", "maps/*.css", "maps/*.py", "api/*.py"),
        excepted=("maps/offline.py",),
    ),
    Ban(
        name="breakpoints",
        why="a server that stops for a debugger serves nobody",
        pattern=r"^\s*(pdb\.set_trace|breakpoint)\(",
        example="    breakpoint()",
        within=PYTHON,
    ),
)
