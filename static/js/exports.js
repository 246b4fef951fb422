/** The export panel: shows the chosen program's form, keeps frame rate and offset the same in all, remembers the choice. */
(() => {
  const root = document.querySelector("[data-exports]");
  if (!root) return;
  const choices = [...root.querySelectorAll("[data-export-choice]")];
  const panels = [...root.querySelectorAll(".exports__panel")];

  const kept = (name) => {
    try {
      return localStorage.getItem(`export-${name}`);
    } catch {
      return null;
    }
  };
  const keep = (name, value) => {
    try {
      localStorage.setItem(`export-${name}`, value);
    } catch {
      // Storage may be forbidden: the choice then holds for this page only.
    }
  };

  const show = (key) => {
    for (const choice of choices) {
      if (choice.dataset.exportChoice === key) choice.setAttribute("aria-current", "true");
      else choice.removeAttribute("aria-current");
    }
    for (const panel of panels) panel.toggleAttribute("data-chosen", panel.id === `export-${key}`);
  };

  /** The plain link of a form asks for what the form would send. */
  const relink = (form) => {
    const said = [...new FormData(form)].filter(([, value]) => value.trim());
    const query = new URLSearchParams(said).toString();
    form.querySelector("[data-export-link]").href = form.getAttribute("action") + (query ? `?${query}` : "");
  };

  /** A frame rate and an offset hold for every program; where a timeline begins does not. */
  const spread = (name, value) => {
    for (const form of root.querySelectorAll("form")) {
      const field = form.elements[name];
      if (field && field.value !== value) field.value = value;
      relink(form);
    }
  };

  document.querySelector("[data-exports-open]")?.addEventListener("click", () => {
    root.open = true;
    root.querySelector("summary").focus({ preventScroll: true });
  });

  root.addEventListener("click", (event) => {
    const choice = event.target.closest("[data-export-choice]");
    if (!choice) return;
    event.preventDefault();
    show(choice.dataset.exportChoice);
    keep("program", choice.dataset.exportChoice);
    root.querySelector("[data-chosen]").scrollIntoView({ block: "nearest" });
  });

  root.addEventListener("input", ({ target }) => {
    if (target.name === "start") relink(target.form);
    else spread(target.name, target.value);
    if (target.name === "fps") keep("fps", target.value);
  });

  const rate = kept("fps");
  const offered = [...(root.querySelector("[name=fps]")?.options ?? [])].some((option) => option.value === rate);
  if (offered) spread("fps", rate);
  for (const form of root.querySelectorAll("form")) relink(form);
  const known = choices.map((choice) => choice.dataset.exportChoice);
  show(known.includes(kept("program")) ? kept("program") : known[0]);
})();
