/** The picture: joins waveform and overlay, follows pointer, wheel, theme and size, and redraws no more than once a frame. */

/** `onFrame()` is called with every redraw. `position()` tells seconds. */
export function createStage({ root, element, wave, overlay, readColours, media, position, onFrame }) {
  let hover = null;
  let asked = false;

  function frame() {
    asked = false;
    overlay.draw(position(), hover);
    onFrame();
    if (!media.paused && !media.ended) refresh();
  }

  function refresh() {
    if (!asked) requestAnimationFrame(frame);
    asked = true;
  }

  /** Around pixel `x`; without it around the playhead, or the middle when that is out of sight. */
  function zoom(factor, x) {
    const { perSecond, scroll, width } = wave.view();
    const head = position() * perSecond - scroll;
    wave.zoomBy(factor, x ?? (head >= 0 && head <= width ? head : width / 2));
    refresh();
  }

  /** Brings the position into view, for jumps that come from elsewhere than the waveform. */
  function reveal() {
    const { perSecond, scroll, width } = wave.view();
    const x = position() * perSecond - scroll;
    if (x < 0 || x > width) wave.surfer.setScroll(x + scroll - width / 3);
    refresh();
  }

  function repaint() {
    const colours = readColours(root);
    overlay.setColours(colours);
    wave.setColours(colours);
    refresh();
  }

  const pixel = (event) => event.clientX - element.getBoundingClientRect().left;

  function onWheel(event) {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    zoom(Math.exp(-event.deltaY * 0.004), pixel(event));
  }

  function onPointer(event) {
    hover = event.type === "pointermove" && event.pointerType === "mouse" ? pixel(event) : null;
    refresh();
  }

  element.addEventListener("wheel", onWheel, { passive: false });
  for (const name of ["pointermove", "pointerleave"]) element.addEventListener(name, onPointer);
  for (const name of ["scroll", "zoom", "redraw", "ready"]) wave.surfer.on(name, refresh);
  for (const name of ["play", "pause", "seeking", "seeked", "timeupdate"]) media.addEventListener(name, refresh);
  document.documentElement.addEventListener("themechange", repaint);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaint);
  new ResizeObserver(refresh).observe(element);

  function fit() {
    wave.fit();
    refresh();
  }

  /** The ruler above the waveform leads to a place, too: `onSeek(seconds)`. */
  function onRuler(onSeek) {
    element.addEventListener("click", (event) => {
      if (event.target === element) onSeek(wave.timeAt(pixel(event)));
    });
  }

  return { refresh, reveal, zoom, fit, onRuler };
}
