/**
 * Ticked jobs: "all" ticks every row, Shift ticks a range, the bar counts and unticks, and what is ticked stays so when
 * the live table is swapped.
 */
(() => {
  const rows = () => [...document.querySelectorAll("#board [name=job]")];
  const all = () => document.querySelector("#tick-all");
  let kept = new Set();
  let last = null;

  const tell = () => {
    if (!all()) return;
    const ticked = rows().filter((row) => row.checked).length;
    all().checked = ticked > 0 && ticked === rows().length;
    all().indeterminate = ticked > 0 && !all().checked;
    const count = document.querySelector("[data-ticked]");
    const compare = document.querySelector("#compare-ticked");
    if (compare) compare.disabled = ticked !== 2;
    if (count) count.textContent = count.dataset.ticked.replace("{}", ticked);
  };

  const tickAll = (checked) => {
    for (const row of rows()) row.checked = checked;
    tell();
  };

  // From the row that was clicked last to this one, as this one is now.
  const tickRange = (row) => {
    const places = rows();
    const [from, to] = [places.findIndex(({ value }) => value === last), places.indexOf(row)].sort((a, b) => a - b);
    if (from >= 0) for (const each of places.slice(from, to + 1)) each.checked = row.checked;
  };

  document.addEventListener("click", (event) => {
    if (event.target.closest("#untick")) {
      tickAll(false);
      document.querySelector("#tick-all")?.focus();
    }
    if (!event.target.matches("#board [name=job]")) return;
    if (event.shiftKey) tickRange(event.target);
    last = event.target.value;
    tell();
  });

  document.addEventListener("change", ({ target }) => {
    if (target === all()) tickAll(target.checked);
    if (target.form?.id === "selection") tell();
  });

  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    if (detail.target.id === "board") kept = new Set(rows().filter((row) => row.checked).map((row) => row.value));
  });

  document.addEventListener("htmx:afterSwap", () => {
    for (const row of rows()) row.checked = row.checked || kept.has(row.value);
    tell();
  });

  // Back from another page, browsers tick again what was ticked.
  addEventListener("pageshow", tell);
})();
