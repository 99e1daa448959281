// Charts to look at closely and to take along: full screen, SVG, PNG; one group figure at a time; printing.
// Everything here is extra: without script all figures and tables are on the page.
const words = document.querySelector("script[data-full-screen]").dataset;
const PAINT = ["fill", "fill-opacity", "stroke", "stroke-width", "stroke-dasharray", "stroke-linecap", "stroke-linejoin", "paint-order", "font-size", "font-weight", "text-anchor", "direction", "unicode-bidi", "display"];
const SVG = "http://www.w3.org/2000/svg";

const button = (label, act) => {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "btn";
  made.textContent = label;
  made.addEventListener("click", act);
  return made;
};

const fontsOfPage = async () => {
  const links = [...document.querySelectorAll('link[rel="preload"][as="font"]')];
  return Promise.all(links.map(async (link, at) => {
    const bytes = new Uint8Array(await (await fetch(link.href)).arrayBuffer());
    let text = "";
    for (let from = 0; from < bytes.length; from += 8192) text += String.fromCharCode(...bytes.subarray(from, from + 8192));
    return `@font-face { font-family: "Page ${at}"; font-weight: 300 900; src: url(data:font/woff2;base64,${btoa(text)}) format("woff2"); }`;
  }));
};

const text = (content, x, y, size, weight, fill, direction) => {
  const made = document.createElementNS(SVG, "text");
  const paint = { x, y, fill, direction, "font-size": `${size}px`, "font-weight": weight };
  for (const [name, value] of Object.entries(paint)) made.setAttribute(name, value);
  made.textContent = content;
  return made;
};

// The wide drawing with its title above and its source below, painted by attributes alone: it stands without our styles.
const picture = async (figure) => {
  const drawn = figure.querySelector("svg.chart.wide") ?? figure.querySelector("svg.chart");
  const copy = drawn.cloneNode(true);
  const from = [...drawn.querySelectorAll("*")];
  [...copy.querySelectorAll("*")].forEach((shape, at) => {
    const style = getComputedStyle(from[at]);
    for (const name of PAINT) {
      const value = style.getPropertyValue(name);
      if (value && value !== "normal") shape.setAttribute(name, value);
    }
    for (const name of ["class", "tabindex", "role", "aria-label", "data-words"]) shape.removeAttribute(name);
    if (shape.matches("circle[r='11']")) shape.remove();
  });
  const { width, height } = drawn.viewBox.baseVal;
  const direction = getComputedStyle(document.documentElement).direction;
  const style = getComputedStyle(figure);
  const root = document.createElementNS(SVG, "svg");
  root.setAttribute("xmlns", SVG);
  root.setAttribute("viewBox", `0 0 ${width + 48} ${height + 120}`);
  root.setAttribute("width", width + 48);
  root.setAttribute("height", height + 120);
  root.setAttribute("font-family", '"Page 0", "Page 1", Rubik, sans-serif');
  const fonts = document.createElementNS(SVG, "style");
  fonts.textContent = (await fontsOfPage()).join("\n");
  const ground = document.createElementNS(SVG, "rect");
  ground.setAttribute("width", "100%");
  ground.setAttribute("height", "100%");
  ground.setAttribute("fill", style.backgroundColor);
  const start = direction === "rtl" ? width + 24 : 24;
  const soft = getComputedStyle(figure.querySelector(".sub") ?? figure).color;
  const heading = figure.querySelector("h2, h3").cloneNode(true);
  const also = heading.querySelector(".also");
  also?.remove();
  for (const hidden of also?.querySelectorAll(".vh") ?? []) hidden.remove();
  const title = heading.textContent.trim();
  const name = [document.querySelector("h1").textContent.trim(), also?.textContent.trim()].filter(Boolean).join(". ");
  const cite = document.querySelector(".cite").cloneNode(true);
  for (const address of cite.querySelectorAll("a")) address.textContent = `\u2066${address.textContent}\u2069`;
  const source = cite.textContent.replace(/\s+/g, " ").trim();
  copy.setAttribute("x", 24);
  copy.setAttribute("y", 64);
  copy.setAttribute("width", width);
  copy.setAttribute("height", height);
  for (const attribute of ["class", "role", "aria-labelledby"]) copy.removeAttribute(attribute);
  root.append(
    fonts, ground,
    text(title, start, 34, 20, 600, style.color, direction),
    text(name, start, 58, 14, 400, soft, direction),
    copy,
    text(source, start, height + 100, 11, 400, soft, direction),
  );
  return { markup: new XMLSerializer().serializeToString(root), width: width + 48, height: height + 120 };
};

const save = (blob, ending) => {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = `${location.pathname.replace(/^\/|\/$/g, "").replaceAll("/", "-")}.${ending}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
};

const saveSvg = async (figure) => {
  const { markup } = await picture(figure);
  save(new Blob([markup], { type: "image/svg+xml" }), "svg");
};

const savePng = async (figure) => {
  const { markup, width, height } = await picture(figure);
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(markup)}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [width * 2, height * 2];
  const paper = canvas.getContext("2d");
  // A browser reads the fonts inside a picture after it calls the picture ready: until then its words are not drawn.
  for (let turn = 0; turn < 4; turn += 1) {
    paper.drawImage(image, 0, 0, canvas.width, canvas.height);
    await new Promise((done) => setTimeout(done, 120));
  }
  canvas.toBlob((blob) => save(blob, "png"), "image/png");
};

for (const figure of document.querySelectorAll(".chart-figure")) {
  if (!figure.querySelector("svg.chart")) continue;
  const tools = document.createElement("div");
  tools.className = "figure-tools";
  if (document.fullscreenEnabled) {
    const wide = button(words.fullScreen, () => (document.fullscreenElement ? document.exitFullscreen() : figure.requestFullscreen()));
    figure.addEventListener("fullscreenchange", () => { wide.textContent = document.fullscreenElement ? words.close : words.fullScreen; });
    tools.append(wide);
  }
  tools.append(button(words.svg, () => saveSvg(figure)), button(words.png, () => savePng(figure)));
  figure.append(tools);
}

for (const section of document.querySelectorAll(".group-figures")) {
  const figures = [...section.querySelectorAll("figure[data-group]")];
  if (figures.length < 2) continue;
  const tabs = document.createElement("div");
  tabs.className = "group-tabs";
  tabs.setAttribute("role", "group");
  tabs.setAttribute("aria-label", words.groups);
  const choose = (chosen) => figures.forEach((figure, at) => {
    figure.hidden = at !== chosen;
    tabs.children[at].setAttribute("aria-pressed", at === chosen);
  });
  figures.forEach((figure, at) => tabs.append(button(figure.querySelector("h3").textContent, () => choose(at))));
  figures[0].before(tabs);
  choose(0);
}

const downloads = document.querySelector(".take .downloads");
if (downloads) {
  const item = document.createElement("li");
  item.append(button(words.print, () => print()));
  downloads.append(item);
}
