/** What a watched part of a page does with answers that are no news of it: nothing new (304), or no longer signed in. */
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (!detail.requestConfig.elt.matches("[data-watch]")) return;
  if (detail.xhr.status === 304) detail.shouldSwap = false;

  const asked = new URL(detail.pathInfo.requestPath, location).pathname;
  if (new URL(detail.xhr.responseURL).pathname === asked) return;
  detail.shouldSwap = false;
  location.reload();
});
