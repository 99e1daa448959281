// Tables with data-grid are one stop of the Tab key; arrows go from cell to cell along the line of reading.
const stops = (grid) => [...grid.rows].map((row) => [...row.cells]);

const prepare = (root) => {
  for (const grid of root.querySelectorAll?.("table[data-grid]") ?? []) {
    if (grid.querySelector("[tabindex='0']")) continue;
    for (const cell of grid.querySelectorAll("td, th")) if (!cell.hasAttribute("tabindex")) cell.tabIndex = -1;
    const first = grid.querySelector("tbody td");
    if (first) first.tabIndex = 0;
  }
};

addEventListener("keydown", (event) => {
  const cell = event.target.closest?.("table[data-grid] :is(td, th)");
  if (!cell || event.target !== cell) return;
  const grid = cell.closest("table");
  const rows = stops(grid);
  const y = cell.parentElement.rowIndex;
  const x = cell.cellIndex;
  const ahead = getComputedStyle(grid).direction === "rtl" ? -1 : 1;
  const moves = {
    ArrowRight: [y, x + ahead], ArrowLeft: [y, x - ahead], ArrowDown: [y + 1, x], ArrowUp: [y - 1, x],
    Home: [event.ctrlKey ? 0 : y, 0], End: [event.ctrlKey ? rows.length - 1 : y, Infinity], PageDown: [y + 10, x], PageUp: [y - 10, x],
  };
  if (event.key === "Enter") { cell.querySelector("a, button, input, select")?.focus(); return; }
  if (!(event.key in moves)) return;
  event.preventDefault();
  const [wantedY, wantedX] = moves[event.key];
  const row = rows[Math.max(0, Math.min(wantedY, rows.length - 1))];
  const next = row[Math.max(0, Math.min(wantedX, row.length - 1))];
  cell.tabIndex = -1;
  next.tabIndex = 0;
  next.focus();
});

// Escape inside a cell goes back to the cell.
addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const cell = event.target.closest?.("table[data-grid] :is(td, th)");
  if (cell && cell !== event.target) cell.focus();
});

prepare(document);
addEventListener("htmx:load", (event) => prepare(event.target));
