/** Leaves a watched part of the page alone when the portal answers that it has not changed (304). */
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.xhr.status === 304) event.detail.shouldSwap = false;
});
