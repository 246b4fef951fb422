/**
 * Lets a person correct the beats that the player shows, and compare a corrected version with the original. Nothing but this
 * file is loaded before somebody begins; the other parts stand in data-part-* of templates/jobs/_correct.html.
 */

const spell = (pattern, values) => pattern.replace(/\{(\w+)\}/g, (_, name) => values[name]);

/** The player's own objects, as soon as it runs (js/player/player.js). */
function playerOf(root) {
  if (root.player) return Promise.resolve(root.player);
  return new Promise((resolve) => root.addEventListener("player:ready", () => resolve(root.player), { once: true }));
}

async function loadParts(panel) {
  const named = Object.entries(panel.dataset).filter(([name]) => name.startsWith("part"));
  const loaded = await Promise.all(named.map(([, address]) => import(address)));
  return Object.fromEntries(named.map(([name], at) => [name.slice(4).toLowerCase(), loaded[at]]));
}

/** The original's times where a corrected version is shown, and whether they are to be seen. */
function createCompare({ player, drawing }) {
  const kept = document.getElementById("original-times");
  const button = document.querySelector("[data-versions-compare]");
  let times = kept ? JSON.parse(kept.textContent) : null;
  let isOn = true;
  const { ghosts } = drawing.createDrawing({
    song: player.song, countUntil: player.beats.countUntil, times: () => (isOn && times) || [], chosen: () => [], isCoarse: false,
  });
  player.picture.addLayer(ghosts);
  button?.addEventListener("click", () => {
    isOn = !isOn;
    button.setAttribute("aria-pressed", String(isOn));
    player.refresh();
  });
  player.refresh();
  return {
    /** While the original itself is corrected, its beats are what to compare with. */
    begin: (beats) => (times ??= beats.map((beat) => beat.time)),
    times: () => times,
  };
}

/** Steps of a nudge: seconds, or one frame at the rate that was chosen. */
function createNudging(panel) {
  const field = panel.querySelector("[data-correct-step]");
  const rate = (text) => text.split("/").map(Number).reduce((frames, seconds) => frames / seconds);
  const step = () => (field.value.includes("/") ? { frame: rate(field.value) } : Number(field.value) / 1000);
  return { step };
}

function createActions({ panel, player, editor, taps, extend }) {
  const { step } = createNudging(panel);
  return {
    undo: editor.undo,
    redo: editor.redo,
    nudgeBack: () => editor.nudge(-1, step()),
    nudgeOn: () => editor.nudge(1, step()),
    previous: () => editor.step(-1),
    next: () => editor.step(1),
    remove: editor.remove,
    add: () => editor.add(player.transport.position()),
    downbeat: editor.toggleDownbeat,
    tap: taps.tap,
    all: editor.all,
    none: editor.none,
    extend,
  };
}

/** Buttons are on while they would do something; the line beside them says what is chosen. */
function showState({ panel, player, editor, isRange }) {
  const beats = editor.beats();
  const chosen = [...editor.chosen()];
  const usable = {
    undo: editor.canUndo(),
    redo: editor.canRedo(),
    ...Object.fromEntries(["nudgeBack", "nudgeOn", "remove", "downbeat", "none"].map((name) => [name, chosen.length > 0])),
  };
  for (const [name, is] of Object.entries(usable)) panel.querySelector(`[data-correct-do="${name}"]`).disabled = !is;
  const areDown = chosen.length > 0 && chosen.every((index) => beats[index].downbeat);
  panel.querySelector('[data-correct-do="downbeat"]').setAttribute("aria-pressed", String(areDown));
  panel.querySelector('[data-correct-do="extend"]').setAttribute("aria-pressed", String(isRange));
  const told = panel.querySelector("[data-correct-chosen]");
  const first = beats[Math.min(...chosen)];
  const time = first ? player.beats.formatTime(first.time, 3) : "";
  const pattern = [told.dataset.textNone, told.dataset.textOne][chosen.length] ?? told.dataset.textMany;
  told.textContent = spell(pattern, { count: chosen.length, number: Math.min(...chosen) + 1, time });
  const state = panel.querySelector("[data-correct-state]");
  state.textContent = editor.isDirty() ? spell(state.dataset.textDirty, { count: beats.length }) : state.dataset.textClean;
}

