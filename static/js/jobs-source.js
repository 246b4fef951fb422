/** Shows only the field of the chosen way to hand over a song, which learns it by "shown"; a file that is dropped chooses its way. */
(() => {
  const ways = () => document.querySelectorAll("input[name=source]");

  function show() {
    const chosen = [...ways()].find((way) => way.checked)?.value;
    for (const part of document.querySelectorAll("[data-source]")) {
      part.hidden = part.dataset.source !== chosen;
      if (!part.hidden) part.dispatchEvent(new Event("shown"));
    }
  }

  document.addEventListener("change", (event) => {
    if (event.target.name === "source") show();
  });
  document.addEventListener("uploads:taken", () => {
    const upload = [...ways()].find((way) => way.value === "upload");
    if (!upload || upload.checked) return;
    upload.checked = true;
    upload.dispatchEvent(new Event("change", { bubbles: true }));
  });
  // Coming back to the page, the browser puts the chosen way back without a word.
  addEventListener("pageshow", show);
  show();
})();
