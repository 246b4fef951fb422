/** What htmx cannot do for the wizard: after a field was judged, its input has to know whether it is in order. */
document.addEventListener("htmx:oobAfterSwap", (event) => {
  const says = event.detail.target;
  if (!says.classList.contains("says")) return;
  const name = says.id.replace("says-", "");
  for (const input of document.getElementsByName(name)) {
    if (says.querySelector(".errorlist")) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
  }
});
/** Names the chosen file, since the browser's own words are hidden. */
document.addEventListener("change", (event) => {
  const name = event.target.closest(".paste__file")?.querySelector("[data-file-name]");
  if (name) name.textContent = [...event.target.files].map((file) => file.name).join(", ");
});
/** Going back to an answer of the form, or loading it again, would send the form again: it becomes a page to ask for, which goes on with the newest draft. */
history.replaceState(history.state, "", location.href);
