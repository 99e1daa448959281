// Country shapes for the map, from world-atlas (Natural Earth 1:50m): cut at the 180° meridian, thinned, keyed by
// ISO 3166-1 alpha-2 codes. Reads {M49: alpha-2} from codes.json; writes shapes.json (TopoJSON, object `countries`) and
// extents.json ({alpha-2: {point: [lon, lat], box: [west, south, east, north]}}). Run by scripts/refresh_assets.
import { readFileSync, writeFileSync } from "node:fs";
import { geoEquirectangular } from "d3-geo";
import { geoProject } from "d3-geo-projection";
import polylabel from "polylabel";
import { feature, quantize } from "topojson-client";
import { topology } from "topojson-server";
import { presimplify, simplify } from "topojson-simplify";

const THINNED = 1e-3;        // square degrees: corners that make a smaller triangle than this go
const SMALL = 0.05;          // square degrees
const STEPS = 36_001;        // about 1 km at the equator
const NEAR = 10;             // degrees: an island farther from the rest is not in a country's box
// No ISO 3166-1 code, but one that CLDR and GeoNames use for it.
const BY_NAME = { Kosovo: "XK" };

const codes = JSON.parse(readFileSync("codes.json", "utf-8"));
const source = JSON.parse(readFileSync("node_modules/world-atlas/countries-50m.json", "utf-8"));
const flat = geoEquirectangular().scale(180 / Math.PI).translate([0, 0]).reflectY(true).precision(0);
const polygonsOf = ({ type, coordinates }) => (type === "Polygon" ? [coordinates] : coordinates);
const area = ([ring]) => Math.abs(ring.reduce((sum, [x, y], at) => {
  const [u, v] = ring[(at + 1) % ring.length];
  return sum + x * v - u * y;
}, 0)) / 2;

// One feature a country, whatever number of shapes it has there.
const byKey = new Map();
for (const { id, properties, geometry } of geoProject(feature(source, source.objects.countries), flat).features) {
  const code = codes[id] ?? BY_NAME[properties.name];
  const key = code ?? properties.name;
  const one = byKey.get(key) ?? { type: "Feature", ...(code && { id: code }), properties: { name: properties.name },
                                  geometry: { type: "MultiPolygon", coordinates: [] } };
  one.geometry.coordinates.push(...polygonsOf(geometry));
  byKey.set(key, one);
}
const features = [...byKey.values()].sort((a, b) => (a.properties.name < b.properties.name ? -1 : 1));
for (const { geometry } of features) geometry.coordinates.sort((a, b) => area(b) - area(a));
const weighted = presimplify(topology({ countries: { type: "FeatureCollection", features } }));
// A country as small as Nauru keeps all its corners: thinned it would be gone.
features.forEach(({ geometry: { coordinates: [largest] } }, at) => {
  if (area(largest) > SMALL) return;
  const [[outline]] = weighted.objects.countries.geometries[at].arcs;
  for (const arc of outline) for (const corner of weighted.arcs[arc < 0 ? ~arc : arc]) corner[2] = Infinity;
});
const shapes = quantize(simplify(weighted, THINNED), STEPS);
writeFileSync("shapes.json", JSON.stringify(shapes));

const boxOf = ([ring]) => [0, 1].flatMap((axis) => {
  const on = ring.map((point) => point[axis]);
  return [on.reduce((a, b) => Math.min(a, b)), on.reduce((a, b) => Math.max(a, b))];
});
// The gap between two [west, east, south, north], east and west round the 180° meridian.
const gap = (a, b) => {
  const lon = Math.min(...[-360, 0, 360].map((turn) => Math.max(0, b[0] + turn - a[1], a[0] - b[1] - turn)));
  return Math.max(lon, b[2] - a[3], a[2] - b[3]);
};
// The least stretch of the circle that holds all the boxes: all but the widest gap. West > east if it passes 180°.
const stretch = (boxes) => {
  const sorted = boxes.map(([west, east]) => [west, east]).sort((a, b) => a[0] - b[0]);
  let reach = sorted[0][1], widest = 0, found = [-180, 180];
  for (const [west, east] of [...sorted.slice(1), [sorted[0][0] + 360, 0]]) {
    if (west - reach > widest) [widest, found] = [west - reach, [west > 180 ? west - 360 : west, reach]];
    reach = Math.max(reach, east);
  }
  return found;
};
const rounded = (values) => values.map((value) => Math.round(value * 100) / 100);
const extents = {};
for (const { id, geometry } of features) {
  if (!id) continue;
  const parts = geometry.coordinates;
  const near = [boxOf(parts[0])], far = parts.slice(1).map(boxOf);
  for (let at = 0; at < near.length; at++) {
    for (let other = far.length - 1; other >= 0; other--) {
      if (gap(near[at], far[other]) <= NEAR) near.push(...far.splice(other, 1));
    }
  }
  const [west, east] = stretch(near);
  const south = Math.min(...near.map((box) => box[2])), north = Math.max(...near.map((box) => box[3]));
  const point = polylabel(parts[0], 0.05);
  extents[id] = { point: rounded([point[0], point[1]]), box: rounded([west, south, east, north]) };
}
writeFileSync("extents.json", JSON.stringify(extents));
console.log(`shapes without a code: ${features.filter(({ id }) => !id).map(({ properties }) => properties.name).join(", ")}`);
