/**
 * Starts the result player: reads what templates/components/_player.html left on the page and joins the parts.
 * The parts import nothing from each other: their hashed addresses are known to the template only, which names them
 * in <link data-player-part>.
 *
 * Other scripts talk to the player by events of its element, [data-player]. Times are seconds; a beat is the place of a
 * marker among those that are shown, by time, from 0. It takes:
 *   player:change    {markers, bpm}  shows and sounds these beats from now on
 *   player:seek      {time}          goes there, as if a person had
 * and gives, bubbling:
 *   player:ready     {duration}      it has begun; data-listens says so to who comes later. What it took earlier is done now
 *   player:changed   {count}         other beats are shown
 *   player:position  {time, beat}    the song stands or plays there, at most once a frame; beat is -1 before the first
 *   player:pick      {time, beat}    a person chose this beat, in the picture or in the table
 */

const tellerOf = (root) => (name, detail) => root.dispatchEvent(new CustomEvent(`player:${name}`, { bubbles: true, detail }));

async function loadParts() {
  const links = [...document.querySelectorAll("link[data-player-part]")];
  const parts = await Promise.all(links.map((link) => import(link.href)));
  return Object.fromEntries(links.map((link, i) => [link.dataset.playerPart, parts[i]]));
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

/** What sounds: position, loop and clicks. */
function createSound({ parts, beats, media, song, duration }) {
  const transport = parts.transport.createTransport({ media, song, beats, duration });
  const loop = parts.loop.createLoop({ song, beats, duration: transport.duration });
  const { createClock } = parts.clock;
  const clicks = parts.clicks.createClicks({ media, song, loop, countUntil: beats.countUntil, createClock });
  parts.loop.playInLoop({ media, loop, transport });
  return { transport, loop, clicks };
}

/** What is seen: the stretch in sight, the picture of it, and the strip with the whole song. */
function createSight({ parts, root, find, beats, song, loop, duration }) {
  const view = parts.view.createView({ scroller: find("scroller"), duration });
  const waveform = parts.waveform.createWaveform();
  const { regions, strength, tempo, scale, looped } = parts.lanes.createLanes({ song, beats, loop });
  const { ruler, marks, sounding, playhead, hover } = parts.marks.createMarks({ song, beats });
  const layers = [regions, waveform.layer, strength, tempo, marks, looped, scale, ruler, playhead, sounding, hover];
  const picture = parts.picture.createPicture({ root, canvas: find("overlay"), lanes: find("lanes"), view, layers });
  const { readColours, fitToScreen } = parts.picture;
  const strip = { root, element: find("map"), view, song, loudest: waveform.loudest, readColours, fitToScreen };
  return { view, waveform, picture, minimap: parts.minimap.createMinimap(strip) };
}

/** Draws the outline of a file as soon as it is known. The rest of the player does not wait for it. */
async function drawOutline({ root, parts, media, view, transport, readout, waveform, tracks, repaint, peaksUrl }) {
  readout.showLoading(null);
  try {
    const audioUrl = media.src;
    const found = await parts.peaks.loadPeaks({ peaksUrl, audioUrl, onProgress: readout.showLoading });
    tracks.setLoudness(audioUrl, found.loudness);
    if (media.src !== audioUrl) return;
    transport.setDuration(found.duration);
    waveform.setOutline(found);
    view.setLength(transport.duration());
  } catch {
    readout.say(media.error ? root.dataset.textNoAudio : root.dataset.textNoWave);
  }
  readout.showLoading(false);
  repaint();
}

/** Takes events from the first moment on and keeps the last of each kind until somebody can do it. */
function listen(root) {
  const waiting = new Map();
  const doers = new Map();
  for (const name of ["change", "seek"]) {
    root.addEventListener(`player:${name}`, ({ detail }) => {
      if (doers.has(name)) doers.get(name)(detail);
      else waiting.set(name, detail);
    });
  }
  return (name, doer) => {
    doers.set(name, doer);
    if (waiting.has(name)) doer(waiting.get(name));
  };
}

async function start(root) {
  root.dataset.started = "";
  const on = listen(root);
  const parts = await loadParts();
  const { beats } = parts;
  const tell = tellerOf(root);
  const find = (name) => root.querySelector(`[data-player-${name}]`);
  const media = find("audio");
  const song = parts.song.createSong(JSON.parse(document.getElementById(root.dataset.result).textContent), beats);
  on("change", song.change);
  media.removeAttribute("controls");
  root.dataset.ready = "";
  const lanes = parts.choice.createChoice({ root, song });

  const duration = await findDuration(root, media, song);
  const { transport, loop, clicks } = createSound({ parts, beats, media, song, duration });
  const readout = parts.readout.createReadout({ find, texts: root.dataset, song, loop, beats, media });
  const sight = createSight({ parts, root, find, beats, song, loop, duration });
  const { view, waveform, picture, minimap } = sight;
  const follow = parts.follow.createFollow({ view, media, transport, now: () => performance.now() });
  const pick = (beat) => tell("pick", { time: song.times[beat], beat });
  const onChoose = (beat) => {
    transport.seek(song.times[beat]);
    pick(beat);
  };
  const table = parts.table.createTable({ root: find("table"), song, beats, onChoose, follows: follow.isOn });

  let told = {};
  function onFrame(time) {
    follow.keep(time);
    const beat = beats.beatAt(song.times, time);
    readout.showPosition(time, transport.duration(), beat);
    table.show(beat);
    minimap.draw(time);
    if (told.time !== time || told.beat !== beat) tell("position", (told = { time, beat }));
  }
  const seen = { element: find("stage"), view, picture, media, loop, song, transport };
  const stage = parts.stage.createStage({ ...seen, beats, onFrame, onPick: pick, onScrolled: follow.hold });

  function repaint() {
    picture.measure();
    minimap.refresh();
    stage.refresh();
  }
  const level = parts.actions.createLevel(media);
  const outline = { root, parts, media, view, transport, readout, waveform, repaint };
  const onChange = () => drawOutline({ ...outline, tracks, peaksUrl: "" });
  const tracks = parts.tracks.createTracks({ root, media, transport, onChange, onLevel: level.setShare });
  const deeds = { root, media, view, transport, stage, follow, clicks, loop, tracks, level, say: readout.say };
  parts.controls.connectControls({ root, ...parts.actions.createActions(deeds) });
  lanes.onChange(repaint);
  repaint();
  if (loop.readAddress()) transport.seek(loop.range().from);
  drawOutline({ ...outline, tracks, peaksUrl: root.dataset.peaksUrl });
  song.onChange(() => tell("changed", { count: song.times.length }));
  on("seek", ({ time }) => transport.seek(time));
  // For js/correct and js/compare, which work inside the picture and the sound, where events are too far away.
  root.player = { root, parts, media, song, view, transport, loop, clicks, picture, beats, refresh: stage.refresh };
  root.dataset.listens = "";
  tell("ready", { duration: transport.duration() });
}

function startAll() {
  for (const root of document.querySelectorAll("[data-player]:not([data-started])")) start(root);
}

startAll();
document.addEventListener("htmx:afterSettle", startAll);
