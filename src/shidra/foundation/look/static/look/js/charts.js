// Charts: arrows go from point to point in order of time and the words of the point are said and shown below.
const here = (mark, on) => mark.classList.toggle("here", on);

for (const figure of document.querySelectorAll(".chart-figure")) {
  const words = figure.querySelector(".chart-words");
  const show = (point) => {
    for (const other of figure.querySelectorAll(".chart-point.here")) here(other, false);
    if (point) here(point, true);
    if (words) words.textContent = point ? point.getAttribute("aria-label") : "";
  };
  for (const chart of figure.querySelectorAll("svg.chart")) {
    const points = [...chart.querySelectorAll(".chart-point")];
    if (!points.length) continue;
    points.forEach((point, at) => point.setAttribute("tabindex", at === points.length - 1 ? "0" : "-1"));
    const go = (at) => {
      for (const point of points) point.setAttribute("tabindex", "-1");
      points[at].setAttribute("tabindex", "0");
      points[at].focus();
    };
    chart.addEventListener("keydown", (event) => {
      const at = points.indexOf(event.target);
      if (at < 0) return;
      const ahead = getComputedStyle(chart).direction === "rtl" ? -1 : 1;
      const moves = { ArrowRight: at + ahead, ArrowLeft: at - ahead, Home: 0, End: points.length - 1 };
      if (event.key in moves) {
        event.preventDefault();
        go(Math.max(0, Math.min(moves[event.key], points.length - 1)));
      } else if (event.key === "Escape") show(null);
    });
    chart.addEventListener("focusin", (event) => { if (points.includes(event.target)) show(event.target); });
    chart.addEventListener("pointerover", (event) => { const point = event.target.closest(".chart-point"); if (point) show(point); });
    chart.addEventListener("pointerleave", () => { if (!chart.contains(document.activeElement)) show(null); });
  }
}
