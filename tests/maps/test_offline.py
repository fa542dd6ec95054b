"""Pages of folium without another host."""

from __future__ import annotations

import pytest
from branca.element import Element, JavascriptLink
from folium.plugins import MarkerCluster

from maps.offline import Delivery, OfflineFigure, OfflineMap, vendored_path
from maps.refusals import UnknownLink
from maps.vendoring import VENDOR

deliveries = pytest.mark.parametrize("delivery", ["linked", "inline"])


def figure(delivery: Delivery) -> OfflineFigure:
    return OfflineFigure(delivery=delivery, title="<图>", lang="zh-CN")


def test_links_point_into_the_checkout() -> None:
    page = figure("linked")
    page.add_child(OfflineMap(tiles=None))
    html = page.render()
    assert '<script src="/static/vendor/leaflet/dist/leaflet.js"></script>' in html
    assert '<link rel="stylesheet" href="/static/vendor/leaflet/dist/leaflet.css">' in html
    assert "<title>&lt;图&gt;</title>" in html
    assert '<html lang="zh-CN">' in html
    assert "user-scalable" not in html


def test_an_inline_page_holds_scripts_styles_and_images() -> None:
    page = figure("inline")
    page.add_child(OfflineMap(tiles=None))
    html = page.render()
    assert "/static/" not in html
    assert "Leaflet 1.9.4" in html
    assert html.count("url(data:image/png;base64,") == 3
    assert "sourceMappingURL" not in html
    # Nothing in leaflet's source ends the element it stands in.
    assert html.count("</script>") == html.count("<script>")


@deliveries
def test_an_unknown_link_is_refused(delivery: Delivery) -> None:
    page = figure(delivery)
    page.header.add_child(JavascriptLink("https://example.org/plugin.js"))
    with pytest.raises(UnknownLink, match=r"example\.org/plugin\.js"):
        page.render()


@deliveries
@pytest.mark.parametrize(
    "markup",
    [
        '<img src="//example.org/a.png">',
        "<script src=https://example.org/a.js></script>",
        '<link rel="stylesheet" href="http://example.org/a.css">',
        "<style>body { background: url(https://example.org/a.png) }</style>",
    ],
)
def test_a_link_hidden_in_markup_is_refused(delivery: Delivery, markup: str) -> None:
    page = figure(delivery)
    page.html.add_child(Element(markup))
    with pytest.raises(UnknownLink, match=r"example\.org"):
        page.render()


def test_a_plugin_that_is_not_kept_is_refused() -> None:
    page = figure("linked")
    area_map = OfflineMap(tiles=None)
    MarkerCluster().add_to(area_map)  # type: ignore[no-untyped-call]
    page.add_child(area_map)
    with pytest.raises(UnknownLink, match="markercluster"):
        page.render()


def test_every_vendored_path_exists() -> None:
    for kind in ("js", "css"):
        path = vendored_path(f"https://host.example/npm/leaflet@1.9.3/dist/leaflet.{kind}")
        assert (VENDOR / path).is_file()
    with pytest.raises(UnknownLink):
        vendored_path("https://host.example/npm/leaflet@1.9.3/dist/leaflet.js.map")
