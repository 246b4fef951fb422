/** Keeps a parameter's slider and number together, shows what differs from the default, and puts the default back. */
(() => {
  const sendable = (param) => param.querySelectorAll("[name]");
  const slider = (param) => param.querySelector("[data-slider]");
  const isChoice = (input) => input.type === "radio" || input.type === "checkbox";

  /** The values that the browser would send, as data-default lists them. */
  function sent(param) {
    const values = [];
    for (const input of sendable(param)) {
      if (isChoice(input) && !input.checked) continue;
      const chosen = input.selectedOptions ? [...input.selectedOptions].map((option) => option.value) : [input.value];
      values.push(...chosen.filter((value) => value !== ""));
    }
    return values.sort();
  }

  function show(param) {
    const usual = JSON.parse(param.dataset.default);
    const values = sent(param);
    param.toggleAttribute("data-changed", values.join("\n") !== usual.join("\n"));
    const range = slider(param);
    if (!range) return;
    range.value = values[0] ?? usual[0] ?? range.min;
    range.toggleAttribute("data-unset", values.length === 0);
  }

  function reset(param) {
    const usual = JSON.parse(param.dataset.default);
    for (const input of sendable(param)) {
      if (isChoice(input)) input.checked = usual.length ? usual.includes(input.value) : input.value === "";
      else if (input.multiple) for (const option of input.options) option.selected = usual.includes(option.value);
      else input.value = usual[0] ?? "";
    }
    show(param);
    const first = [...sendable(param)].find((input) => !isChoice(input) || input.checked);
    first?.focus();
    param.dispatchEvent(new Event("change", { bubbles: true }));
  }

  for (const name of ["input", "change"]) {
    document.addEventListener(name, (event) => {
      const param = event.target.closest?.("[data-param]");
      if (!param) return;
      if (event.target === slider(param)) param.querySelector("input[type=number]").value = event.target.value;
      show(param);
      const settings = param.closest("#job-settings");
      for (const chip of settings?.querySelectorAll(".chip") ?? []) chip.setAttribute("aria-pressed", "false");
      for (const button of settings?.querySelectorAll("[data-when-changed]") ?? []) button.disabled = false;
    });
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-reset]");
    if (button) reset(button.closest("[data-param]"));
  });

  // Coming back to the page, the browser puts the typed values back without a word.
  addEventListener("pageshow", () => document.querySelectorAll("[data-param]").forEach(show));
})();
