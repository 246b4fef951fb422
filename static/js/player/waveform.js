/** The outline of the music as bars, what was played darker than what is to come. */

const PITCH = 3;
const THICK = 2;
const LEAST = 0.5;

/** Answers the layer, with `setOutline({peaks, duration})`: numbers 0..1 over so many seconds. */
export function createWaveform() {
  let peaks = new Float32Array(0);
  let perSecond = 0;

  /** Bars stand where they stand in the song, so that they do not flicker while it scrolls. */
  function layer({ brush, paint, rows, width, time, ...sight }) {
    const { top, height } = rows.wave;
    const middle = top + height / 2;
    const head = time * sight.perSecond - sight.scroll;
    const perPixel = perSecond / sight.perSecond;
    const first = Math.floor(sight.scroll / PITCH);
    const last = Math.min(Math.ceil((sight.scroll + width) / PITCH), Math.ceil(peaks.length / perPixel / PITCH));
    brush.fillStyle = paint.played;
    let isPlayed = true;
    for (let bar = first; bar < last; bar += 1) {
      const x = bar * PITCH - sight.scroll;
      if (isPlayed && x > head) {
        brush.fillStyle = paint.wave;
        isPlayed = false;
      }
      const size = Math.max(LEAST, loudest(bar * PITCH * perPixel, (bar + 1) * PITCH * perPixel) * (height / 2 - 8));
      brush.fillRect(Math.round(x), middle - size, THICK, 2 * size);
    }
  }

  function loudest(from, to) {
    const end = Math.min(peaks.length, Math.max(Math.floor(to), Math.floor(from) + 1));
    let found = 0;
    for (let i = Math.floor(from); i < end; i += 1) if (peaks[i] > found) found = peaks[i];
    return found;
  }

  return {
    layer,
    /** The loudest place of a stretch of seconds, 0..1; null without an outline. */
    loudest: (from, to) => (peaks.length > 0 ? loudest(from * perSecond, to * perSecond) : null),
    setOutline(outline) {
      peaks = outline.peaks;
      perSecond = peaks.length / outline.duration;
    },
  };
}