/** Hands, keys, buttons and tools, all for one editor. */
function connect({ parts, panel, player, editor, compare, draft, say }) {
  const { edits } = parts;
  const texts = panel.dataset;
  const find = (name) => panel.querySelector(`[data-correct-${name}]`);
  let isRange = false;
  const show = () => showState({ panel, player, editor, isRange });
  const extend = () => {
    isRange = !isRange;
    show();
  };
  const taps = parts.taps.createTaps({ player, editor, field: find("latency"), say, texts });
  const actions = createActions({ panel, player, editor, taps, extend });
  const original = () => compare.times().map((time) => ({ time }));
  parts.tools.connectTools({ form: find("tools"), editor, edits, original, spell });
  const saving = { form: find("save"), editor, edits, draft, page: texts.page, say, texts, spell };
  const { leave } = parts.saving.connectSaving(saving);
  parts.hands.connectHands({ player, editor, edits, extendsRange: () => isRange });
  player.root.addEventListener("player:pick", ({ detail }) => editor.isTrying() || editor.pick(detail.beat));
  parts.keys.connectKeys({ actions, isOn: () => panel.isConnected, hasChoice: () => editor.chosen().size > 0 });
  connectButtons({ panel, actions, editor, leave });
  editor.onChange(show);
}

/** The controls just opened may lie below the window's edge, and the pressed button is gone. */
function bringIntoSight(root, panel) {
  if (panel.getBoundingClientRect().bottom > innerHeight) root.scrollIntoView({ block: "start" });
  root.querySelector("[data-player-stage]").focus({ preventScroll: true });
}

/** Opens the editor on the player; `kept` is what was not saved the last time, or null. */
async function begin({ panel, player, compare, draft, kept }) {
  const parts = await loadParts(panel);
  const texts = panel.dataset;
  const note = panel.querySelector("[data-correct-note]");
  const say = (sentence) => {
    note.textContent = sentence;
    note.hidden = !sentence;
  };
  const first = player.song.markers.map((beat) => ({ ...beat }));
  compare.begin(first);
  const base = Number(texts.base);
  const isOurs = kept?.base === base;
  const end = () => Number(texts.end) || player.transport.duration();
  const editor = parts.editor.createEditor({ player, ...parts, first, kept: isOurs ? kept : null, end });
  connect({ parts, panel, player, editor, compare, draft, say });
  const isCoarse = matchMedia("(pointer: coarse)").matches;
  const countUntil = player.beats.countUntil;
  const drawn = { song: player.song, countUntil, times: () => [], chosen: editor.marked, isCoarse };
  player.picture.addLayer(parts.drawing.createDrawing(drawn).handles);

  // The controls stand under the picture, so that hand and eye are close to each other.
  player.root.querySelector(".player__transport").before(panel);
  player.root.dataset.correcting = "";
  panel.hidden = false;
  editor.show();
  if (!kept) bringIntoSight(player.root, panel);
  if (kept && !isOurs) {
    // Undone, it is the version that somebody else saved meanwhile.
    editor.take(kept.beats, []);
    if (editor.isDirty()) say(spell(texts.textLaid, { base: kept.base, number: base }));
  } else if (kept) say(texts.textKept);
}

function connectButtons({ panel, actions, editor, leave }) {
  panel.addEventListener("click", (event) => {
    const button = event.target.closest("[data-correct-do]");
    if (button) actions[button.dataset.correctDo]();
    // As in the player: after a press with mouse or finger the space bar is for playing again.
    if (event.detail > 0) button?.blur();
  });
  panel.querySelector("[data-correct-discard]").addEventListener("click", () => {
    if (!editor.isDirty() || confirm(panel.dataset.textDiscard)) leave();
  });
}

async function start() {
  const panel = document.querySelector("[data-correct]");
  const root = document.querySelector("[data-player]");
  if (!panel || !root) return;
  const player = await playerOf(root);
  const [drawing, { createDraft }] = await Promise.all([import(panel.dataset.partDrawing), import(panel.dataset.partDraft)]);
  const compare = createCompare({ player, drawing });
  const button = document.querySelector("[data-correct-begin]");
  if (!button) return;
  const draft = createDraft(panel.dataset.job);
  let isBegun = false;
  const open = (kept) => {
    if (isBegun) return;
    isBegun = true;
    button.hidden = true;
    begin({ panel, player, compare, draft, kept });
  };
  button.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open(null);
  });
  const kept = draft.read();
  if (kept) open(kept);
}

start();
