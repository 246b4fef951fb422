/** Draws what correcting needs over the picture: beats that only the original has as dashed lines, and handles on the chosen ones. */

const DASH = 5;
// Half of what the server takes for the same time, in seconds.
const SAME = 0.00005;

/** `times()` are the original's, sorted, or none; `chosen()` a Set of indices of the beats that are shown. */
export function createDrawing({ song, countUntil, times, chosen, isCoarse }) {
  const handle = isCoarse ? 11 : 6;

  function ghosts({ brush, paint, rows, perSecond, scroll, from, to }) {
    const shown = times();
    const { top, height } = rows.wave;
    const last = countUntil(shown, to);
    brush.fillStyle = paint.ruler;
    for (let index = countUntil(shown, from - 1 / perSecond); index < last; index += 1) {
      // Only where a beat is not any more.
      if (song.times[countUntil(song.times, shown[index] + SAME) - 1] > shown[index] - SAME) continue;
      const x = Math.round(shown[index] * perSecond - scroll);
      brush.globalAlpha = 0.55;
      for (let y = top + height * 0.55; y < top + height; y += 2 * DASH) brush.fillRect(x, y, 1, DASH);
    }
  }

  function handles({ brush, paint, rows, perSecond, scroll, from, to }) {
    const { top, height } = rows.wave;
    brush.fillStyle = paint.playhead;
    brush.strokeStyle = paint.ground;
    for (const index of chosen()) {
      const time = song.times[index];
      if (time === undefined || time < from - 1 || time > to + 1) continue;
      const x = Math.round(time * perSecond - scroll);
      brush.globalAlpha = 1;
      brush.fillRect(x - 1, top, 2, height - handle);
      brush.beginPath();
      brush.arc(x, top + height - handle - 3, handle, 0, 2 * Math.PI);
      brush.lineWidth = 2;
      brush.stroke();
      brush.fill();
    }
  }

  return { ghosts, handles };
}
