// The atlas's page: a filter changes what is shown without a new page, and the map, if there is one, goes along.
const PARTS = ["atlas-said", "atlas-filters", "atlas-views", "atlas-unplaced", "atlas-list", "atlas-files", "atlas-countries"];
const here = (id) => document.getElementById(id);
const box = here("atlas-map");
let map = null;
let asking = null;

const view = (address) => new URL(address, location.href).searchParams.get("view") || "map";

function replace(id, page) {
  const [old, fresh] = [here(id), page.getElementById(id)];
  if (!old || !fresh) return;
  const open = [...old.querySelectorAll("details[open]")].map((menu) => [menu.id, menu.querySelector(".menu-list")?.scrollTop]);
  const at = old.contains(document.activeElement) ? document.activeElement.id : "";
  const lost = old.contains(document.activeElement) && !at;
  old.replaceWith(fresh);
  for (const [name, top] of open) {
    const menu = name && here(name);
    if (menu) { menu.open = true; menu.querySelector(".menu-list").scrollTop = top; }
  }
  if (at) here(at)?.focus();
  else if (lost) { const next = id === "atlas-filters" ? here("atlas-q") : here("atlas-list-title"); next?.focus({ preventScroll: true }); }
}

async function show(address, { push = true } = {}) {
  asking?.abort();
  asking = new AbortController();
  let page;
  try {
    const answer = await fetch(address, { signal: asking.signal, credentials: "same-origin" });
    if (!answer.ok) throw new Error(answer.statusText);
    page = new DOMParser().parseFromString(await answer.text(), "text/html");
  } catch (problem) {
    if (problem.name !== "AbortError") location.assign(address);
    return;
  }
  if (push) history.pushState(null, "", address);
  for (const id of PARTS) replace(id, page);
  const fresh = page.getElementById("atlas-map");
  if (map && fresh) {
    Object.assign(box.dataset, { query: fresh.dataset.query, extent: fresh.dataset.extent });
    map.asked({ back: !push });
  }
  here("atlas-live").textContent = page.getElementById("atlas-answer")?.dataset.matching ?? "";
}

function addressOf(form) {
  const asked = new URLSearchParams([...new FormData(form)].filter(([, value]) => value !== ""));
  return `${form.getAttribute("action")}${asked.size ? "?" : ""}${asked}`;
}

addEventListener("change", (event) => {
  if (event.target.matches("#atlas-filters input[type=checkbox]")) show(addressOf(event.target.form));
});

addEventListener("submit", (event) => {
  if (event.target.id !== "atlas-filters") return;
  event.preventDefault();
  show(addressOf(event.target));
});

addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href]");
  const plain = !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0;
  if (link && plain && PARTS.some((id) => here(id)?.contains(link)) && !link.hasAttribute("download")) {
    const to = new URL(link.href);
    if (to.pathname === location.pathname && !to.hash && view(to) === view(location.href)) {
      event.preventDefault();
      show(to.href).then(() => { if (link.closest(".pages")) here("atlas-list")?.scrollIntoView({ block: "start" }); });
    }
  }
  // Without a step in the history, which would fetch the page's parts again and lose the focus.
  if (plain && link?.closest(".skip-map")) { event.preventDefault(); here(link.hash.slice(1)).focus(); }
  if (link?.closest(".langs")) link.href = new URL(link.href).pathname + location.search; // the same view in that language
  const copy = event.target.closest?.("[data-copy-link]");
  if (copy) copyLink(copy);
  if (event.target.closest?.("[data-this-window]") && map) {
    const asked = new URLSearchParams(box.dataset.query);
    asked.set("in", map.window());
    show(`${location.pathname}?${asked}`);
  }
});

addEventListener("popstate", () => show(location.href, { push: false }));

async function copyLink(button) {
  const words = button.querySelector("span");
  try {
    await navigator.clipboard.writeText(location.href);
  } catch {
    const field = Object.assign(document.createElement("input"), { value: location.href, readOnly: true });
    button.after(field);
    field.select();
    document.execCommand("copy");
    field.remove();
    button.focus();
  }
  const before = words.textContent;
  words.textContent = here("atlas-live").textContent = button.dataset.done;
  setTimeout(() => { words.textContent = before; }, 2500);
}

if (box) {
  try {
    const { openMap } = await import(new URL(box.dataset.script, location.href).href);
    map = await openMap(box);
  } catch (problem) {
    const trouble = here("atlas-trouble");
    trouble.textContent = box.dataset.failed;
    trouble.hidden = false;
    console.warn(problem);
  }
}
