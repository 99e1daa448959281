// The map in a page of others: the same map as on the atlas's page. It keeps nothing in the reader's browser.
const box = document.getElementById("atlas-map");
document.documentElement.classList.add("has-script");
try {
  const { openMap } = await import(new URL(box.dataset.script, location.href).href);
  await openMap(box);
} catch (problem) {
  const trouble = document.getElementById("atlas-trouble");
  trouble.textContent = box.dataset.failed;
  trouble.hidden = false;
  console.warn(problem);
}
