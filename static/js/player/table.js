/** The beats as a table: what the waveform shows, readable, and every row leads to its beat. */

const FIRST_ROWS = 100;
// Following never draws more than this by itself: a row costs more than a mark on the canvas.
const MOST_FOLLOWED = 5000;

/** `onSeek(seconds)` is called when a row is chosen; `show(index)` marks the row of the sounding beat. */
export function createTable({ root, song, beats, onSeek, follows }) {
  const body = root.querySelector("tbody");
  const template = root.querySelector("[data-player-row]");
  const more = root.querySelector("[data-player-all]");
  let current = null;

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
    if (marker.downbeat) fragment.firstElementChild.dataset.downbeat = "";
    return fragment;
  }

  function fill(from, to) {
    const rows = song.markers.slice(from, to).map((marker, i) => row(marker, from + i));
    body.append(...rows);
  }

  function fillUntil(index) {
    fill(body.rows.length, index);
    more.hidden = body.rows.length >= song.markers.length;
  }

  function show(index) {
    if (index >= body.rows.length && index < MOST_FOLLOWED && follows()) fillUntil(index + FIRST_ROWS);
    const next = body.rows[index] ?? null;
    if (next === current) return;
    current?.removeAttribute("aria-current");
    next?.setAttribute("aria-current", "true");
    current = next;
    if (next && follows()) root.scrollTop = next.offsetTop - root.clientHeight / 2;
  }

  const without = ["label", "strength"].filter((name) => song.markers.every((marker) => (marker[name] ?? "") === ""));
  root.dataset.without = without.join(" ");
  root.hidden = song.markers.length === 0;
  fill(0, FIRST_ROWS);
  if (song.markers.length > FIRST_ROWS) {
    more.hidden = false;
    more.textContent = more.dataset.text.replace("{count}", song.markers.length);
    more.addEventListener("click", () => fillUntil(song.markers.length));
  }
  body.addEventListener("click", (event) => {
    const button = event.target.closest("tr")?.querySelector("[data-time]");
    if (button) onSeek(Number(button.dataset.time));
  });
  return { show };
}
