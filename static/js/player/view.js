/** Which stretch of the song is in sight. The browser scrolls an empty box as wide as the song; everything else is drawn. Pixels are CSS pixels, times seconds. */

// Pixels a second when no closer look helps, and the widest box that every browser lays out.
const CLOSEST = 600;
const WIDEST = 8_000_000;

/** `duration` is the song's length as far as it is known. */
export function createView({ scroller, duration }) {
  const listeners = new Set();
  const spacer = scroller.firstElementChild;
  let length = duration;
  let width = scroller.clientWidth;
  // Pixels a second; null shows the whole song at any width.
  let zoomed = null;
  let scroll = 0;

  const tell = () => listeners.forEach((listener) => listener());
  const perSecond = () => zoomed ?? width / length;
  const end = () => Math.max(0, length * perSecond() - width);
  const closest = () => Math.max(width / length, Math.min(CLOSEST, WIDEST / length));

  function apply() {
    scroll = Math.min(Math.max(0, scroll), end());
    spacer.style.width = `${zoomed === null ? 0 : length * zoomed}px`;
    scroller.scrollLeft = scroll;
    tell();
  }

  function zoomTo(pixelsPerSecond, moment, x) {
    const wanted = Math.min(closest(), pixelsPerSecond);
    zoomed = wanted <= width / length ? null : wanted;
    scroll = moment * perSecond() - x;
    apply();
  }

  const view = {
    /** `listener()` is called when another stretch is in sight. */
    onChange: (listener) => listeners.add(listener),
    now: () => ({ perSecond: perSecond(), scroll, width, length }),
    timeAt: (x) => (x + scroll) / perSecond(),
    scrollBy: (pixels) => view.scrollTo(scroll + pixels),
    scrollTo(pixels) {
      scroll = pixels;
      apply();
    },
    /** Zooms by a factor and leaves the moment under pixel `x` where it is. */
    zoomBy: (factor, x) => zoomTo(perSecond() * factor, view.timeAt(x), x),
    /** Shows the stretch between two moments. */
    show: (from, to) => zoomTo(width / Math.max(0.05, to - from), from, 0),
    fit: () => zoomTo(0, 0, 0),
    isWhole: () => zoomed === null,
    setLength(seconds) {
      length = seconds;
      apply();
    },
  };

  scroller.addEventListener("scroll", () => {
    // What the browser rounded is no scrolling.
    if (Math.abs(scroller.scrollLeft - scroll) < 1) return;
    scroll = scroller.scrollLeft;
    tell();
  });
  new ResizeObserver(() => {
    const moment = scroll / perSecond();
    width = scroller.clientWidth;
    scroll = moment * perSecond();
    apply();
  }).observe(scroller);
  return view;
}
