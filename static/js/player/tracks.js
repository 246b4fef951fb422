/** Original against marked audio: another file of the same song from the same place, and no louder than the other. */

/** `onChange()` is called when another file plays; `onLevel(share)` hears by how much the music is to be turned down. */
export function createTracks({ root, media, transport, onChange, onLevel }) {
  const buttons = [...root.querySelectorAll("[data-player-track]")];
  // Root mean squares by address, as far as they are known.
  const loudness = new Map();

  /** The louder one comes down to the quieter one, as louder always seems better. */
  function level() {
    const known = [...loudness.values()].filter((value) => value > 0);
    const mine = loudness.get(media.src);
    onLevel(mine > 0 && known.length > 1 ? Math.min(...known) / mine : 1);
  }

  function choose(button) {
    if (button.getAttribute("aria-pressed") === "true") return;
    for (const other of buttons) other.setAttribute("aria-pressed", String(other === button));
    transport.change(button.dataset.playerTrack);
    level();
    onChange();
  }

  for (const button of buttons) button.addEventListener("click", () => choose(button));
  return {
    /** The next one, round and round. */
    next() {
      const at = buttons.findIndex((button) => button.getAttribute("aria-pressed") === "true");
      if (buttons.length > 1) choose(buttons[(at + 1) % buttons.length]);
    },
    setLoudness(url, value) {
      if (value !== null) loudness.set(url, value);
      level();
    },
  };
}
