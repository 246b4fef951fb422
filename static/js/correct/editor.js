/** The beats while they are corrected: what stands, what is chosen, what is tried out. Others say what to do; the player shows it. */

/**
 * `edits` and `history` are the modules; `player` what player.js leaves on its element; `kept` a draft or null; `end()` the
 * last moment in seconds that a beat may have. Listeners of onChange hear of every change.
 */
export function createEditor({ player, edits, history: { createHistory, stepBetween }, first, kept, end }) {
  const listeners = new Set();
  const history = createHistory(first, kept ?? {});
  let chosen = new Set();
  // Where a range begins.
  let anchor = null;
  let tried = null;
  let isOther = false;

  const beats = () => history.beats();

  function show() {
    const markers = tried ?? beats();
    const steps = markers.slice(1).map((beat, index) => beat.time - markers[index].time).sort((a, b) => a - b);
    player.song.change({ markers, bpm: steps.length > 2 ? 60 / steps[steps.length >> 1] : null });
    tell();
  }

  function tell() {
    for (const listener of listeners) listener();
    player.refresh();
  }

  function choose(indices) {
    chosen = new Set([...indices].filter((index) => index >= 0 && index < beats().length));
    tell();
  }

  /** Makes `next` the list, with `then` chosen; answers whether anything is another one. */
  function take(next, then = chosen, run = null) {
    tried = null;
    const isTaken = history.take(next, run);
    chosen = new Set([...then].filter((index) => index < next.length));
    show();
    return isTaken;
  }

  const editor = {
    onChange: (listener) => listeners.add(listener),
    beats,
    end,
    chosen: () => chosen,
    isDirty: () => stepBetween(first, beats()) !== null,
    canUndo: history.canUndo,
    canRedo: history.canRedo,
    dump: history.dump,
    show,
    take,
    choose,
    /** By one beat: alone, as one more (`adds`), or as the other end of a range (`extends`). */
    pick(index, { adds = false, extends: isRange = false } = {}) {
      if (isRange && anchor !== null) {
        const [from, to] = [Math.min(anchor, index), Math.max(anchor, index)];
        choose(Array.from({ length: to - from + 1 }, (_, step) => from + step));
        return;
      }
      const others = adds ? [...chosen].filter((each) => each !== index) : [];
      anchor = index;
      choose(adds && chosen.has(index) ? others : [...others, index]);
    },
    /** Shows a list without taking it; null ends that. `keeps` says that its beats are the same ones, only moved. */
    try(next, { keeps = false } = {}) {
      tried = next;
      isOther = next !== null && !keeps;
      show();
    },
    /** The chosen ones as far as they are in what is shown. */
    marked: () => (tried && isOther ? new Set() : chosen),
    isTrying: () => tried !== null,
    /** `step` is seconds, or {frame: rate}. */
    nudge(direction, step) {
      if (step.frame) take(edits.toFrame(beats(), chosen, direction, step.frame, end()));
      else take(edits.move(beats(), chosen, direction * step, end()));
    },
    remove() {
      const next = Math.min(...chosen);
      if (take(edits.remove(beats(), chosen), [])) anchor = next < beats().length ? next : null;
    },
    add(time, run = null) {
      const next = edits.add(beats(), time, end());
      const index = edits.placeOf(next, Math.round(time * 1e6) / 1e6);
      if (take(next, run ? [] : [index], run)) anchor = index;
      return index;
    },
    toggleDownbeat: () => take(edits.toggleDownbeat(beats(), chosen)),
    /** The beat before or behind the chosen ones, or the playhead; it is chosen and heard from there. */
    step(direction) {
      const edge = direction > 0 ? Math.max(...chosen) : Math.min(...chosen);
      const near = edits.placeOf(beats(), player.transport.position()) + (direction > 0 ? 0 : -1);
      const index = chosen.size ? edge + direction : near;
      if (!beats()[index]) return;
      editor.pick(index);
      player.transport.seek(beats()[index].time);
    },
    all: () => choose(beats().keys()),
    none: () => choose([]),
    undo: () => back(history.undo()),
    redo: () => back(history.redo()),
  };

  function back(touched) {
    if (!touched) return;
    tried = null;
    chosen = touched.size <= 200 ? touched : new Set();
    anchor = touched.size ? Math.min(...touched) : null;
    show();
  }

  return editor;
}
