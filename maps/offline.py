"""Pages of folium that load nothing from another host.

Every link a page asks for is looked up in `VENDORED` and either pointed at `/static/vendor/…` or put into the page
itself, so that it becomes one file that works without any server. A link that is not in the table is refused: a new
folium plugin must be vendored before it can be used.
"""

from __future__ import annotations

import base64
import re
from pathlib import Path
from typing import Literal

import folium
from branca.element import CssLink, Element, Figure, JavascriptLink
from folium.template import Template
from folium.utilities import camelize

from maps.refusals import UnknownLink
from maps.vendoring import VENDOR

Delivery = Literal["linked", "inline"]

VENDOR_URL = "/static/vendor/"

#: What a link of folium ends in → the file that stands for it.
VENDORED = {
    r"/leaflet@[\d.]+/dist/leaflet\.js": "leaflet/dist/leaflet.js",
    r"/leaflet@[\d.]+/dist/leaflet\.css": "leaflet/dist/leaflet.css",
}

_OUTSIDE = re.compile(
    r"""(?:\bsrc|<link[^>]*\bhref)\s*=\s*["']?\s*((?:https?:)?//[^"'\s>]+)|url\(\s*["']?((?:https?:)?//[^"')]+)"""
)
_CSS_IMAGE = re.compile(r"""url\(\s*["']?([\w./-]+\.(?:png|svg))["']?\s*\)""")


class Verbatim(Element):
    """Text that goes into the page as it is; a plain `Element` would read it as a template."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text

    def render(self, **_: object) -> str:
        """The text."""
        return self.text


class OfflineMap(folium.Map):
    """A folium map that needs Leaflet alone, leaves zooming to the reader, and takes its size from the page.

    It leaves out what folium loads for icons and HTML popups (jQuery, Bootstrap, Font Awesome).
    """

    default_js = [  # noqa: RUF012 - folium declares it so, and only reads it
        ("leaflet", "https://cdn.jsdelivr.net/npm/leaflet@1.9.3/dist/leaflet.js")
    ]
    default_css = [  # noqa: RUF012 - as above
        ("leaflet_css", "https://cdn.jsdelivr.net/npm/leaflet@1.9.3/dist/leaflet.css")
    ]

    #: No script: the page's own module opens the map by its options, so that a policy may forbid scripts in the page.
    _template = Template("""
        {% macro html(this, kwargs) %}
        <div class="folium-map" id="{{ this.get_name() }}" data-options="{{ this.opening|tojson|forceescape }}"></div>
        {% endmacro %}
    """)

    @property
    def opening(self) -> dict[str, object]:
        """What Leaflet's own map is opened with."""
        named = {camelize(name): value for name, value in self.options.items()}
        return {"center": self.location, "crs": self.crs, **named}


class OfflineFigure(Figure):
    """The page around a map: every link of its head comes from the table."""

    _template = Template(
        '<!DOCTYPE html>\n<html lang="{{ this.lang }}">\n<head>\n'
        "<title>{{ this.title|e }}</title>\n{{ this.header.render(**kwargs) }}\n</head>\n"
        "<body>\n{{ this.html.render(**kwargs) }}\n{% set script = this.script.render(**kwargs)|trim %}"
        "{% if script %}<script>\n{{ script }}\n</script>\n{% endif %}{{ this.ending }}</body>\n</html>\n"
    )

    def __init__(self, *, delivery: Delivery, title: str, lang: str, ending: str = "") -> None:
        super().__init__(title=title)
        self.delivery = delivery
        self.lang = lang
        self.ending = ending
        self.header.add_child(
            Verbatim('<meta name="viewport" content="width=device-width, initial-scale=1">'), name="viewport"
        )

    def render(self, **kwargs: object) -> str:
        """The page; raises `UnknownLink` for a link that is not vendored, wherever in the page it stands."""
        for child in self._children.values():
            child.render(**kwargs)
        head = self.header._children  # noqa: SLF001 - branca has no other way to the links of the head
        for name, element in list(head.items()):
            if isinstance(element, JavascriptLink | CssLink):
                head[name] = Verbatim(self._loaded(element))
        page: str = self._template.render(this=self, kwargs=kwargs)
        if outside := _OUTSIDE.search(page):
            raise _unknown(outside[1] or outside[2])
        return page

    def _loaded(self, link: JavascriptLink | CssLink) -> str:
        path = vendored_path(link.url)
        if isinstance(link, CssLink):
            return (
                f"<style>{inline_css(VENDOR / path)}</style>"
                if self.delivery == "inline"
                else stylesheet(VENDOR_URL + path)
            )
        return (
            f"<script>{inline_js(VENDOR / path)}</script>" if self.delivery == "inline" else script(VENDOR_URL + path)
        )


def vendored_path(url: str) -> str:
    """The path under `maps/static/vendor` that stands for a link; raises `UnknownLink`."""
    for pattern, path in VENDORED.items():
        if re.search(pattern + "$", url):
            return path
    raise _unknown(url)


def _unknown(url: str) -> UnknownLink:
    return UnknownLink(
        f"The page would load {url} from another host.",
        field="link",
        value=url,
        remedy="Add the package to maps.vendoring.TAKEN and the link to maps.offline.VENDORED.",
    )


def stylesheet(url: str) -> str:
    """A link to a style sheet."""
    return f'<link rel="stylesheet" href="{url}">'


def script(url: str) -> str:
    """A link to a classic script."""
    return f'<script src="{url}"></script>'


def inline_css(path: Path) -> str:
    """A style sheet with its images as `data:` URLs."""

    def as_data_url(found: re.Match[str]) -> str:
        image = path.parent / found[1]
        kind = "svg+xml" if image.suffix == ".svg" else "png"
        return f"url(data:image/{kind};base64,{base64.b64encode(image.read_bytes()).decode('ascii')})"

    return _CSS_IMAGE.sub(as_data_url, path.read_text(encoding="utf-8"))


def inline_js(path: Path) -> str:
    """A script that cannot end its own element, without the link to its source map."""
    text = re.sub(r"^//# sourceMappingURL=.*$", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return text.replace("</script", "<\\/script")
