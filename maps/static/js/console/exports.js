// What of the view can be taken along: tables of its reports, its map on paper. The addresses follow the view.

import { byId } from "../elements.js";
import { printQuery, tableQuery } from "./view.js";

export function linkExports(view, district) {
  for (const ending of ["csv", "xlsx"]) byId(`as-${ending}`).href = `/api/v1/reports.${ending}?${tableQuery(view, district)}`;
  for (const ending of ["pdf", "png"]) byId(`as-${ending}`).href = `/maps/workload.${ending}?${printQuery(view, district)}`;
}
