/** The beats as a table: what the picture shows, readable, and every row leads to its beat. Only rows in sight exist. */

const SPARE = 12;
// More than fill the table's height, as in _player.html.
const MANY = 15;

/** `onChoose(index)` is called when a row is chosen; `show(index)` marks the row of the sounding beat. */
export function createTable({ root, song, beats, onChoose, follows }) {
  const table = root.querySelector("table");
  const [body] = table.tBodies;
  // They stand for the rows that are out of sight.
  const [above, below] = root.querySelectorAll(".player__gap");
  const template = root.querySelector("[data-player-row]");
  let tall = 0;
  let room = 0;
  let first = 0;
  let current = -1;

  function row(marker, index) {
    const fragment = template.content.cloneNode(true);
    const cell = (name) => fragment.querySelector(`[data-cell="${name}"]`);
    const gap = index > 0 ? marker.time - song.times[index - 1] : null;
    cell("number").textContent = index + 1;
    cell("time").textContent = beats.formatTime(marker.time, 3);
    cell("time").dataset.time = marker.time;
    cell("gap").textContent = gap === null ? "" : cell("gap").dataset.text.replace("{seconds}", gap.toFixed(3));
    cell("label").textContent = marker.label;
    if (marker.strength === null || marker.strength === undefined) cell("strength").remove();
    else cell("strength").value = marker.strength;
    const line = fragment.firstElementChild;
    line.setAttribute("aria-rowindex", String(index + 2));
    if (marker.downbeat) line.dataset.downbeat = "";
    if (index === current) line.setAttribute("aria-current", "true");
    return fragment;
  }

  function put(from, to) {
    const held = body.contains(document.activeElement) ? Number(document.activeElement.dataset.time) : null;
    first = from;
    body.replaceChildren(...song.markers.slice(from, to).map((marker, i) => row(marker, from + i)));
    above.style.height = `${from * tall}px`;
    below.style.height = `${(song.markers.length - to) * tall}px`;
    above.hidden = from === 0;
    below.hidden = to >= song.markers.length;
    if (held !== null) body.querySelector(`[data-time="${held}"]`)?.focus({ preventScroll: true });
  }

  /** Rows for what is in sight, with some to spare; nothing while those that are there still reach. */
  function fill(isForced = false) {
    const count = song.markers.length;
    const seen = Math.ceil(root.clientHeight / (tall || 1)) + 1;
    const top = Math.min(Math.floor(root.scrollTop / (tall || 1)), Math.max(0, count - seen));
    const reaches = top >= first && Math.min(count, top + seen) <= first + body.rows.length;
    if (isForced || !reaches) put(Math.max(0, top - SPARE), Math.min(count, top + seen + SPARE));
  }

  function mark() {
    body.querySelector("[aria-current]")?.removeAttribute("aria-current");
    body.rows[current - first]?.setAttribute("aria-current", "true");
  }

  function show(index) {
    if (index === current) return;
    current = index;
    if (index >= 0 && follows() && !root.hidden) {
      const top = index * tall - (root.clientHeight - table.tHead.rows[0].offsetHeight) / 2;
      root.scrollTo({ top, behavior: "instant" });
      fill();
    }
    mark();
  }

  function showSong() {
    const without = ["label", "strength"].filter((name) => song.markers.every((marker) => (marker[name] ?? "") === ""));
    root.dataset.without = without.join(" ");
    root.hidden = song.markers.length === 0;
    root.toggleAttribute("data-many", song.markers.length > MANY);
    table.setAttribute("aria-rowcount", String(song.markers.length + 1));
    current = -1;
    put(0, Math.min(song.markers.length, 2 * SPARE));
    tall = body.rows[0]?.getBoundingClientRect().height ?? 0;
    fill(true);
  }

  showSong();
  song.onChange(showSong);
  root.addEventListener("scroll", () => fill(), { passive: true });
  // Rows are taller for fingers, and a pointer may be plugged in; the table's own height says so.
  const observer = new ResizeObserver(() => {
    const found = { tall: body.rows[0]?.getBoundingClientRect().height || tall, room: root.clientHeight };
    if (found.tall === tall && found.room === room) return;
    ({ tall, room } = found);
    fill(true);
  });
  observer.observe(root);
  observer.observe(table);
  // Paper does not scroll.
  window.addEventListener("beforeprint", () => put(0, song.markers.length));
  window.addEventListener("afterprint", () => fill(true));
  body.addEventListener("click", (event) => {
    const line = event.target.closest("tr");
    if (line) onChoose(line.rowIndex - body.rows[0].rowIndex + first);
  });
  return { show };
}
