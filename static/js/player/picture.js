/** Draws the whole picture on one canvas, layer by layer: a thousand beats cost one redraw, not a thousand elements. */

const COLOURS = ["wave", "played", "playhead", "beat", "region", "tempo", "other", "ruler", "ruler-line", "hover", "paper", "ground"];

/** Colours come from the sheet, where custom properties are registered as colours and so resolve per theme. */
export function readColours(element) {
  const style = getComputedStyle(element);
  return Object.fromEntries(COLOURS.map((name) => [name, style.getPropertyValue(`--player-${name}`).trim()]));
}

/**
 * `layers` are functions of a frame {brush, paint, font, rows, width, height, perSecond, scroll, from, to, time, hover}; `rows`
 * holds {top, height} of every lane that is shown, by name. `time` is seconds, `hover` a pixel {x, y} or null.
 */
export function createPicture({ root, canvas, lanes, view, layers }) {
  // Nothing shines through, which spares the browser the blending of the whole picture in every frame.
  const brush = canvas.getContext("2d", { alpha: false });
  const family = getComputedStyle(canvas).fontFamily;
  let paint = readColours(root);
  let rows = {};

  function draw(time, hover) {
    const { width, height } = fitToScreen(canvas, brush);
    brush.globalAlpha = 1;
    brush.fillStyle = paint.ground;
    brush.fillRect(0, 0, width, height);
    const { perSecond, scroll } = view.now();
    if (!Number.isFinite(perSecond) || perSecond <= 0 || width === 0) return;
    const sight = { width, height, perSecond, scroll, from: scroll / perSecond, to: (scroll + width) / perSecond };
    const frame = { brush, paint, rows, time, hover, font: (size, weight = "") => `${weight} ${size}px ${family}`, ...sight };
    for (const layer of layers) {
      brush.globalAlpha = 1;
      layer(frame);
    }
  }

  /** Takes sizes and colours from the page anew. */
  function measure() {
    paint = readColours(root);
    const shown = [...lanes.querySelectorAll("[data-player-lane]")].filter((lane) => !lane.hidden);
    rows = Object.fromEntries(
      shown.map((lane) => [lane.dataset.playerLane, { top: lane.offsetTop, height: lane.offsetHeight }]),
    );
  }

  measure();
  return { draw, measure, addLayer: (layer) => layers.push(layer), rowAt: (y) => Object.keys(rows).find((name) => y >= rows[name].top && y < rows[name].top + rows[name].height) };
}

export function fitToScreen(canvas, brush) {
  const { clientWidth: width, clientHeight: height } = canvas;
  const scale = devicePixelRatio || 1;
  if (canvas.width !== Math.round(width * scale) || canvas.height !== Math.round(height * scale)) {
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
  }
  brush.setTransform(scale, 0, 0, scale, 0, 0);
  return { width, height };
}
