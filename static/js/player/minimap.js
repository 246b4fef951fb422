/** The whole song in a strip: outline, regions and beats, and the stretch in sight as a window that can be dragged and stretched. */

const GRIP = 8;
const STEP = 0.25;

/** `loudest(from, to)` tells the outline, null before it is known; `fitToScreen` and `readColours` come from picture.js. Times are seconds. */
export function createMinimap({ root, element, view, song, loudest, readColours, fitToScreen }) {
  const canvas = element.querySelector("canvas");
  const brush = canvas.getContext("2d");
  // What does not change while the song plays or scrolls is drawn once.
  const ground = document.createElement("canvas");
  let isStale = true;
  let paint = readColours(root);

  function drawGround(width, height) {
    const { length } = view.now();
    ground.width = canvas.width;
    ground.height = canvas.height;
    const pen = ground.getContext("2d");
    pen.setTransform(canvas.width / width, 0, 0, canvas.height / height, 0, 0);
    pen.fillStyle = paint.region;
    pen.globalAlpha = 0.22;
    for (const { start, end } of song.regions) {
      pen.fillRect((start / length) * width, 0, Math.max(1, ((end - start) / length) * width), height);
    }
    pen.globalAlpha = 1;
    pen.fillStyle = paint.wave;
    for (let x = 0; x < width; x += 2) {
      const share = loudest((x / width) * length, ((x + 2) / width) * length);
      if (share === null) break;
      const size = Math.max(0.5, share * (height / 2 - 5));
      pen.fillRect(x, height / 2 - 1 - size, 1, 2 * size);
    }
    pen.fillStyle = paint.beat;
    pen.globalAlpha = 0.5;
    for (const time of song.times) pen.fillRect(Math.floor((time / length) * width), height - 3, 1, 3);
  }

  function draw(time) {
    const { width, height } = fitToScreen(canvas, brush);
    if (width === 0) return;
    const { length } = view.now();
    if (isStale || ground.width !== canvas.width || ground.height !== canvas.height) drawGround(width, height);
    isStale = false;
    brush.clearRect(0, 0, width, height);
    brush.drawImage(ground, 0, 0, width, height);
    drawWindow(width, height);
    brush.fillStyle = paint.playhead;
    brush.fillRect(Math.round((time / length) * width) - 0.5, 0, 1.5, height);
    tell();
  }

  function drawWindow(width, height) {
    const { left, right } = edges();
    if (view.isWhole()) return;
    brush.fillStyle = paint.ground;
    brush.globalAlpha = 0.62;
    brush.fillRect(0, 0, left, height);
    brush.fillRect(right, 0, width - right, height);
    brush.globalAlpha = 1;
    brush.strokeStyle = paint.playhead;
    brush.lineWidth = 1.5;
    brush.beginPath();
    brush.roundRect(left + 0.75, 0.75, Math.max(4, right - left - 1.5), height - 1.5, 3);
    brush.stroke();
  }

  /** Of the window, in pixels of the strip. */
  function edges() {
    const { perSecond, scroll, width, length } = view.now();
    const scale = canvas.clientWidth / length;
    return { left: (scroll / perSecond) * scale, right: ((scroll + width) / perSecond) * scale };
  }

  const pixel = (event) => event.clientX - element.getBoundingClientRect().left;
  const timeAt = (x) => (x / canvas.clientWidth) * view.now().length;

  /** How a drag that begins at pixel `x` moves the view: by an edge, by the window, or by a window placed there first. */
  function dragFrom(x) {
    const { left, right } = edges();
    const { perSecond, width } = view.now();
    const span = width / perSecond;
    if (!view.isWhole() && Math.abs(x - left) < GRIP) return (at) => view.show(Math.min(timeAt(at), timeAt(right) - 1), timeAt(right));
    if (!view.isWhole() && Math.abs(x - right) < GRIP) return (at) => view.show(timeAt(left), Math.max(timeAt(at), timeAt(left) + 1));
    const held = x > left && x < right ? timeAt(x) - timeAt(left) : span / 2;
    return (at) => view.scrollTo((timeAt(at) - held) * perSecond);
  }

  /** Tells those who cannot see the window where it is, in percent. */
  function tell() {
    const { scroll, perSecond, width, length } = view.now();
    const room = length * perSecond - width;
    const share = String(room > 0 ? Math.round((100 * scroll) / room) : 0);
    if (element.getAttribute("aria-valuenow") !== share) element.setAttribute("aria-valuenow", share);
  }

  let drag = null;
  element.addEventListener("pointerdown", (event) => {
    element.setPointerCapture(event.pointerId);
    drag = dragFrom(pixel(event));
    drag(pixel(event));
  });
  element.addEventListener("pointermove", (event) => drag?.(pixel(event)));
  for (const name of ["pointerup", "pointercancel"]) element.addEventListener(name, () => (drag = null));
  element.addEventListener("keydown", (event) => {
    const direction = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!direction || event.shiftKey) return;
    event.preventDefault();
    event.stopPropagation();
    view.scrollBy(direction * STEP * view.now().width);
  });

  return {
    draw,
    /** Another outline, other beats, another theme. */
    refresh() {
      paint = readColours(root);
      isStale = true;
    },
  };
}
