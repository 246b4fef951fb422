/** Ticked jobs: "all" ticks every row, the bar counts, and what is ticked stays so when the live table is swapped. */
(() => {
  const rows = () => [...document.querySelectorAll("#board [name=job]")];
  const all = () => document.querySelector("#tick-all");
  let kept = new Set();

  const tell = () => {
    if (!all()) return;
    const ticked = rows().filter((row) => row.checked).length;
    all().checked = ticked > 0 && ticked === rows().length;
    all().indeterminate = ticked > 0 && !all().checked;
    const count = document.querySelector("[data-ticked]");
    if (count) count.textContent = count.dataset.ticked.replace("{}", ticked);
  };

  document.addEventListener("change", ({ target }) => {
    if (target === all()) for (const row of rows()) row.checked = target.checked;
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
