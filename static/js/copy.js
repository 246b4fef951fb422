/** Puts the text of a [data-copy] button on the clipboard and says so for a moment. */
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(button.dataset.copy);

  const use = button.querySelector("use");
  const before = { icon: use.getAttribute("href"), label: button.getAttribute("aria-label") };
  button.dataset.copied = "";
  button.setAttribute("aria-label", button.dataset.copiedText);
  use.setAttribute("href", before.icon.replace(/#.*/, "#check"));
  setTimeout(() => {
    delete button.dataset.copied;
    use.setAttribute("href", before.icon);
    if (before.label === null) button.removeAttribute("aria-label");
    else button.setAttribute("aria-label", before.label);
  }, 1600);
});
