/** Keeps the playhead in the middle while the song plays, and steps back when a person looks elsewhere. */

const PATIENCE = 3000;

/** `now()` tells milliseconds. */
export function createFollow({ view, media, transport, now }) {
  let isOn = true;
  let heldUntil = 0;
  // A person jumped: that is where to look.
  transport.onMove(() => (heldUntil = 0));

  return {
    isOn: () => isOn,
    /** A person scrolled: leave the view alone for a while. */
    hold: () => (heldUntil = now() + PATIENCE),
    toggle() {
      isOn = !isOn;
      heldUntil = 0;
      return isOn;
    },
    /** With every frame; `time` is the position in seconds. */
    keep(time) {
      if (!isOn || media.paused || view.isWhole() || now() < heldUntil) return;
      const { perSecond, scroll, width } = view.now();
      const wanted = time * perSecond - width / 2;
      // On the way into the middle it waits for the playhead; out of sight it jumps there.
      if (wanted > scroll || time * perSecond < scroll) view.scrollTo(wanted);
    },
  };
}
