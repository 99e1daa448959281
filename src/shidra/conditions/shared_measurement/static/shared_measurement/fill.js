// The form of a report: Enter and the arrows go up and down a column, as in a sheet; nothing that was typed is lost.
const rowOf = (target) => target?.closest?.("tr[data-row]");
const timers = new WeakMap();

addEventListener("keydown", (event) => {
  const field = event.target.closest?.(".fill-sheet [data-column]");
  if (!field || event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
  const isEnter = event.key === "Enter";
  const isArrow = field.tagName !== "SELECT" && (event.key === "ArrowDown" || event.key === "ArrowUp");
  if (!isEnter && !isArrow) return;
  event.preventDefault();
  const step = event.key === "ArrowUp" || (isEnter && event.shiftKey) ? -1 : 1;
  const fields = [...document.querySelectorAll(".fill-sheet [data-column]")];
  const inTable = (one) => one.closest("table") === field.closest("table");
  const column = fields.filter((one) => inTable(one) && one.dataset.column === field.dataset.column);
  let next = column[column.indexOf(field) + step];
  if (!next) {
    // At the end of a table the column goes on in the next one: the same column there, or its first.
    const tables = [...document.querySelectorAll(".fill-sheet table")];
    const beside = tables[tables.indexOf(field.closest("table")) + step];
    const there = beside ? fields.filter((one) => beside.contains(one)) : [];
    const same = there.filter((one) => one.dataset.column === (field.dataset.column === "state" ? "state" : there[0].dataset.column));
    next = step > 0 ? same[0] : same[same.length - 1];
  }
  if (next) {
    next.focus();
    next.select?.();
  } else {
    field.blur();
    field.focus();
  }
});

// What was typed and not yet answered is kept by the server a moment later, and when the page is left.
const keep = (row) => {
  clearTimeout(timers.get(row));
  if (!row.hasAttribute("data-typed")) return;
  const typed = new FormData();
  for (const field of row.querySelectorAll("[name]")) if (field.tagName !== "BUTTON") typed.append(field.name, field.value);
  typed.append("keep", "1");
  typed.append("csrfmiddlewaretoken", document.querySelector("#fill [name=csrfmiddlewaretoken]").value);
  navigator.sendBeacon(row.getAttribute("hx-post"), typed);
};

addEventListener("input", (event) => {
  const row = rowOf(event.target);
  if (!row) return;
  row.setAttribute("data-typed", "");
  clearTimeout(timers.get(row));
  timers.set(row, setTimeout(() => keep(row), 1500));
});
addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") for (const row of document.querySelectorAll("tr[data-typed]")) keep(row);
});

addEventListener("htmx:beforeRequest", (event) => {
  const row = rowOf(event.detail.elt);
  if (!row) return;
  clearTimeout(timers.get(row));
  row.removeAttribute("data-typed");
});
for (const fault of ["htmx:sendError", "htmx:responseError"]) {
  addEventListener(fault, (event) => rowOf(event.detail.elt)?.setAttribute("data-typed", ""));
}

// The fields of a row stay as they were typed; only what is said beside them is new.
const mark = (said) => {
  const row = rowOf(said);
  if (!row) return;
  const wrong = (said.dataset.wrong ?? "").split(" ");
  for (const field of row.querySelectorAll("[data-column]")) {
    if (wrong.includes(field.dataset.column) && !said.classList.contains("st-begun")) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
    if (field.dataset.column === "value" && field.tagName === "INPUT") field.placeholder = said.dataset.result ?? "";
  }
};
for (const swapped of ["htmx:afterSwap", "htmx:oobAfterSwap"]) {
  addEventListener(swapped, () => document.querySelectorAll(".fill-sheet .said").forEach(mark));
}
