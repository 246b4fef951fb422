/** Writes the position, the beat, the loop and the state of playing where people and screen readers find them. */

/** `find(name)` answers the element [data-player-<name>]; `texts` is the player's dataset of translated patterns. */
export function createReadout({ find, texts, song, loop, beats, media }) {
  const spell = (pattern, values) => pattern.replace(/\{(\w+)\}/g, (_, name) => values[name]);

  function write(element, value) {
    if (element.textContent !== value) element.textContent = value;
  }

  function tell(element, name, value) {
    if (element.getAttribute(name) !== value) element.setAttribute(name, value);
  }

  function showSong() {
    find("overlay").setAttribute("aria-label", spell(texts.textCanvas, { count: song.times.length }));
    write(find("bpm"), song.bpm === null ? "—" : String(Number(song.bpm.toFixed(2))));
  }

  function showPosition(time, duration, index) {
    const values = { number: index + 1, count: song.times.length };
    write(find("time"), beats.formatTime(time, 3));
    write(find("duration"), ` / ${beats.formatTime(duration)}`);
    write(find("beat"), index < 0 ? "—" : spell(texts.textBeat, values));
    const stage = find("stage");
    const spoken = { time: beats.formatTime(time), duration: beats.formatTime(duration) };
    tell(stage, "aria-valuemax", duration.toFixed(1));
    tell(stage, "aria-valuenow", time.toFixed(1));
    tell(stage, "aria-valuetext", spell(texts.textPosition, spoken));
  }

  function showLoop() {
    const range = loop.range();
    const { from = 0, to = 0 } = range ?? {};
    find("loop").hidden = !range;
    find("loop-toggle").setAttribute("aria-pressed", String(Boolean(range?.on)));
    find("loop-toggle").disabled = !range;
    write(find("loop-range"), `${beats.formatTime(from, 2)} – ${beats.formatTime(to, 2)}`);
  }

  function showPlaying() {
    const button = find("play");
    button.setAttribute("aria-label", media.paused ? button.dataset.labelPlay : button.dataset.labelPause);
    button.toggleAttribute("data-playing", !media.paused);
  }

  /** Shows one sentence under the picture; "" takes it away. */
  function say(sentence) {
    write(find("note"), sentence);
    find("note").hidden = !sentence;
  }

  /** `share` is 0..1, null when unknown, and false when loading is over. */
  function showLoading(share) {
    const bar = find("loading").querySelector("progress");
    find("loading").hidden = share === false;
    write(find("loading-text"), texts.textLoading);
    if (share === null || share === false) bar.removeAttribute("value");
    else bar.value = share;
  }

  function sayNoAudio() {
    say(texts.textNoAudio);
    find("play").disabled = true;
  }

  song.onChange(showSong);
  loop.onChange(showLoop);
  showSong();
  showLoop();
  for (const name of ["play", "pause"]) media.addEventListener(name, showPlaying);
  media.addEventListener("error", sayNoAudio);
  // Another file of the song may be whole.
  media.addEventListener("loadedmetadata", () => (find("play").disabled = false));
  if (media.error) sayNoAudio();
  return { showPosition, say, showLoading };
}
