/** Shows only the field of the chosen way to hand over a song; a file that is dropped or typed chooses its way. */
(() => {
  const parts = (form) => form.querySelectorAll("[data-source]");

  function show(form) {
    const chosen = form.querySelector("input[name=source]:checked")?.value;
    for (const part of parts(form)) part.hidden = part.dataset.source !== chosen;
  }

  function showAll() {
    for (const form of document.querySelectorAll("form:has([data-source])")) show(form);
  }

  document.addEventListener("change", (event) => {
    if (event.target.name === "source") show(event.target.form);
  });
  // A refused upload puts a new form in the place of the old one.
  new MutationObserver(showAll).observe(document.getElementById("main"), { childList: true, subtree: true });
  // Coming back to the page, the browser puts the chosen way back without a word.
  addEventListener("pageshow", showAll);
  showAll();
})();
