/**
 * The library's one player: [data-play] of a line plays there, without leaving the page; previous and next walk through the
 * page's songs, and the end of one begins the next. Without this script the same links open the page with the song in it.
 */
(() => {
  const dock = document.querySelector("[data-dock]");
  if (!dock) return;
  const audio = dock.querySelector("[data-dock-audio]");
  const place = dock.querySelector("[data-dock-place]");
  const songs = () => [...document.querySelectorAll("#listing [data-play]")];
  const playing = () => songs().findIndex((song) => song.dataset.play === audio.getAttribute("src"));
  const icon = (song, name) => {
    const use = song.querySelector("use");
    use.setAttribute("href", use.getAttribute("href").replace(/#.*/, `#${name}`));
  };

  function show() {
    const every = songs();
    const number = playing();
    for (const song of every) {
      const current = every.indexOf(song) === number;
      icon(song, current && !audio.paused ? "pause" : "play");
      song.toggleAttribute("data-current", current);
    }
    place.textContent =
      number < 0 ? "" : dock.dataset.text.replace("{number}", number + 1).replace("{count}", every.length);
    for (const step of dock.querySelectorAll("[data-dock-step]")) {
      step.disabled = number < 0 || !every[number + Number(step.dataset.dockStep)];
    }
  }

  function play(song) {
    if (song.dataset.play !== audio.getAttribute("src")) {
      audio.src = song.dataset.play;
      dock.querySelector("[data-dock-name]").textContent = song.dataset.name;
      audio.setAttribute("aria-label", song.dataset.name);
    } else if (!audio.paused) {
      return audio.pause();
    }
    dock.hidden = false;
    // A file that cannot be played says so by the event "error".
    audio.play().catch(() => {});
    show();
  }

  document.addEventListener("click", (event) => {
    const song = event.target.closest("#listing [data-play]");
    if (song && !(event.metaKey || event.ctrlKey || event.shiftKey)) {
      event.preventDefault();
      play(song);
    }
    const step = event.target.closest("[data-dock-step]");
    const next = step && songs()[playing() + Number(step.dataset.dockStep)];
    if (next) play(next);
    if (event.target.closest("[data-dock-close]")) {
      event.preventDefault();
      audio.pause();
      audio.removeAttribute("src");
      audio.load();
      dock.hidden = true;
      show();
    }
  });

  for (const name of ["play", "pause"]) audio.addEventListener(name, show);
  // Files that were brought meanwhile are in the list now.
  document.addEventListener("htmx:afterSettle", show);
  audio.addEventListener("ended", () => {
    const next = songs()[playing() + 1];
    if (playing() >= 0 && next) play(next);
  });
  audio.addEventListener("error", () => {
    if (!audio.hasAttribute("src")) return;
    show();
    place.textContent = dock.dataset.failed;
  });
  show();
})();
