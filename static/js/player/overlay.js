/** Draws ruler, regions and beats on one canvas over the waveform: a thousand beats cost one redraw, not a thousand elements. */

const RULER = 24;
const LANE = 11;
const TOO_CLOSE = 4;

/** `view()` tells {perSecond, scroll, width} in CSS pixels; `draw(time, hover)` takes seconds and a pixel or null. */
export function createOverlay({ canvas, view, song, beats, colours }) {
  const brush = canvas.getContext("2d");
  const hasDownbeats = song.markers.some((marker) => marker.downbeat);
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const family = getComputedStyle(canvas).fontFamily;
  let paint = colours;

  function draw(time, hover) {
    const { width, height } = fitToScreen(canvas, brush);
    const { perSecond, scroll } = view();
    if (!Number.isFinite(perSecond) || perSecond <= 0) return;
    const frame = { width, height, perSecond, scroll, from: scroll / perSecond, to: (scroll + width) / perSecond };
    brush.clearRect(0, 0, width, height);
    drawRegions(frame);
    drawRuler(frame);
    drawBeats(frame);
    drawPlayhead(frame, time);
    drawSounding(frame, time);
    if (hover !== null) drawHover(frame, hover);
  }

  function drawRegions({ perSecond, scroll, height, from, to }) {
    brush.font = `600 11px ${family}`;
    brush.textBaseline = "bottom";
    for (const region of song.regions) {
      if (region.end < from || region.start > to) continue;
      const left = region.start * perSecond - scroll;
      const width = (region.end - region.start) * perSecond;
      brush.fillStyle = paint.region;
      brush.globalAlpha = 0.14;
      brush.fillRect(left, RULER, width, height - RULER);
      brush.globalAlpha = 1;
      brush.fillRect(left, height - 3, width, 3);
      if (width > 40) brush.fillText(region.label, Math.max(left, 0) + 6, height - 6, width - 8);
    }
  }

  function drawRuler({ width, perSecond, scroll, from, to }) {
    const step = beats.rulerStep(perSecond);
    brush.fillStyle = paint["ruler-line"];
    brush.fillRect(0, RULER - 1, width, 1);
    brush.font = `11px ${family}`;
    brush.textBaseline = "middle";
    for (let number = Math.floor(from / step); number * step <= to; number += 1) {
      const x = Math.round(number * step * perSecond - scroll);
      brush.fillStyle = paint["ruler-line"];
      brush.fillRect(x, RULER - 7, 1, 6);
      brush.fillStyle = paint.ruler;
      brush.fillText(beats.formatTime(number * step, step < 1 ? 1 : 0), x + 5, RULER / 2 - 1);
    }
  }

  function drawBeats({ perSecond, scroll, height, from, to }) {
    const first = beats.countUntil(song.times, from - 1 / perSecond);
    const last = beats.countUntil(song.times, to);
    let drawn = -Infinity;
    let strong = -Infinity;
    // Marks stay clear at any zoom; the lines below them step back where they would hide the waveform.
    const calm = Math.min(1, Math.max(0.4, (perSecond * (song.times.at(-1) - song.times[0])) / song.times.length / 48));
    brush.fillStyle = paint.beat;
    for (let index = first; index < last; index += 1) {
      const { downbeat, strength } = song.markers[index];
      const x = song.times[index] * perSecond - scroll;
      const near = x - drawn < TOO_CLOSE || nextDownbeatIsNear(index, perSecond);
      if (downbeat ? x - strong < TOO_CLOSE / 2 : near) continue;
      const heavy = downbeat || !hasDownbeats;
      const width = heavy ? 2 : 1;
      brush.globalAlpha = heavy ? 1 : 0.45 + 0.4 * (strength ?? 0.6);
      brush.fillRect(Math.round(x) - width / 2, RULER + (heavy ? 0 : 3), width, LANE - (heavy ? 0 : 3));
      brush.globalAlpha *= heavy ? calm : calm * 0.65;
      brush.fillRect(Math.round(x) - width / 2, RULER + LANE, width, height);
      if (downbeat) drawMark(x);
      drawn = x;
      if (downbeat) strong = x;
    }
    brush.globalAlpha = 1;
  }

  function nextDownbeatIsNear(index, perSecond) {
    const next = song.markers[index + 1];
    return Boolean(next?.downbeat) && (next.time - song.times[index]) * perSecond < TOO_CLOSE;
  }

  function drawMark(x) {
    brush.globalAlpha = 1;
    brush.beginPath();
    brush.moveTo(x - 4.5, RULER - 1);
    brush.lineTo(x + 4.5, RULER - 1);
    brush.lineTo(x, RULER + 6);
    brush.fill();
  }

  /** The beat that just sounded glows and fades. */
  function drawSounding({ perSecond, scroll, height }, time) {
    const index = beats.beatAt(song.times, time);
    if (index < 0) return;
    const age = Math.max(0, time - song.times[index]);
    const glow = still.matches ? 0 : Math.exp(-age * 7);
    brush.fillStyle = paint.beat;
    brush.beginPath();
    brush.arc(song.times[index] * perSecond - scroll, height - 11, 3.5 + 4 * glow, 0, 2 * Math.PI);
    brush.fill();
  }

  function drawPlayhead({ perSecond, scroll, height }, time) {
    const x = Math.round(time * perSecond - scroll);
    brush.fillStyle = paint.ground;
    brush.fillRect(x - 2, RULER, 4, height);
    brush.fillStyle = paint.playhead;
    brush.fillRect(x - 1, RULER - 8, 2, height);
    brush.beginPath();
    brush.roundRect(x - 4, RULER - 12, 8, 11, 3);
    brush.fill();
  }

  function drawHover({ perSecond, scroll, width, height }, x) {
    const text = beats.formatTime((x + scroll) / perSecond, 2);
    brush.fillStyle = paint.hover;
    brush.globalAlpha = 0.5;
    brush.fillRect(Math.round(x), RULER, 1, height);
    brush.globalAlpha = 1;
    const room = brush.measureText(text).width + 12;
    const left = Math.min(Math.max(x - room / 2, 0), width - room);
    brush.beginPath();
    brush.roundRect(left, 2, room, RULER - 5, 4);
    brush.fill();
    brush.fillStyle = paint.paper;
    brush.fillText(text, left + 6, RULER / 2);
  }

  return { draw, setColours: (next) => (paint = next) };
}

function fitToScreen(canvas, brush) {
  const { clientWidth: width, clientHeight: height } = canvas;
  const scale = devicePixelRatio || 1;
  if (canvas.width !== Math.round(width * scale) || canvas.height !== Math.round(height * scale)) {
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
  }
  brush.setTransform(scale, 0, 0, scale, 0, 0);
  return { width, height };
}
