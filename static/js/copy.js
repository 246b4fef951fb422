/** Puts the text of a [data-copy] button on the clipboard and says so for a moment. */
async function copy(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  // Browsers keep the clipboard from pages without https, such as a portal in the local network.
  const area = document.createElement("textarea");
  area.className = "visually-hidden";
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  await copy(button.dataset.copy);

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
