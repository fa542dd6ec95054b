"""The workload map as it is usually made, for comparison alone: every outline and figure inside one folium page."""

from __future__ import annotations

import folium
import pandas as pd
from shapely.geometry import mapping

from layers.workload.records import WorkloadSheet
from maps.outlines import AreaOutline


def naive_page(sheet: WorkloadSheet, areas: list[AreaOutline], *, metric: str) -> str:
    """A plain `folium.Choropleth` with embedded GeoJSON. It links outside hosts: never serve it."""
    features = [
        {"type": "Feature", "properties": {"code": one.code, "name": one.name}, "geometry": mapping(one.polygon)}
        for one in areas
    ]
    figures = pd.DataFrame({"code": sheet.figures.codes, "value": sheet.figures.values(metric)})
    whole = folium.Map()
    folium.Choropleth(
        geo_data={"type": "FeatureCollection", "features": features},
        data=figures,
        columns=["code", "value"],
        key_on="feature.properties.code",
    ).add_to(whole)
    page: str = whole.get_root().render()
    return page
