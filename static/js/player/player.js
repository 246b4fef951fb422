/**
 * Starts the result player: reads what templates/components/_player.html left on the page and joins the parts.
 * The parts import nothing from each other: their hashed addresses are known to the template only, which names them
 * in <link data-player-part>.
 */

const SKIP_SECONDS = 5;
const ZOOM_STEP = 1.5;

async function loadParts() {
  const links = [...document.querySelectorAll("link[data-player-part]")];
  const parts = await Promise.all(links.map((link) => import(link.href)));
  return Object.fromEntries(links.map((link, i) => [link.dataset.playerPart, parts[i]]));
}

function readSong(root) {
  const result = JSON.parse(document.getElementById(root.dataset.result).textContent);
  const markers = [...(result.markers ?? [])].sort((a, b) => a.time - b.time);
  return { bpm: result.bpm ?? null, markers, times: markers.map((marker) => marker.time), regions: result.regions ?? [] };
}

/** The song's length in seconds: told by the page, else by the audio, else a little past the last thing we know of. */
function findDuration(root, media, song) {
  const told = Number(root.dataset.duration);
  if (told > 0) return Promise.resolve(told);
  const guess = Math.max(0, song.times.at(-1) ?? 0, ...song.regions.map((region) => region.end)) + 1;
  return new Promise((resolve) => {
    const settle = () => resolve(Number.isFinite(media.duration) ? media.duration : guess);
    if (media.readyState > 0 || media.error) settle();
    media.addEventListener("loadedmetadata", settle, { once: true });
    media.addEventListener("error", settle, { once: true });
  });
}

function createPicture({ root, find, parts, media, song, duration, position, onFrame }) {
  const { readColours, createWave } = parts.wave;
  const colours = readColours(root);
  const wave = createWave({
    WaveSurfer: parts.wavesurfer.default,
    container: find("wave"),
    media,
    duration,
    nonce: root.dataset.nonce,
    colours,
  });
  const overlay = parts.overlay.createOverlay({ canvas: find("overlay"), view: wave.view, song, beats: parts.beats, colours });
  const stage = parts.stage.createStage({ root, element: find("stage"), wave, overlay, readColours, media, position, onFrame });
  return { wave, stage };
}

function connect({ root, parts, media, transport, stage, wave, clicks, follow, say }) {
  const press = (name, on) => root.querySelector(`[data-player-do="${name}"]`).setAttribute("aria-pressed", String(on));
  const keys = root.querySelector("[data-player-keys]");
  const actions = {
    async toggle() {
      if (!media.paused) media.pause();
      else if (!(await transport.play())) say(root.dataset.textNoAudio);
    },
    back: () => transport.skip(-SKIP_SECONDS),
    on: () => transport.skip(SKIP_SECONDS),
    toStart: () => transport.seek(0),
    toEnd: () => transport.seek(transport.duration()),
    previousBeat: () => transport.toBeat(-1),
    nextBeat: () => transport.toBeat(1),
    zoomIn: () => stage.zoom(ZOOM_STEP),
    zoomOut: () => stage.zoom(1 / ZOOM_STEP),
    zoomFit: stage.fit,
    toggleClicks: () => press("toggleClicks", clicks.toggle()),
    toggleFollow() {
      follow.on = !follow.on;
      wave.setFollow(follow.on);
      press("toggleFollow", follow.on);
    },
    help: () => keys.toggleAttribute("open"),
  };
  const settings = {
    volume: (value) => (media.volume = value),
    clickVolume: clicks.setVolume,
    rate(value) {
      media.playbackRate = value;
      root.querySelector("[data-player-rate]").textContent = `${value.toFixed(2)}×`;
    },
  };
  parts.controls.connectControls({ root, actions, settings });
}

/** Draws the outline of a file as soon as it is known. The rest of the player does not wait for it. */
async function drawOutline({ root, parts, media, wave, stage, transport, readout, peaksUrl }) {
  readout.showLoading(null);
  try {
    const audioUrl = media.src;
    const found = await parts.peaks.loadPeaks({ peaksUrl, audioUrl, onProgress: readout.showLoading });
    if (media.src !== audioUrl) return;
    transport.setDuration(found.duration);
    await wave.setPeaks(found.peaks, transport.duration());
  } catch {
    readout.say(media.error ? root.dataset.textNoAudio : root.dataset.textNoWave);
  }
  readout.showLoading(false);
  stage.refresh();
}

function connectTracks({ root, transport, readout, onChange }) {
  const buttons = [...root.querySelectorAll("[data-player-track]")];
  for (const button of buttons) {
    button.addEventListener("click", () => {
      if (button.getAttribute("aria-pressed") === "true") return;
      for (const other of buttons) other.setAttribute("aria-pressed", String(other === button));
      readout.say("");
      transport.change(button.dataset.playerTrack);
      onChange();
    });
  }
}

async function start(root) {
  root.dataset.started = "";
  const parts = await loadParts();
  const { beats } = parts;
  const find = (name) => root.querySelector(`[data-player-${name}]`);
  const media = find("audio");
  const song = readSong(root);
  const follow = { on: true };
  media.removeAttribute("controls");
  root.dataset.ready = "";

  const readout = parts.readout.createReadout({ find, texts: root.dataset, song, beats, media });
  const clicks = parts.clicks.createClicks({ media, song, countUntil: beats.countUntil });
  const duration = await findDuration(root, media, song);
  const transport = parts.transport.createTransport({ media, song, beats, duration, onMove: () => stage.reveal() });
  const table = parts.table.createTable({ root: find("table"), song, beats, onSeek: transport.seek, follows: () => follow.on });

  const onFrame = () => {
    const index = beats.beatAt(song.times, transport.position());
    readout.showPosition(transport.position(), transport.duration(), index);
    table.show(index);
  };
  const { position } = transport;
  const { wave, stage } = createPicture({ root, find, parts, media, song, duration, position, onFrame });
  wave.surfer.on("interaction", transport.seek);
  stage.onRuler(transport.seek);
  connect({ root, parts, media, transport, stage, wave, clicks, follow, say: readout.say });

  const outline = { root, parts, media, wave, stage, transport, readout };
  connectTracks({ root, transport, readout, onChange: () => drawOutline({ ...outline, peaksUrl: "" }) });
  readout.showSong();
  stage.refresh();
  drawOutline({ ...outline, peaksUrl: root.dataset.peaksUrl });
}

function startAll() {
  for (const root of document.querySelectorAll("[data-player]:not([data-started])")) start(root);
}

startAll();
document.addEventListener("htmx:afterSettle", startAll);
