/**
 * The library's list: arrows walk through its lines, a file opens beside it where there is room, and ticks are counted.
 * Marks: [data-line] the link of a line, [data-file] one that leads to a file, #panel where files are shown.
 */
(() => {
  const WIDE = matchMedia("(min-width: 62rem)");
  const lines = () => [...document.querySelectorAll("#listing [data-line]")];
  const boxes = () => [...document.querySelectorAll("#listing [name=path][type=checkbox]")];
  const all = () => document.querySelector("#tick-all");

  const select = (line) => {
    for (const row of document.querySelectorAll("#listing tr[aria-selected]")) row.removeAttribute("aria-selected");
    line?.closest("tr").setAttribute("aria-selected", "true");
  };

  const tell = () => {
    if (!all()) return;
    const ticked = boxes().filter((box) => box.checked).length;
    all().checked = ticked > 0 && ticked === boxes().length;
    all().indeterminate = ticked > 0 && !all().checked;
    const count = document.querySelector("[data-ticked]");
    if (count) count.textContent = count.dataset.ticked.replace("{}", ticked);
  };

  document.addEventListener("click", (event) => {
    const close = event.target.closest("[data-panel-close]");
    if (close && close.closest("#panel")) {
      event.preventDefault();
      document.querySelector("#panel").replaceChildren();
      const chosen = document.querySelector("#listing tr[aria-selected] [data-line]");
      select(null);
      chosen?.focus();
      return;
    }
    const line = event.target.closest("#listing [data-file]");
    const plain = !(event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
    if (!line || !plain || !WIDE.matches) return;
    event.preventDefault();
    select(line);
    htmx.ajax("GET", line.href, { target: "#panel", swap: "innerHTML" });
  });

  const current = () => document.activeElement?.closest("#listing tbody tr")?.querySelector("[data-line]");
  const walk = (choose) => (event) => {
    event.preventDefault();
    choose(lines(), lines().indexOf(current()))?.focus();
  };
  const play = (event) => {
    if (document.activeElement !== current()) return;
    event.preventDefault();
    (current().closest("tr").querySelector("[data-play]") ?? current()).click();
  };
  const deeds = {
    next: walk((every, here) => every[here + 1]),
    previous: walk((every, here) => every[here - 1]),
    first: walk((every) => every[0]),
    last: walk((every) => every.at(-1)),
    play,
  };

  document.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || !current()) return;
    // Which key does what stands in the page's list of keys.
    const key = document.querySelector(`main [data-keys] [data-key="${CSS.escape(event.key)}"]`);
    if (key) deeds[key.dataset.deed](event);
  });

  document.addEventListener("change", ({ target }) => {
    if (target === all()) for (const box of boxes()) box.checked = target.checked;
    if (target === all() || target.name === "path") tell();
  });

  // The list comes anew when files were brought: what was ticked, open or in focus stays so.
  let was = null;
  const isList = (event) => event.target.id === "listing" || event.detail.target?.id === "listing";
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (!isList(event)) return;
    was = {
      ticked: new Set(boxes().flatMap((box) => (box.checked ? [box.value] : []))),
      open: document.querySelector("#listing tr[aria-selected] [data-line]")?.href,
      focus: document.activeElement.closest("#listing tr")?.querySelector("[data-line]")?.href,
    };
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (!isList(event) || !was) return;
    for (const box of boxes()) box.checked = was.ticked.has(box.value);
    select(lines().find((line) => line.href === was.open));
    lines().find((line) => line.href === was.focus)?.focus({ preventScroll: true });
    was = null;
    tell();
  });

  // Back from another page, browsers tick again what was ticked.
  addEventListener("pageshow", tell);
})();
