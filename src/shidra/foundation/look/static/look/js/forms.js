// Forms: filters that send themselves, a step that is taken once, leaving with unsaved words is asked about.
addEventListener("change", (event) => {
  const form = event.target.closest?.("form[data-autosubmit]");
  if (form) form.requestSubmit();
});

addEventListener("submit", (event) => {
  const form = event.target;
  // Announced to assistive software, yet still focusable; a second click within the same load is dropped.
  if (form.method !== "post" || event.defaultPrevented || form.hasAttribute("hx-post")) return;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "true";
  event.submitter?.setAttribute("aria-disabled", "true");
  delete form.dataset.changed;
});

// Coming back with the browser's back button: the step may be taken again.
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  for (const button of document.querySelectorAll("[aria-disabled='true']")) button.removeAttribute("aria-disabled");
});

addEventListener("input", (event) => {
  const form = event.target.closest?.("form[data-ask-before-leaving]");
  if (form) form.dataset.changed = "true";
});
addEventListener("beforeunload", (event) => {
  if (document.querySelector("form[data-changed]")) event.preventDefault();
});

// "Choose all" ticks the boxes of its table and says how many are chosen.
addEventListener("change", (event) => {
  const all = event.target.closest?.("input[data-choose-all]");
  const table = event.target.closest?.("table");
  if (!table) return;
  const boxes = [...table.querySelectorAll("tbody td.tick input[type=checkbox]")];
  if (all) for (const box of boxes) box.checked = all.checked;
  for (const box of boxes) box.closest("tr").classList.toggle("picked", box.checked);
  const whole = table.querySelector("input[data-choose-all]");
  const chosen = boxes.filter((box) => box.checked).length;
  if (whole) { whole.checked = chosen > 0 && chosen === boxes.length; whole.indeterminate = chosen > 0 && chosen < boxes.length; }
});

// An error summary is where reading goes on after a form came back.
document.getElementById("form-errors")?.focus();
