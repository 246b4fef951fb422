/**
 * What htmx's polling lacks: a hidden tab asks nothing, catches up when seen again, and the tab's title tells the state.
 * An element that polls carries data-watch; with data-watch="always" it goes on in a hidden tab, but seldom.
 * One with data-watch-title gives the page its title ("✓ Completed · Song").
 */
(() => {
  const SELDOM = 20_000;
  const ending = document.title;
  let asked = 0;

  document.addEventListener("htmx:beforeRequest", (event) => {
    const watched = event.detail.elt.closest("[data-watch]");
    if (!document.hidden || !watched) return;
    if (watched.dataset.watch !== "always" || Date.now() - asked < SELDOM) event.preventDefault();
    else asked = Date.now();
  });

  // Nobody did anything: a session must not live on by it.
  document.addEventListener("htmx:configRequest", ({ detail }) => {
    if (detail.elt.matches("[data-watch]")) detail.headers["X-Watching"] = "1";
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
