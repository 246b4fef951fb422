/**
 * Lets the time of what goes on now grow: [data-grows] counts on from the seconds that the server said, and the bar
 * of [data-phases] is drawn anew from the seconds of its pieces. The server's page is right without this script.
 */
(() => {
  const LEAST_WIDTH = 1;
  const GAP = 0.4;
  const LONGEST_CLOCK = 48 * 3600;
  const born = new WeakMap();

  // By this page's own clock: the server's may stand elsewhere.
  const passed = (element) => {
    if (!born.has(element)) born.set(element, performance.now());
    return (performance.now() - born.get(element)) / 1000;
  };

  const words = (seconds, pattern) => {
    if (seconds < 59.5) return pattern.replace("{seconds}", seconds.toFixed(seconds < 9.95 ? 1 : 0));
    const whole = Math.round(seconds);
    const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
    const two = (number) => String(number).padStart(2, "0");
    return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
  };

  const stretch = (bar) => {
    const pieces = [...bar.querySelectorAll("rect")];
    const seconds = pieces.map((piece) => Number(piece.dataset.seconds) + ("grows" in piece.dataset ? passed(bar) : 0));
    const total = seconds.reduce((sum, each) => sum + each, 0) || 1;
    const shares = seconds.map((each) => Math.max((100 * each) / total, LEAST_WIDTH));
    const whole = shares.reduce((sum, each) => sum + each, 0);
    let left = 0;
    pieces.forEach((piece, place) => {
      const width = (100 * shares[place]) / whole;
      piece.setAttribute("x", left.toFixed(3));
      piece.setAttribute("width", (width - (place < pieces.length - 1 ? GAP : 0)).toFixed(3));
      left += width;
    });
  };

  const grow = () => {
    if (document.hidden) return;
    for (const element of document.querySelectorAll("[data-seconds-text] [data-grows]:not(rect)")) {
      const seconds = Number(element.dataset.grows) + passed(element);
      if (seconds > LONGEST_CLOCK) continue;
      const text = words(seconds, element.closest("[data-seconds-text]").dataset.secondsText);
      if (element.textContent !== text) element.textContent = text;
    }
    for (const bar of document.querySelectorAll("[data-phases] svg:has([data-grows])")) stretch(bar);
  };

  grow();
  document.addEventListener("htmx:afterSwap", grow);
  setInterval(grow, 500);
})();
