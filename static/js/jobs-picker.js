/** The bucket in the form of a new job: what was chosen stays while one looks into other folders, and can be heard first. */
(() => {
  const picker = document.querySelector("[data-picker]");
  if (!picker) return;
  const chosen = picker.querySelector("[data-picker-chosen]");
  const boxes = () => [...picker.querySelectorAll("[name=path]")];
  const offered = () => boxes().filter((box) => !chosen.contains(box));
  const audio = new Audio();
  audio.controls = true;

  function keep(box) {
    const there = [...chosen.querySelectorAll("[name=path]")].find((each) => each.value === box.value);
    if (!box.checked) return there?.closest("li").remove();
    if (there) return;
    const label = box.closest("label").cloneNode(true);
    label.querySelector("input").checked = true;
    const item = document.createElement("li");
    item.append(label);
    chosen.append(item);
  }

  /** The list of chosen files is the truth; what is offered beside it shows the same. */
  function agree() {
    const paths = new Set([...chosen.querySelectorAll("[name=path]:checked")].map((box) => box.value));
    for (const box of offered()) box.checked = paths.has(box.value);
  }

  function stop() {
    audio.pause();
    picker.querySelector("[data-play][aria-pressed=true]")?.setAttribute("aria-pressed", "false");
  }

  function play(button) {
    const isOn = button.getAttribute("aria-pressed") === "true";
    stop();
    if (isOn) return audio.remove();
    audio.src = button.dataset.play;
    audio.setAttribute("aria-label", button.getAttribute("aria-label"));
    button.closest("li").append(audio);
    button.setAttribute("aria-pressed", "true");
    audio.play().catch(() => {});
  }

  picker.addEventListener("change", ({ target }) => {
    if (target.name !== "path") return;
    keep(target);
    agree();
  });
  picker.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-play]");
    if (button) play(button);
  });
  audio.addEventListener("ended", stop);
  audio.addEventListener("error", stop);

  picker.addEventListener("htmx:beforeSwap", ({ detail }) => {
    if (detail.target.contains(audio)) stop();
    picker.toggleAttribute("data-was-inside", detail.target.contains(document.activeElement));
  });
  picker.addEventListener("htmx:afterSettle", ({ detail }) => {
    agree();
    // A folder that was opened is gone with its button: go on with the keyboard where its files begin.
    const isLost = picker.hasAttribute("data-was-inside") && !detail.target.contains(document.activeElement);
    if (isLost) detail.target.querySelector("[aria-current]").focus();
  });

  // Also what the browser ticked again by itself, coming back to the page.
  const start = () => {
    for (const box of offered()) if (box.checked) keep(box);
    agree();
  };
  addEventListener("pageshow", start);
  start();
})();
