/**
 * Starts the result player: reads what templates/components/_player.html left on the page and joins the parts.
 * The parts import nothing from each other: their hashed addresses are known to the template only, which names them
 * in <link data-player-part>. Whoever has other beats to show says so to the player's element:
 *   element.dispatchEvent(new CustomEvent("player:change", { detail: { markers, bpm } }))
 */

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

async function start(root) {
  root.dataset.started = "";
  const parts = await loadParts();
  const { beats } = parts;
  const find = (name) => root.querySelector(`[data-player-${name}]`);
  const media = find("audio");
  const song = parts.song.createSong(JSON.parse(document.getElementById(root.dataset.result).textContent), beats);
  root.addEventListener("player:change", (event) => song.change(event.detail));
  media.removeAttribute("controls");
  root.dataset.ready = "";
  const lanes = parts.choice.createChoice({ root, song });

  const duration = await findDuration(root, media, song);
  const { transport, loop, clicks } = createSound({ parts, beats, media, song, duration });
  const readout = parts.readout.createReadout({ find, texts: root.dataset, song, loop, beats, media });
  const sight = createSight({ parts, root, find, beats, song, loop, duration });
  const { view, waveform, picture, minimap } = sight;
  const follow = parts.follow.createFollow({ view, media, transport, now: () => performance.now() });
  const table = parts.table.createTable({ root: find("table"), song, beats, onSeek: transport.seek, follows: follow.isOn });

  function onFrame(time) {
    follow.keep(time);
    const index = beats.beatAt(song.times, time);
    readout.showPosition(time, transport.duration(), index);
    table.show(index);
    minimap.draw(time);
  }
  const seen = { element: find("stage"), view, picture, media, loop, song, transport };
  const stage = parts.stage.createStage({ ...seen, onFrame, onScrolled: follow.hold });

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
}

function startAll() {
  for (const root of document.querySelectorAll("[data-player]:not([data-started])")) start(root);
}

startAll();
document.addEventListener("htmx:afterSettle", startAll);
