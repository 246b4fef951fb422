/** What pointer, wheel, fingers, theme and size do to the picture; redraws no more than once a frame. */

// Pixels: what moves less is no drag; what is as near as that to a beat means the beat.
const CLICK = 4;
const NEAR = 6;

/**
 * `onFrame(seconds)` is called with every redraw, `onPick(index)` when a person pressed on a beat, `onScrolled()` when one
 * scrolled. `beats` is the module.
 */
export function createStage({ element, view, picture, media, loop, song, beats, transport, onFrame, onPick, onScrolled }) {
  const { position, seek } = transport;
  let hover = null;
  let asked = false;
  let press = null;

  function frame() {
    asked = false;
    const time = position();
    onFrame(time);
    picture.draw(time, hover);
    if (!media.paused && !media.ended) refresh();
  }

  function refresh() {
    if (!asked) requestAnimationFrame(frame);
    asked = true;
  }

  /** Around pixel `x`; without it around the playhead, or the middle when that is out of sight. */
  function zoom(factor, x) {
    const { perSecond, scroll, width } = view.now();
    const head = position() * perSecond - scroll;
    view.zoomBy(factor, x ?? (head >= 0 && head <= width ? head : width / 2));
  }

  /** Brings the position into view, for jumps that come from elsewhere than the picture. */
  function reveal() {
    const { perSecond, scroll, width } = view.now();
    const x = position() * perSecond - scroll;
    if (x < 0 || x > width) view.scrollTo(x + scroll - width / 3);
    refresh();
  }

  function place(event) {
    const box = element.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  function onWheel(event) {
    onScrolled();
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    zoom(Math.exp(-event.deltaY * 0.004), place(event).x);
  }

  function onDown(event) {
    if (event.button !== 0 || event.target.closest("button")) return;
    const { x, y } = place(event);
    const row = picture.rowAt(y);
    // A finger scrolls the picture by itself, except in the ruler, where it draws a loop.
    if (event.pointerType === "touch" && row !== "ruler") return;
    press = { x, row, from: view.timeAt(x), scroll: view.now().scroll, moved: false };
    element.setPointerCapture(event.pointerId);
  }

  function onMove(event) {
    const at = place(event);
    hover = event.pointerType === "mouse" ? at : null;
    refresh();
    if (!press) return;
    press.moved ||= Math.abs(at.x - press.x) > CLICK;
    if (!press.moved) return;
    if (press.row === "ruler") loop.set(loop.place(press.from, event.altKey), loop.place(view.timeAt(at.x), event.altKey));
    else {
      onScrolled();
      view.scrollTo(press.scroll + press.x - at.x);
    }
  }

  function onClick(event) {
    const wasDrag = press?.moved;
    press = null;
    if (wasDrag || event.target.closest("button")) return;
    const { x, y } = place(event);
    const time = view.timeAt(x);
    const region = picture.rowAt(y) === "regions" && song.regions.find(({ start, end }) => start <= time && time < end);
    if (region) loop.set(region.start, region.end);
    seek(region ? region.start : time);
    const beat = song.times.indexOf(beats.nearest(song.times, time, NEAR / view.now().perSecond));
    if (!region && beat >= 0) onPick(beat);
  }

  let pinch = null;
  function onTouch(event) {
    if (event.touches.length !== 2) {
      pinch = null;
      return;
    }
    event.preventDefault();
    const [a, b] = [...event.touches].map((touch) => place(touch).x);
    const apart = Math.max(20, Math.abs(a - b));
    if (pinch) {
      view.scrollBy(pinch.middle - (a + b) / 2);
      view.zoomBy(apart / pinch.apart, (a + b) / 2);
    }
    pinch = { apart, middle: (a + b) / 2 };
    onScrolled();
  }

  element.addEventListener("wheel", onWheel, { passive: false });
  element.addEventListener("pointerdown", onDown);
  element.addEventListener("pointermove", onMove);
  element.addEventListener("click", onClick);
  element.addEventListener("pointercancel", () => (press = null));
  element.addEventListener("pointerleave", () => {
    hover = null;
    refresh();
  });
  for (const name of ["touchstart", "touchmove", "touchend"]) element.addEventListener(name, onTouch, { passive: false });
  for (const { onChange } of [view, loop, song]) onChange(refresh);
  transport.onMove(reveal);
  for (const name of ["play", "pause", "seeking", "seeked", "timeupdate"]) media.addEventListener(name, refresh);

  return { refresh, reveal, zoom };
}
