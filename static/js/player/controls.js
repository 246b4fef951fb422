/** Connects buttons, sliders and keys to what the player can do. The actions themselves live in actions.js. */

const KEYS = {
  " ": "toggle",
  ArrowLeft: "back",
  ArrowRight: "on",
  "Shift+ArrowLeft": "previousBeat",
  "Shift+ArrowRight": "nextBeat",
  Home: "toStart",
  End: "toEnd",
  "+": "zoomIn",
  "=": "zoomIn",
  "-": "zoomOut",
  0: "zoomFit",
  i: "loopStart",
  o: "loopEnd",
  l: "toggleLoop",
  x: "clearLoop",
  s: "toggleSnap",
  c: "toggleClicks",
  f: "toggleFollow",
  t: "nextTrack",
  ",": "slower",
  ".": "faster",
};

/**
 * `actions` maps names of [data-player-do] and KEYS to functions; `settings` those of [data-player-set] to setters of a
 * number, or of a text where the field is a list.
 */
export function connectControls({ root, actions, settings }) {
  root.addEventListener("click", (event) => {
    const button = event.target.closest("[data-player-do]");
    if (button) actions[button.dataset.playerDo]();
    // After a press with mouse or finger the space bar is for playing again; detail is 0 when a key pressed the button.
    if (event.detail > 0) event.target.closest("button, summary")?.blur();
  });

  for (const field of root.querySelectorAll("[data-player-set]")) {
    const apply = () => settings[field.dataset.playerSet](field.type === "range" ? field.valueAsNumber : field.value);
    field.addEventListener("input", apply);
    apply();
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !root.isConnected || takesKey(event)) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const name = (event.shiftKey && KEYS[`Shift+${key}`]) || KEYS[key];
    if (!name) return;
    event.preventDefault();
    actions[name]();
  });
}

/** Whether the focused element has its own use for this key. */
function takesKey({ key, target }) {
  if (target.closest('input:not([type="range"]), textarea, select, [contenteditable]')) return true;
  if (target.closest('input[type="range"]')) return key.startsWith("Arrow") || key === "Home" || key === "End";
  return key === " " && Boolean(target.closest("button, a, summary"));
}
