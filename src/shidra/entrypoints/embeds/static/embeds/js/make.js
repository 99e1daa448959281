// Without script the form is sent by its button; with it, what is chosen is seen at once, and lines are copied by a press.
const form = document.querySelector("form[data-embed-maker]");
const made = document.getElementById("made");
let asking = null;

const prepare = () => {
  for (const button of made.querySelectorAll("[data-copy]")) button.hidden = false;
};

const show = async () => {
  if (!form.elements.url.value || !form.checkValidity()) return;
  const address = `${form.action}?${new URLSearchParams(new FormData(form))}`;
  asking?.abort();
  asking = new AbortController();
  made.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(address, { signal: asking.signal });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!answer.ok || page.getElementById("form-errors")) { form.submit(); return; }
    made.replaceChildren(...page.getElementById("made").childNodes);
    history.replaceState(null, "", address);
    prepare();
  } catch (fault) {
    if (fault.name === "AbortError") return;
  }
  made.removeAttribute("aria-busy");
};

form.addEventListener("change", (event) => {
  if (event.target.name === "accent") form.elements.own_colour.checked = true;
  show();
});

addEventListener("click", async (event) => {
  const button = event.target.closest?.("[data-copy]");
  if (!button) return;
  const lines = document.getElementById(button.dataset.copy);
  lines.select();
  try { await navigator.clipboard.writeText(lines.value); } catch { document.execCommand("copy"); }
  const said = made.querySelector("[data-copied]");
  said.textContent = "";
  requestAnimationFrame(() => { said.textContent = said.dataset.copied; });
});

prepare();
