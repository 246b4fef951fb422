/** Keys while beats are corrected. They come before the player's own; what is not listed goes on to the player. */

const KEYS = {
  "ArrowLeft": "nudgeBack",
  "ArrowRight": "nudgeOn",
  "Shift+ArrowLeft": "previous",
  "Shift+ArrowRight": "next",
  "Delete": "remove",
  "Backspace": "remove",
  "a": "add",
  "t": "tap",
  "d": "downbeat",
  "Escape": "none",
  "Ctrl+a": "all",
  "Ctrl+z": "undo",
  "Ctrl+Shift+z": "redo",
  "Ctrl+y": "redo",
};
// Without a chosen beat these are the player's.
const NEED_CHOICE = new Set(["nudgeBack", "nudgeOn", "remove", "downbeat"]);

/** `actions` are functions by name, `isOn()` says whether keys count, `hasChoice()` whether a beat is chosen. */
export function connectKeys({ actions, isOn, hasChoice }) {
  const onKey = (event) => {
    if (!isOn() || event.altKey || takesKey(event)) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const control = event.ctrlKey || event.metaKey ? "Ctrl+" : "";
    const name = KEYS[`${control}${event.shiftKey ? "Shift+" : ""}${key}`];
    if (!name || (NEED_CHOICE.has(name) && !hasChoice())) return;
    event.preventDefault();
    event.stopPropagation();
    if (!(event.repeat && name === "tap")) actions[name]();
  };
  document.addEventListener("keydown", onKey, { capture: true });
}

/** Whether the focused field has its own use for this key. */
function takesKey({ key, target }) {
  if (target.closest('input:not([type="range"]), textarea, select, [contenteditable]')) return true;
  return Boolean(target.closest('input[type="range"]')) && key.startsWith("Arrow");
}
