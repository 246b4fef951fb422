/** The dashboard by keyboard: j and k, or the arrows once a job has the focus, go from job to job; x ticks, / searches. */
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

  const deeds = { j: (event) => go(event, 1), k: (event) => go(event, -1), x: tick, "/": search };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || isTyping(event)) return;
    if (rowOf(document.activeElement) && event.key === "ArrowDown") go(event, 1);
    else if (rowOf(document.activeElement) && event.key === "ArrowUp") go(event, -1);
    else deeds[event.key]?.(event);
  });
})();
