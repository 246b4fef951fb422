/** Which lanes are shown: those that the song has something for and nobody switched off. */

/** Switches are [data-player-show=<lane>]; `song` is the object of song.js. */
export function createChoice({ root, song }) {
  const listeners = new Set();
  const buttons = [...root.querySelectorAll("[data-player-show]")];

  function apply() {
    const has = { regions: song.regions.length > 0, strength: song.hasStrengths, tempo: song.tempoScale !== null };
    for (const button of buttons) {
      const name = button.dataset.playerShow;
      button.hidden = !has[name];
      const isShown = has[name] && button.getAttribute("aria-pressed") === "true";
      root.querySelector(`[data-player-lane="${name}"]`).hidden = !isShown;
    }
  }

  function change() {
    apply();
    for (const listener of listeners) listener();
  }

  for (const button of buttons) {
    button.addEventListener("click", () => {
      button.setAttribute("aria-pressed", String(button.getAttribute("aria-pressed") !== "true"));
      change();
    });
  }
  apply();
  song.onChange(change);
  return {
    /** `listener()` is called when lanes, colours or the size of anything are other ones. */
    onChange(listener) {
      listeners.add(listener);
      document.documentElement.addEventListener("themechange", listener);
      matchMedia("(prefers-color-scheme: dark)").addEventListener("change", listener);
      new ResizeObserver(listener).observe(root.querySelector("[data-player-lanes]"));
    },
  };
}
