// The atlas's map: countries from our own file, marks from the server for the window that is looked at.
const DEGREE = 100000;
const CELL = 64; // px between marks, as the server counts
const AROUND = 0.25; // of the window on each side, fetched with it
const WORLD = [[-60, -180], [84, 180]];
const WAIT = 120; // ms after a move, before marks are asked for

export async function openMap(box) {
  const load = (address) => import(new URL(address, location.href).href);
  const [L, { feature }] = await Promise.all([load(box.dataset.leaflet), load(box.dataset.topojson)]);
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const rtl = document.documentElement.dir === "rtl";
  const touch = matchMedia("(pointer: coarse)").matches;
  const trouble = document.getElementById("atlas-trouble");
  const say = (words) => { trouble.textContent = words; trouble.hidden = !words; };

  const map = L.map(box, {
    zoomControl: false, attributionControl: false, zoomSnap: box.dataset.tiles ? 1 : 0.5, minZoom: 0,
    maxZoom: box.dataset.tiles ? 18 : 12, maxBounds: [[-75, -220], [88, 220]], maxBoundsViscosity: 1,
    scrollWheelZoom: false, keyboardPanDelta: 100,
    zoomAnimation: !calm, fadeAnimation: !calm, markerZoomAnimation: !calm, inertia: !calm,
  });
  // The wheel moves the page until somebody is at the map.
  map.on("focus", () => map.scrollWheelZoom.enable()).on("blur", () => map.scrollWheelZoom.disable());

  // --- Where it looks: the address says it, else all that matches -------------------------------------------------
  const wholeBounds = () => {
    const [west, south, east, north] = box.dataset.extent.split(",").map(Number);
    return [[Math.max(south, WORLD[0][0]), west], [Math.min(north, WORLD[1][0]), east]];
  };
  const showWhole = (animate = !calm) => map.fitBounds(wholeBounds(), {
    // On the side of the controls as much more as keeps marks from under them.
    paddingTopLeft: [rtl ? 40 : 72, 40], paddingBottomRight: [rtl ? 72 : 40, 40], maxZoom: 9, animate,
  });
  let untouched = true; // nobody has moved it: it looks where the address says, or at all that matches
  let given = "";
  const restore = () => {
    untouched = true;
    given = new URLSearchParams(location.search).get("at") || "";
    const [zoom, latitude, longitude] = given.split("/").map(Number);
    if (Number.isFinite(zoom) && Number.isFinite(latitude) && Number.isFinite(longitude))
      map.setView([latitude, longitude], zoom, { animate: false });
    else { given = ""; showWhole(false); }
  };
  restore();
  const remember = () => {
    const asked = new URLSearchParams(location.search);
    const centre = map.getCenter();
    const digits = Math.max(1, Math.ceil(map.getZoom() / 3));
    if (untouched && given) asked.set("at", given);
    else if (untouched) asked.delete("at");
    else asked.set("at", `${map.getZoom()}/${centre.lat.toFixed(digits)}/${centre.lng.toFixed(digits)}`);
    const query = asked.toString().replaceAll("%2F", "/").replaceAll("%2C", ",");
    history.replaceState(null, "", `${location.pathname}${query ? "?" : ""}${query}`);
  };

  // --- Countries, or an operator's tiles --------------------------------------------------------------------------
  const labels = map.createPane("lands");
  if (box.dataset.tiles) {
    L.tileLayer(box.dataset.tiles, { minZoom: 0, maxZoom: 18 }).addTo(map);
  } else {
    const read = async (address) => { const answer = await fetch(address); if (!answer.ok) throw new Error(address); return answer.json(); };
    Promise.all([read(box.dataset.shapes), read(box.dataset.names)]).then(([shapes, names]) => {
      landscape(shapes);
      lettering = letteringOf(names);
      lettering();
    }, () => say(box.dataset.noBorders));
  }
  let lettering = () => {};
  // Coarse outlines of all countries from afar; from near the full ones of those that are seen, for each point costs time
  // at every move.
  const landscape = (shapes) => {
    const renderer = L.svg({ padding: 0.3 });
    const drawing = (lands) => L.geoJSON(lands, { interactive: false, renderer, style: { className: "land" } });
    // On a map of this kind Antarctica is larger than all else, and nobody works there.
    const landsOf = (topology) => feature(topology, topology.objects.countries).features.filter((land) => land.id !== "AQ");
    const afar = drawing(landsOf(coarser(shapes, COARSE))).addTo(map);
    const near = landsOf(shapes).map((land) => ({ land, layer: null, bounds: null }));
    const follow = () => {
      const isNear = map.getZoom() >= NEAR;
      const seen = map.getBounds().pad(0.3);
      if (isNear) for (const one of near) {
        one.bounds ??= boundsOf(one.land.geometry.coordinates, L.latLngBounds([]));
        const isSeen = one.bounds.isValid() && seen.intersects(one.bounds);
        if (isSeen) (one.layer ??= drawing(one.land)).addTo(map);
        else one.layer?.remove();
      }
      else for (const one of near) one.layer?.remove();
      if (isNear === map.hasLayer(afar)) { if (isNear) afar.remove(); else afar.addTo(map); }
    };
    map.on("moveend", follow);
    follow();
  };
  const letteringOf = (names) => {
    const ruler = document.createElement("canvas").getContext("2d");
    ruler.font = `500 12px ${getComputedStyle(box).fontFamily}`;
    const lands = names.map(([name, latitude, longitude, width]) => ({ name, at: [latitude, longitude], width, long: ruler.measureText(name).width + 8 }));
    return () => {
      const taken = [...drawn.values()].map(({ marker, size }) => around(map.latLngToLayerPoint(marker.getLatLng()), size, size));
      const perDegree = 256 * 2 ** map.getZoom() / 360;
      const seen = map.getBounds();
      const written = document.createDocumentFragment();
      // Anywhere else it would name the neighbour: a name stands at its own place or not at all.
      const write = (name, at, kind, long, high, down) => {
        const middle = map.latLngToLayerPoint(at);
        const spot = around(middle.add([0, down]), long, high);
        if (!seen.contains(at) || taken.some((other) => meet(spot, other))) return false;
        taken.push(spot);
        const label = document.createElement("span");
        label.textContent = name;
        label.dir = "auto";
        label.className = kind;
        L.DomUtil.setPosition(label, middle);
        written.append(label);
        return true;
      };
      for (const { name, at, width, long } of lands) if (width * perDegree >= long * 0.7) write(name, at, "land-name", long, 15, 0);
      let towns = 0;
      for (const [name, latitude, longitude] of answer.towns ?? [])
        if (towns < MOST_TOWNS && write(name, [latitude / DEGREE, longitude / DEGREE], "land-name town", ruler.measureText(name).width + 8, 24, 7)) towns += 1;
      labels.replaceChildren(written);
    };
  };
  labels.setAttribute("aria-hidden", "true");
  map.on("zoomstart", () => labels.replaceChildren());

  // --- Marks -----------------------------------------------------------------------------------------------------
  const drawn = new Map(); // key -> { marker, size }
  const layer = L.layerGroup().addTo(map);
  let answer = { marks: [], national: [] };
  let loaded = null; // { zoom, query, bounds } of the answer
  let asking = null;
  let timer = 0;
  let wanted = null; // where focus should be once the marks are there

  async function fetchMarks() {
    const zoom = Math.floor(map.getZoom());
    const query = box.dataset.query;
    if (loaded && loaded.zoom === zoom && loaded.query === query && loaded.bounds.contains(map.getBounds())) { draw(); settle(); return; }
    // Whole cells, so that the next window of the same neighbourhood has the same address.
    const padded = map.getBounds().pad(AROUND);
    const edge = (corner, round) => map.unproject(L.point(...["x", "y"].map((axis, at) => CELL * 4 * round[at](map.project(corner, zoom)[axis] / (CELL * 4)))), zoom);
    const first = edge(padded.getNorthWest(), [Math.floor, Math.floor]);
    const last = edge(padded.getSouthEast(), [Math.ceil, Math.ceil]);
    const bounds = L.latLngBounds(first, last);
    const window = [first.lng, last.lat, last.lng, first.lat].map((degrees) => degrees.toFixed(4)).join(",");
    asking?.abort();
    asking = new AbortController();
    box.setAttribute("aria-busy", "true");
    try {
      const got = await fetch(`${box.dataset.marks}?zoom=${zoom}&window=${window}${query ? "&" : ""}${query}`, { signal: asking.signal });
      if (!got.ok) throw new Error(got.statusText);
      answer = await got.json();
      loaded = { zoom, query, bounds };
      say("");
      draw();
    } catch (problem) {
      if (problem.name === "AbortError") return;
      say(box.dataset.failed);
    }
    settle();
  }

  // Marks stand as they will stay, unless the map has moved again meanwhile.
  function settle() { if (!timer) box.removeAttribute("aria-busy"); }

  function draw() {
    const [south, north] = [map.getBounds().pad(0.1).getSouth(), map.getBounds().pad(0.1).getNorth()];
    const seen = map.getBounds().pad(0.1);
    const fresh = [];
    const spots = [];
    for (const mark of answer.marks) {
      const at = L.latLng(mark[0] / DEGREE, mark[1] / DEGREE);
      if (!seen.contains(at)) continue;
      const size = mark[2] === 1 ? 18 : 28 + 6 * Math.floor(Math.log10(mark[2]));
      fresh.push({ key: `${mark[0]},${mark[1]},${mark[2]},${mark[4]}`, at, size, mark });
      spots.push(around(map.latLngToLayerPoint(at), size, size));
    }
    for (const [code, latitude, longitude, count, words] of answer.national) {
      const middle = L.latLng(latitude / DEGREE, longitude / DEGREE);
      if (middle.lat < south || middle.lat > north || !seen.contains(middle)) continue;
      const point = map.latLngToLayerPoint(middle);
      const covered = (one) => spots.reduce((sum, spot) => sum + shared(around(one, 22, 22), spot), 0); // 22: it may touch the rim of a mark
      const place = BESIDE.map((offset) => point.add(offset)).reduce((best, one) => covered(one) < covered(best) ? one : best);
      spots.push(around(place, 28, 28));
      fresh.push({ key: `${code},${count},${place.distanceTo(point)},${map.getZoom()}`, at: map.layerPointToLatLng(place), size: 26, national: code, mark: [0, 0, count, words] });
    }
    const row = (one) => Math.floor(map.latLngToLayerPoint(one.at).y / CELL);
    fresh.sort((a, b) => row(a) - row(b) || (rtl ? b.at.lng - a.at.lng : a.at.lng - b.at.lng));
    const focused = [...drawn.values()].find(({ marker }) => marker.getElement() === document.activeElement);
    if (focused) wanted = focused.marker.getLatLng();
    const keys = new Set(fresh.map((one) => one.key));
    for (const [key, { marker }] of drawn) if (!keys.has(key)) { layer.removeLayer(marker); drawn.delete(key); }
    for (const one of fresh) if (!drawn.has(one.key)) drawn.set(one.key, { marker: markerOf(one), size: one.size });
    // Tab goes from mark to mark as one reads.
    const pane = map.getPane("markerPane");
    fresh.forEach((one, at) => {
      const icon = drawn.get(one.key).marker.getElement();
      if (pane.children[at] !== icon) pane.insertBefore(icon, pane.children[at] || null);
    });
    if (wanted && (document.activeElement === document.body || box.contains(document.activeElement))) {
      const from = map.latLngToLayerPoint(wanted);
      const next = [...drawn.values()].sort((a, b) => from.distanceTo(map.latLngToLayerPoint(a.marker.getLatLng())) - from.distanceTo(map.latLngToLayerPoint(b.marker.getLatLng())))[0];
      (next?.marker.getElement() || box).focus({ preventScroll: true });
    }
    wanted = null;
    lettering();
  }

  function markerOf({ at, size, mark, national }) {
    const [, , count, told, looks] = mark;
    const digits = count === 1 && !national ? "" : count > 9999 ? `${Math.round(count / 1000)}k` : count.toLocaleString(`${document.documentElement.lang}-u-nu-latn`);
    // What is seen must be in the name, for those who speak to their device; in some languages a dual has no digit.
    const words = !digits || told.split(/\s+/).includes(digits) ? told : `${told}: ${digits}`;
    const kind = national ? "national" : count > 1 ? "several" : `one ${looks}`;
    const shape = document.createElement("span");
    shape.className = `mark ${kind}${count > 1 ? ` of-${String(count).length}` : ""}`;
    shape.textContent = digits;
    const reach = Math.max(size, touch ? 44 : 24);
    const marker = L.marker(at, { icon: L.divIcon({ html: shape, className: "spot", iconSize: [reach, reach] }), title: words, riseOnHover: true, zIndexOffset: national ? 1000 : 0, autoPanOnFocus: false });
    layer.addLayer(marker);
    const icon = marker.getElement();
    // Who speaks to the machine says what is written on the mark; some languages count to two without a figure.
    icon.setAttribute("aria-label", words.includes(shape.textContent) ? words : `${shape.textContent} · ${words}`);
    const act = (byKey) => press({ marker, mark, national, byKey });
    marker.on("click", () => act(false));
    L.DomEvent.on(icon, "keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") { L.DomEvent.stop(event); act(true); }
      const step = { ArrowUp: [0, -100], ArrowDown: [0, 100], ArrowLeft: [-100, 0], ArrowRight: [100, 0] }[event.key];
      if (step) { L.DomEvent.stop(event); map.panBy(step, { animate: !calm }); }
      if (event.key === "+" || event.key === "=") map.zoomIn(1, { animate: !calm });
      if (event.key === "-") map.zoomOut(1, { animate: !calm });
    });
    icon.addEventListener("focus", () => { const point = map.latLngToContainerPoint(marker.getLatLng()); const room = map.getSize(); if (point.x < 20 || point.y < 20 || point.x > room.x - 20 || point.y > room.y - 20) map.panInside(marker.getLatLng(), { padding: [60, 60], animate: false }); });
    return marker;
  }

  function press({ marker, mark, national, byKey }) {
    if (national) return tell(marker, { country: national, where: "national" });
    if (mark[2] === 1) return tell(marker, { initiative: mark[5] });
    const [west, south, east, north] = mark[4].map((part) => part / DEGREE);
    if ((west === east && south === north) || map.getZoom() >= map.getMaxZoom())
      return tell(marker, { in: [west - 1e-5, south - 1e-5, east + 1e-5, north + 1e-5].map((degrees) => degrees.toFixed(5)).join(",") });
    untouched = false;
    if (byKey) wanted = marker.getLatLng();
    const bounds = L.latLngBounds([south, west], [north, east]);
    const zoom = Math.min(map.getMaxZoom(), Math.max(map.getZoom() + 1, Math.min(map.getBoundsZoom(bounds, false, [80, 80]), map.getZoom() + 4)));
    map.setView(bounds.getCenter(), zoom, { animate: !calm });
  }

  // --- What lies at a mark: a card beside it in the map's frame ------------------------------------------------------
  const card = document.getElementById("atlas-card");
  const told = card.querySelector(".told");
  let shown = null; // the mark it tells of

  async function tell(marker, of) {
    hush({ back: false });
    shown = marker;
    marker.getElement()?.classList.add("here");
    card.setAttribute("aria-label", marker.options.title);
    told.textContent = box.dataset.loading;
    card.hidden = false;
    beside();
    if (map.getSize().x < WIDE) map.panInside(marker.getLatLng(), { paddingTopLeft: [20, 20], paddingBottomRight: [20, map.getSize().y * 0.6], animate: !calm });
    card.focus({ preventScroll: true });
    const asked = new URLSearchParams(box.dataset.query);
    for (const [name, value] of Object.entries(of)) asked.set(name, value);
    let words;
    try {
      const got = await fetch(`${box.dataset.here}?${asked}`);
      if (!got.ok) throw new Error(got.statusText);
      words = await got.text();
    } catch {
      if (shown === marker) told.textContent = box.dataset.failed;
      return;
    }
    if (shown === marker) { told.innerHTML = words; beside(); }
  }

  // Close to its mark, on the side with more room; on a narrow map it lies along the bottom.
  function beside() {
    if (!shown) return;
    const room = map.getSize();
    card.classList.toggle("beside", room.x >= WIDE);
    if (room.x < WIDE) return;
    const at = map.latLngToContainerPoint(shown.getLatLng());
    const gap = 28;
    const left = at.x < room.x / 2 ? at.x + gap : at.x - gap - card.offsetWidth;
    const within = (start, size, whole) => Math.max(12, Math.min(start, whole - size - 12));
    card.style.left = `${within(left, card.offsetWidth, room.x)}px`;
    card.style.top = `${within(at.y - card.offsetHeight / 2, card.offsetHeight, room.y)}px`;
  }
  map.on("move zoomend resize", beside);

  function hush({ back = true } = {}) {
    if (!shown) return;
    const icon = shown.getElement();
    icon?.classList.remove("here");
    shown = null;
    card.hidden = true;
    told.replaceChildren();
    if (back) (icon?.isConnected ? icon : box).focus({ preventScroll: true });
  }
  card.querySelector(".close").addEventListener("click", () => hush());
  card.parentElement.addEventListener("keydown", (event) => { if (event.key === "Escape" && shown) { event.stopPropagation(); hush(); } });
  map.on("click", () => hush({ back: false }));

  // --- Controls ----------------------------------------------------------------------------------------------------
  const corner = rtl ? "topright" : "topleft";
  L.control.zoom({ position: corner, zoomInTitle: box.dataset.zoomIn, zoomOutTitle: box.dataset.zoomOut }).addTo(map);
  const whole = new L.Control({ position: corner });
  whole.onAdd = () => {
    const bar = L.DomUtil.create("div", "leaflet-bar");
    const link = L.DomUtil.create("a", "whole", bar);
    Object.assign(link, { href: "#atlas-map", title: box.dataset.whole, role: "button" });
    link.setAttribute("aria-label", box.dataset.whole);
    L.DomEvent.on(link, "click", (event) => { L.DomEvent.stop(event); untouched = true; given = ""; showWhole(); remember(); });
    L.DomEvent.disableClickPropagation(bar);
    return bar;
  };
  whole.addTo(map);

  const touched = (event) => {
    const moves = event.type === "keydown" ? /^(Arrow|[+=-]$)/.test(event.key)
      : event.type === "wheel" ? map.scrollWheelZoom.enabled() : !event.target.closest(".spot, .whole");
    if (moves) untouched = false;
  };
  for (const kind of ["pointerdown", "wheel", "keydown"]) box.addEventListener(kind, touched, { capture: true, passive: true });
  // A click that no pointer began: Enter on a button of the map.
  box.addEventListener("click", (event) => { if (event.target.closest(".leaflet-control-zoom")) untouched = false; }, true);
  map.on("moveend", () => {
    box.setAttribute("aria-busy", "true");
    clearTimeout(timer);
    timer = setTimeout(() => { timer = 0; remember(); fetchMarks(); }, WAIT);
  });
  addEventListener("resize", () => map.invalidateSize());
  await fetchMarks();

  return {
    /** After the filter has changed: the same window if it holds anything of the answer, else all of it. After a step
        `back` in the browser: as it was. */
    async asked({ back }) {
      hush({ back: false });
      if (back) restore();
      else if (untouched && !given) showWhole(false);
      await fetchMarks();
      const seen = map.getBounds();
      const [[south, west], [north, east]] = wholeBounds();
      const any = seen.intersects([[south, west], [north, east]]) && answer.marks.some((mark) => seen.contains([mark[0] / DEGREE, mark[1] / DEGREE]));
      if (!back && !any) { given = ""; untouched = true; showWhole(false); }
      if (!back) remember();
    },
    /** The window, as a filter says it. */
    window() {
      const seen = map.getBounds();
      return [Math.max(seen.getWest(), -180), Math.max(seen.getSouth(), -90), Math.min(seen.getEast(), 180), Math.min(seen.getNorth(), 90)].map((degrees) => degrees.toFixed(3)).join(",");
    },
  };
}

