// A link with data-dialogue=ID opens that <dialog> in place of the page it leads to; data-close closes it.
let opener = null;

addEventListener("click", (event) => {
  const link = event.target.closest?.("[data-dialogue]");
  if (link && !event.metaKey && !event.ctrlKey && !event.shiftKey) {
    const dialog = document.getElementById(link.dataset.dialogue);
    if (dialog?.showModal) {
      event.preventDefault();
      opener = link;
      dialog.showModal();
    }
  }
  const close = event.target.closest?.("dialog [data-close]");
  if (close) {
    event.preventDefault();
    close.closest("dialog").close();
  }
  // A click on the ground behind it.
  if (event.target instanceof HTMLDialogElement && event.target.open) {
    const box = event.target.getBoundingClientRect();
    if (event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom) event.target.close();
  }
});

addEventListener("close", () => { opener?.focus(); opener = null; }, true);

// A fragment that brings an opened dialogue is shown as one.
addEventListener("htmx:afterSwap", (event) => {
  const dialog = event.target.querySelector?.("dialog[data-modal]");
  if (dialog && !dialog.open) dialog.showModal();
});
