// Charts: arrows go from point to point in order of time; the words of the point are said, and shown below.
for (const figure of document.querySelectorAll(".chart-figure")) {
  const words = figure.querySelector(".chart-words");
  const show = (point) => {
    for (const other of figure.querySelectorAll(".chart-point.here")) other.classList.toggle("here", false);
    point?.classList.add("here");
    if (words) words.textContent = point ? point.dataset.words : "";
  };
  for (const chart of figure.querySelectorAll("svg.chart")) {
    const points = [...chart.querySelectorAll(".chart-point")];
    if (!points.length) continue;
    // As a picture its points are not to be reached; with script it is a group of them.
    chart.setAttribute("role", "group");
    if (words) { words.hidden = false; words.setAttribute("aria-hidden", "true"); }
    points.forEach((point, at) => {
      point.setAttribute("role", "img");
      point.setAttribute("aria-label", point.dataset.words);
      point.setAttribute("tabindex", at === points.length - 1 ? "0" : "-1");
    });
    chart.addEventListener("keydown", (event) => {
      const at = points.indexOf(event.target);
      if (at < 0) return;
      const ahead = getComputedStyle(chart).direction === "rtl" ? -1 : 1;
      const moves = { ArrowRight: at + ahead, ArrowLeft: at - ahead, Home: 0, End: points.length - 1 };
      if (event.key === "Escape") show(null);
      if (!(event.key in moves)) return;
      event.preventDefault();
      const next = points[Math.max(0, Math.min(moves[event.key], points.length - 1))];
      event.target.setAttribute("tabindex", "-1");
      next.setAttribute("tabindex", "0");
      next.focus();
    });
    chart.addEventListener("pointerover", (event) => { const point = event.target.closest(".chart-point"); if (point) show(point); });
    chart.addEventListener("pointerleave", () => { if (!chart.contains(document.activeElement)) show(null); });
  }
  // On the figure: a drawing that listens to focus itself becomes a stop of the Tab key.
  figure.addEventListener("focusin", (event) => show(event.target.closest(".chart-point")));
  figure.addEventListener("focusout", () => show(null));
}
