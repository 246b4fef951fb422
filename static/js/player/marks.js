/** The layers over the waveform: ruler, beats, the beat that sounds, playhead, and what is under the pointer. */

const LANE = 11;
const TOO_CLOSE = 4;
// Pixels from beat to beat that leave room for a triangle on each fourth.
const ROOMY = 4;

/** Answers the layers by name; `beats` is the module, `song` the object of song.js. */
export function createMarks({ song, beats }) {
  const still = matchMedia("(prefers-reduced-motion: reduce)");

  function ruler({ brush, paint, rows, font, width, perSecond, scroll, from, to }) {
    const floor = rows.ruler.top + rows.ruler.height;
    const step = beats.rulerStep(perSecond);
    brush.fillStyle = paint["ruler-line"];
    brush.fillRect(0, floor - 1, width, 1);
    brush.font = font(11);
    brush.textBaseline = "middle";
    for (let number = Math.floor(from / step); number * step <= to; number += 1) {
      const x = Math.round(number * step * perSecond - scroll);
      brush.fillStyle = paint["ruler-line"];
      brush.fillRect(x, floor - 7, 1, 6);
      brush.fillStyle = paint.ruler;
      brush.fillText(beats.formatTime(number * step, step < 1 ? 1 : 0), x + 5, floor - 13);
    }
  }

  function marks({ brush, paint, rows, perSecond, scroll, from, to }) {
    if (song.times.length === 0) return;
    const top = rows.wave.top;
    const first = beats.countUntil(song.times, from - 1 / perSecond);
    const last = beats.countUntil(song.times, to);
    let drawn = -Infinity;
    let strong = -Infinity;
    // Where beats stand close, the lines step back so that they do not hide the waveform, and then the marks above them.
    const room = (perSecond * (song.times.at(-1) - song.times[0])) / song.times.length;
    const calm = Math.min(1, Math.max(0.12, room / 24));
    const clear = Math.min(1, Math.max(0.5, room / 4));
    brush.fillStyle = paint.beat;
    for (let index = first; index < last; index += 1) {
      const { downbeat, strength } = song.markers[index];
      const x = song.times[index] * perSecond - scroll;
      const near = x - drawn < TOO_CLOSE || nextDownbeatIsNear(index, perSecond);
      if (downbeat ? x - strong < TOO_CLOSE / 2 : near) continue;
      const heavy = downbeat || !song.hasDownbeats;
      const width = heavy ? 2 : 1;
      const left = Math.round(x) - width / 2;
      const share = heavy ? 1 : 0.45 + 0.4 * (strength ?? 0.6);
      brush.globalAlpha = share * clear;
      brush.fillRect(left, top + (heavy ? 0 : 3), width, LANE - (heavy ? 0 : 3));
      brush.globalAlpha = share * (heavy ? calm : calm * 0.65);
      brush.fillRect(left, top + LANE, width, rows.wave.height - LANE);
      if (downbeat && room > ROOMY) triangle(brush, x, top);
      drawn = x;
      if (downbeat) strong = x;
    }
  }

  function nextDownbeatIsNear(index, perSecond) {
    const next = song.markers[index + 1];
    return Boolean(next?.downbeat) && (next.time - song.times[index]) * perSecond < TOO_CLOSE;
  }

  /** The beat that just sounded glows and fades. */
  function sounding({ brush, paint, rows, perSecond, scroll, time }) {
    const index = beats.beatAt(song.times, time);
    if (index < 0) return;
    const glow = still.matches ? 0 : Math.exp(-7 * Math.max(0, time - song.times[index]));
    brush.fillStyle = paint.beat;
    brush.beginPath();
    const y = rows.wave.top + rows.wave.height - 11;
    brush.arc(song.times[index] * perSecond - scroll, y, 3.5 + 4 * glow, 0, 2 * Math.PI);
    brush.fill();
  }

  function playhead({ brush, paint, rows, height, perSecond, scroll, time }) {
    const x = Math.round(time * perSecond - scroll);
    const top = rows.wave.top;
    brush.fillStyle = paint.ground;
    brush.fillRect(x - 2, top, 4, height);
    brush.fillStyle = paint.playhead;
    brush.fillRect(x - 1, top - 8, 2, height);
    brush.beginPath();
    brush.roundRect(x - 4, top - 12, 8, 11, 3);
    brush.fill();
  }

  function hover({ brush, paint, rows, font, width, height, perSecond, scroll, hover: place }) {
    if (!place) return;
    const { x } = place;
    const text = beats.formatTime((x + scroll) / perSecond, 2);
    brush.fillStyle = paint.hover;
    brush.globalAlpha = 0.5;
    brush.fillRect(Math.round(x), rows.wave.top, 1, height);
    brush.globalAlpha = 1;
    brush.font = font(11);
    brush.textBaseline = "middle";
    const room = brush.measureText(text).width + 12;
    const left = Math.min(Math.max(x - room / 2, 0), width - room);
    brush.beginPath();
    brush.roundRect(left, rows.ruler.top + 3, room, rows.ruler.height - 8, 4);
    brush.fill();
    brush.fillStyle = paint.paper;
    brush.fillText(text, left + 6, rows.ruler.top + rows.ruler.height / 2 - 0.5);
  }

  return { ruler, marks, sounding, playhead, hover };
}

function triangle(brush, x, top) {
  brush.globalAlpha = 1;
  brush.beginPath();
  brush.moveTo(x - 4.5, top - 1);
  brush.lineTo(x + 4.5, top - 1);
  brush.lineTo(x, top + 6);
  brush.fill();
}
