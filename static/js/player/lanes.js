/** The layers of the lanes: regions, the strength of the beats, the tempo from beat to beat, and the stretch that is looped. */

const EDGE = 8;
// Pixels that a bar of the strength takes, with its gap.
const PITCH = 4;

/** Answers the layers by name; `loop.range()` is {from, to, on} or null. */
export function createLanes({ song, beats, loop }) {
  function regions({ brush, paint, rows, font, width, perSecond, scroll, from, to }) {
    brush.font = font(11, "600");
    brush.textBaseline = "middle";
    for (const region of song.regions) {
      if (region.end < from || region.start > to) continue;
      const left = region.start * perSecond - scroll;
      const room = (region.end - region.start) * perSecond;
      brush.fillStyle = paint.region;
      brush.globalAlpha = 0.12;
      brush.fillRect(left, rows.wave.top, room, rows.wave.height);
      if (!rows.regions) continue;
      const { top, height } = rows.regions;
      brush.globalAlpha = 0.22;
      brush.beginPath();
      brush.roundRect(left + 1, top + 3, Math.max(2, room - 2), height - 6, 4);
      brush.fill();
      brush.globalAlpha = 1;
      const start = Math.max(left, 0) + 8;
      const end = Math.min(left + room, width) - 8;
      if (end - start > 24) fitText(brush, region.label, start, top + height / 2, end - start);
    }
  }

  function strength({ brush, paint, rows, perSecond, scroll, from, to }) {
    if (!rows.strength) return;
    const { top, height } = rows.strength;
    const first = beats.countUntil(song.times, from - 2 / perSecond);
    const last = beats.countUntil(song.times, to);
    const isDense = (to - from) * perSecond < 2 * PITCH * (last - first);
    let drawn = -Infinity;
    let highest = 0;
    brush.fillStyle = paint["ruler-line"];
    brush.fillRect(0, top, to * perSecond, 1);
    brush.fillStyle = paint.beat;
    for (let index = first; index < last; index += 1) {
      const { strength: share, downbeat } = song.markers[index];
      if (!Number.isFinite(share)) continue;
      const x = song.times[index] * perSecond - scroll;
      highest = Math.max(highest, share);
      // Of beats that would flow into each other the strongest stands for all.
      if (x - drawn < PITCH) continue;
      const size = Math.max(1, Math.min(1, highest) * (height - EDGE));
      brush.globalAlpha = downbeat && !isDense ? 1 : 0.55;
      brush.fillRect(Math.round(x) - 1, top + height - size, 2, size);
      drawn = x;
      highest = 0;
    }
  }

  function tempo(frame) {
    if (!frame.rows.tempo || !song.tempoScale) return;
    const { brush, paint, rows, width, perSecond, scroll } = frame;
    const { top, height } = rows.tempo;
    const { low, high, usual } = song.tempoScale;
    const y = (bpm) => top + height - EDGE - ((Math.min(high, Math.max(low, bpm)) - low) / (high - low)) * (height - 2 * EDGE);
    brush.fillStyle = paint["ruler-line"];
    brush.fillRect(0, top, width, 1);
    brush.globalAlpha = 0.5;
    brush.fillRect(0, Math.round(y(usual)), width, 1);
    brush.globalAlpha = 1;
    brush.strokeStyle = paint.tempo;
    brush.lineWidth = 1.5;
    brush.lineJoin = "round";
    brush.beginPath();
    const { first, last } = stepsInSight(frame);
    let isDown = false;
    for (let index = first; index < last; index += 1) {
      const bpm = song.tempo[index];
      if (Number.isFinite(bpm)) {
        const x = ((song.times[index] + song.times[index + 1]) / 2) * perSecond - scroll;
        if (isDown) brush.lineTo(x, y(bpm));
        else brush.moveTo(x, y(bpm));
      }
      isDown = Number.isFinite(bpm);
    }
    brush.stroke();
    if (frame.hover) value(frame, y);
  }

  /** What the upper and the lower edge of the tempo's lane stand for. */
  function scale(frame) {
    if (!frame.rows.tempo || !song.tempoScale) return;
    const { top, height } = frame.rows.tempo;
    number(frame, song.tempoScale.high, top + EDGE);
    number(frame, song.tempoScale.low, top + height - EDGE);
  }

  function stepsInSight({ from, to }) {
    const last = Math.min(song.tempo.length, beats.countUntil(song.times, to) + 1);
    return { first: Math.max(0, beats.countUntil(song.times, from) - 2), last };
  }

  function number({ brush, paint, font, width }, bpm, y) {
    brush.font = font(10);
    brush.textBaseline = "middle";
    brush.textAlign = "right";
    brush.fillStyle = paint.ruler;
    brush.fillText(String(bpm), width - 6, y);
    brush.textAlign = "left";
  }

  /** The tempo under the pointer. */
  function value({ brush, paint, font, width, perSecond, scroll, hover }, y) {
    const bpm = song.tempo[beats.countUntil(song.times, (hover.x + scroll) / perSecond) - 1];
    if (!Number.isFinite(bpm)) return;
    const text = `${bpm.toFixed(1)} BPM`;
    brush.fillStyle = paint.tempo;
    brush.beginPath();
    brush.arc(hover.x, y(bpm), 3.5, 0, 2 * Math.PI);
    brush.fill();
    brush.font = font(11, "600");
    const room = brush.measureText(text).width + 12;
    const left = hover.x + 8 + room > width - 30 ? hover.x - 8 - room : hover.x + 8;
    brush.beginPath();
    brush.roundRect(left, y(bpm) - 9, room, 18, 4);
    brush.fill();
    brush.fillStyle = paint.paper;
    brush.fillText(text, left + 6, y(bpm) + 0.5);
  }

  /** What is outside of the loop steps back while it is on. */
  function looped({ brush, paint, rows, width, height, perSecond, scroll }) {
    const range = loop.range();
    if (!range) return;
    const left = range.from * perSecond - scroll;
    const right = range.to * perSecond - scroll;
    if (range.on) {
      brush.fillStyle = paint.ground;
      brush.globalAlpha = 0.6;
      brush.fillRect(0, rows.wave.top, Math.min(Math.max(0, left), width), height);
      brush.fillRect(Math.max(0, right), rows.wave.top, Math.max(0, width - Math.max(0, right)), height);
    }
    brush.fillStyle = paint.beat;
    brush.globalAlpha = range.on ? 0.28 : 0.14;
    brush.fillRect(left, rows.ruler.top, right - left, rows.ruler.height - 1);
    brush.globalAlpha = range.on ? 1 : 0.4;
    for (const x of [left, right - 2]) brush.fillRect(Math.round(x), rows.ruler.top, 2, rows.ruler.height);
  }

  return { regions, strength, tempo, scale, looped };
}

/** As much of a text as there is room for, with an ellipsis where it was cut. */
function fitText(brush, text, x, y, room) {
  let shown = text;
  while (shown && brush.measureText(shown).width > room) shown = `${shown.replace(/…$/, "").slice(0, -1)}…`.replace(/^…$/, "");
  brush.fillText(shown, x, y);
}
