/** Draws the beats of two runs over one waveform: A as filled triangles, B as diamonds with dashed lines, and what only one of them has larger. */

const SMALL = 3.5;
const LARGE = 5.5;
const LEAST_BETWEEN = 7;
const DASH = [3, 3];

function join({ beats, song, picture, refresh }) {
  // {markers, pairs, onlyA, onlyB, stretches}, as jobs.views.compare left it.
  const compared = JSON.parse(document.getElementById("compared").textContent);
  const { countUntil } = beats;
  const times = { a: song.times, b: compared.markers.map(({ time }) => time) };
  const only = { a: new Set(compared.onlyA), b: new Set(compared.onlyB) };

  /** `draw(x, place)` for every beat in sight; those that both have only where there is room for them. */
  function each(side, { perSecond, scroll, from, to }, draw) {
    const margin = LARGE / perSecond;
    const last = countUntil(times[side], to + margin);
    let drawn = -Infinity;
    for (let place = countUntil(times[side], from - margin); place < last; place += 1) {
      const x = times[side][place] * perSecond - scroll;
      if (x - drawn < LEAST_BETWEEN && !only[side].has(place)) continue;
      draw(x, place);
      drawn = x;
    }
  }

  function stretches({ brush, paint, rows, perSecond, scroll }) {
    const { top } = rows.wave;
    const height = rows.b.top + rows.b.height - top;
    brush.fillStyle = paint.hover;
    brush.globalAlpha = 0.1;
    for (const [start, end] of compared.stretches) {
      const left = start * perSecond - scroll - LARGE;
      brush.fillRect(left, top, (end - start) * perSecond + 2 * LARGE, height);
    }
    brush.globalAlpha = 1;
  }

  function laneA(frame) {
    const { brush, paint, rows } = frame;
    const { top, height } = rows.a;
    brush.fillStyle = paint.beat;
    each("a", frame, (x, place) => {
      const isAlone = only.a.has(place);
      if (isAlone) brush.fillRect(Math.round(x) - 1, top, 2, height);
      triangle(brush, x, top + height / 2, isAlone ? LARGE : SMALL);
    });
  }

  function laneB(frame) {
    const { brush, paint, rows } = frame;
    const middle = rows.wave.top + rows.wave.height / 2;
    const end = rows.b.top + rows.b.height;
    brush.strokeStyle = brush.fillStyle = paint.other;
    brush.lineWidth = 1.5;
    each("b", frame, (x, place) => {
      const isAlone = only.b.has(place);
      brush.setLineDash(DASH);
      brush.globalAlpha = isAlone ? 1 : 0.6;
      line(brush, [x, middle], [x, rows.wave.top + rows.wave.height]);
      brush.globalAlpha = 1;
      if (isAlone) line(brush, [x, rows.b.top], [x, end]);
      brush.setLineDash([]);
      diamond(brush, x, rows.b.top + rows.b.height / 2, isAlone ? LARGE : SMALL);
      if (isAlone) brush.fill();
      brush.stroke();
    });
  }

  /** From A's mark to B's, so that one sees who is late. */
  function bridges({ brush, paint, rows, perSecond, scroll, from, to }) {
    brush.strokeStyle = paint.ruler;
    brush.lineWidth = 1;
    let drawn = -Infinity;
    for (const [place, there] of compared.pairs) {
      const start = times.a[place] * perSecond - scroll;
      if (times.a[place] > to || times.b[there] < from || start - drawn < LEAST_BETWEEN) continue;
      const [upper, lower] = [rows.a.top + rows.a.height / 2 + SMALL, rows.b.top + rows.b.height / 2 - SMALL - 1];
      line(brush, [start, upper], [times.b[there] * perSecond - scroll, lower]);
      drawn = start;
    }
  }

  for (const layer of [stretches, bridges, laneA, laneB]) picture.addLayer(layer);
  song.onChange(() => (times.a = song.times));
  refresh();
}

function line(brush, from, to) {
  brush.beginPath();
  brush.moveTo(...from);
  brush.lineTo(...to);
  brush.stroke();
}

function triangle(brush, x, y, size) {
  brush.beginPath();
  brush.moveTo(x - size, y - size);
  brush.lineTo(x + size, y - size);
  brush.lineTo(x, y + size);
  brush.fill();
}

function diamond(brush, x, y, size) {
  brush.beginPath();
  brush.moveTo(x, y - size - 1);
  brush.lineTo(x + size + 1, y);
  brush.lineTo(x, y + size + 1);
  brush.lineTo(x - size - 1, y);
  brush.closePath();
}

document.addEventListener("player:ready", ({ target }) => join(target.player), { once: true });
