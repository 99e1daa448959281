// A passkey that was not used says why; without this a press of the button that fails would change nothing on the page.
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  const { name } = event.detail.exception ?? {};
  const reason = { SecurityError: "elsewhere", InvalidStateError: "known" }[name] ?? "refused";
  for (const notice of document.querySelectorAll("[data-passkey]")) {
    notice.hidden = notice.dataset.passkey !== reason;
  }
});