const WIDE = 600; // px of the map, from which a card stands beside its mark
const MOST_TOWNS = 12; // named at once
const NEAR = 4; // zoom from which borders are drawn as they are
const COARSE = 0.15; // degrees between points of a border from afar: less than two pixels
const boundsOf = (part, bounds) => typeof part[0] === "number" ? bounds.extend([part[1], part[0]]) : part.reduce((all, inner) => boundsOf(inner, all), bounds);

/** The topology without points that lie closer than `degrees` to the one before. */
function coarser(topology, degrees) {
  const [across, up] = topology.transform?.scale ?? [1, 1];
  const arcs = topology.arcs.map((arc) => {
    let [x, y, keptX, keptY] = [0, 0, 0, 0];
    const kept = [];
    arc.forEach(([dx, dy], at) => {
      if (topology.transform) { x += dx; y += dy; } else { x = dx; y = dy; }
      if (at > 0 && at < arc.length - 1 && Math.hypot((x - keptX) * across, (y - keptY) * up) < degrees) return;
      kept.push(topology.transform ? [x - keptX, y - keptY] : [x, y]);
      [keptX, keptY] = [x, y];
    });
    return kept;
  });
  return { ...topology, arcs };
}

// Where a country's square may stand, by its label point: never farther than its own size, or it would be the neighbour's.
const BESIDE = [[0, 0], ...[6, 12, 18, 24].flatMap((far) => [[far, 0], [-far, 0], [0, far], [0, -far], [far * 0.7, far * 0.7], [-far * 0.7, far * 0.7], [far * 0.7, -far * 0.7], [-far * 0.7, -far * 0.7]])];
const around = (middle, width, height) => [middle.x - width / 2, middle.y - height / 2, middle.x + width / 2, middle.y + height / 2];
const meet = (one, other) => one[0] < other[2] && other[0] < one[2] && one[1] < other[3] && other[1] < one[3];
const shared = (one, other) => meet(one, other) ? (Math.min(one[2], other[2]) - Math.max(one[0], other[0])) * (Math.min(one[3], other[3]) - Math.max(one[1], other[1])) : 0;
