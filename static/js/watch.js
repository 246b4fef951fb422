/**
 * What htmx's polling lacks: a hidden tab asks nothing, catches up when seen again, and the tab's title tells the state.
 * An element that polls carries data-watch; one with data-watch-title gives the page its title ("✓ Completed · Song").
 */
(() => {
  const ending = document.title;

  document.addEventListener("htmx:beforeRequest", (event) => {
    const source = event.detail.elt;
    if (document.hidden && source.closest("[data-watch]")) event.preventDefault();
  });

  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    for (const element of document.querySelectorAll("[data-watch]")) htmx.trigger(element, "seen");
  });

  const retitle = () => {
    const said = document.querySelector("[data-watch-title]")?.dataset.watchTitle;
    document.title = said ? `${said} · ${ending}` : ending;
  };

  document.addEventListener("htmx:afterSwap", retitle);
  retitle();
})();
