/** Tools for many beats at once. What one would do is shown while it is set up, and done by "Apply". */

/** `form` holds the tool's name and its fields; `original()` the beats to snap to; `spell(pattern, values)` fills a sentence. */
export function connectTools({ form, editor, edits, original, spell }) {
  const told = form.querySelector("output");
  const apply = form.querySelector("[data-correct-apply]");
  const number = (name) => (Number.isFinite(form.elements[name].valueAsNumber) ? form.elements[name].valueAsNumber : 0);

  const tools = {
    every: (beats) => edits.everyNth(beats, Math.max(1, Math.round(number("nth"))), Math.max(0, Math.round(number("first")) - 1)),
    downbeats: edits.downbeatsOnly,
    strong: (beats) => edits.strongOnly(beats, number("least")),
    double: edits.double,
    half: (beats) => edits.everyNth(beats, 2, Math.max(0, Math.round(number("first")) - 1)),
    offset: (beats) => edits.offset(beats, number("ms") / 1000, editor.end()),
    snap: (beats) => edits.snap(beats, original(), number("reach") / 1000),
  };

  const name = () => form.elements.tool.value;
  const result = () => edits.within(editor.beats(), editor.chosen(), tools[name()]);

  function showFields() {
    for (const field of form.querySelectorAll("[data-for]")) field.hidden = !field.dataset.for.split(" ").includes(name());
    form.querySelector("[data-correct-least]").textContent = number("least").toFixed(2);
  }

  function tryOut() {
    showFields();
    apply.disabled = !name();
    if (!name()) {
      told.textContent = "";
      if (editor.isTrying()) editor.try(null);
      return;
    }
    const next = result();
    const pattern = editor.chosen().size > 1 ? told.dataset.textRange : told.dataset.textAll;
    told.textContent = spell(pattern, { before: editor.beats().length, after: next.length });
    apply.disabled = next.length === 0;
    editor.try(next);
  }

  function stop() {
    form.elements.tool.value = "";
    tryOut();
  }

  form.addEventListener("input", tryOut);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!name() || apply.disabled) return;
    const next = result();
    form.elements.tool.value = "";
    editor.take(next, []);
    tryOut();
  });
  form.querySelector("[data-correct-cancel]").addEventListener("click", stop);
  // Something else was done meanwhile: what was tried out is over.
  editor.onChange(() => {
    if (name() && !editor.isTrying()) stop();
  });
  showFields();
  return { stop };
}
