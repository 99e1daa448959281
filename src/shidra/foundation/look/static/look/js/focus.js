// After htmx replaced a part of the page, focus stays where the person was, or goes to what the fragment marks.
let before = null;

addEventListener("htmx:beforeSwap", () => {
  const at = document.activeElement;
  before = at && at !== document.body ? { id: at.id, name: at.getAttribute("name"), start: at.selectionStart, end: at.selectionEnd } : null;
});

addEventListener("htmx:afterSettle", (event) => {
  const part = event.detail.elt;
  const marked = part.querySelector?.("[data-focus]");
  const here = document.activeElement && document.activeElement !== document.body;
  if (marked) {
    marked.focus();
  } else if (!here && before) {
    const again = (before.id && document.getElementById(before.id)) || (before.name && part.querySelector(`[name="${CSS.escape(before.name)}"]`));
    again?.focus();
    if (again?.setSelectionRange && before.start != null) { try { again.setSelectionRange(before.start, before.end); } catch { /* not a text field */ } }
  }
});

// The network failed, or the server did: say so where messages are said.
const say = (words) => {
  const messages = document.getElementById("messages");
  if (messages && words) messages.replaceChildren(Object.assign(document.createElement("p"), { className: "notice st-off", textContent: words }));
};
addEventListener("htmx:sendError", () => say(document.body.dataset.sendError));
addEventListener("htmx:responseError", () => say(document.body.dataset.responseError));
