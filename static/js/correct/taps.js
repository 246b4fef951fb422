/** Tapping along: every tap while the song plays becomes a beat, and one stretch of playing is one step to undo. */

const KEPT = "tap-latency";
// Two taps closer than this are one that bounced, in seconds.
const BOUNCE = 0.08;

/** `field` holds how late a person taps, in milliseconds; `say(sentence)` tells what keeps a tap from counting. */
export function createTaps({ player, editor, field, say, texts }) {
  const { media, transport } = player;
  let run = 0;
  let last = -Infinity;

  try {
    field.value = localStorage.getItem(KEPT) ?? field.value;
  } catch {
    // Storage may be forbidden: the setting then holds for this page only.
  }
  field.addEventListener("change", () => {
    try {
      localStorage.setItem(KEPT, String(latency() * 1000));
    } catch {
      // As above.
    }
  });
  for (const name of ["play", "seeked"]) {
    media.addEventListener(name, () => {
      run += 1;
      last = -Infinity;
    });
  }

  const latency = () => (Number.isFinite(field.valueAsNumber) ? field.valueAsNumber / 1000 : 0);

  return {
    tap() {
      if (media.paused) return say(texts.textTapPlay);
      const time = transport.position() - latency() * media.playbackRate;
      if (Math.abs(time - last) < BOUNCE || time < 0) return undefined;
      last = time;
      say("");
      return editor.add(time, `tap ${run}`);
    },
  };
}
