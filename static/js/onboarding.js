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
/** Going back to an answer of the form, or loading it again, would send the form again: it becomes a page to ask for, which goes on with the newest draft. */
history.replaceState(history.state, "", location.href);
