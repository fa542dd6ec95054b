"""What is drawn: folium maps, class breaks, palettes, page shells, the browser's modules and its vendored files."""
