/**
 * The dashboard by keyboard: from job to job, also by arrows once a job has the focus; ticking and searching.
 * Which key does what stands in the page's list of keys: <kbd data-deed> in <dl data-keys>, by its text or its data-key.
 */
(() => {
  const links = () => [...document.querySelectorAll("#board .table__title > a")];
  const rowOf = (element) => element.closest?.("#board tbody tr");

  const isTyping = ({ target }) => target.matches?.("textarea, select, [contenteditable], input:not([type=checkbox])");

  const go = (event, steps) => {
    const found = links();
    const here = found.findIndex((link) => rowOf(link) === rowOf(document.activeElement));
    const next = here < 0 ? found[steps > 0 ? 0 : found.length - 1] : found[here + steps];
    if (!next) return;
    event.preventDefault();
    next.focus();
    next.closest("tr").scrollIntoView({ block: "nearest" });
  };

  const tick = (event) => {
    const box = rowOf(document.activeElement)?.querySelector("[name=job]");
    if (!box) return;
    event.preventDefault();
    box.click();
  };

  const search = (event) => {
    const field = document.querySelector(".filters [name=text]");
    if (!field) return;
    event.preventDefault();
    field.focus();
    field.select();
  };

  const fromJob = (steps) => (event) => rowOf(document.activeElement) && go(event, steps);

  const deeds = { next: (event) => go(event, 1), previous: (event) => go(event, -1), down: fromJob(1), up: fromJob(-1), tick, search };
  const bound = new Map();
  for (const { dataset, textContent } of document.querySelectorAll("main [data-keys] [data-deed]")) {
    bound.set(dataset.key ?? textContent, deeds[dataset.deed]);
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || isTyping(event)) return;
    bound.get(event.key)?.(event);
  });
})();
