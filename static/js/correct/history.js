/**
 * Undo and redo without end. Pure. A step is kept as what it replaced: {at, removed, added}, so that a thousand nudges cost a
 * thousand beats, not a thousand songs.
 */

/** What leads from one list to another; null when they are the same. Beats are compared as values. */
export function stepBetween(before, after) {
  const longest = Math.min(before.length, after.length);
  let at = 0;
  while (at < longest && isSame(before[at], after[at])) at += 1;
  let tail = 0;
  while (tail < longest - at && isSame(before.at(-1 - tail), after.at(-1 - tail))) tail += 1;
  const removed = before.slice(at, before.length - tail);
  const added = after.slice(at, after.length - tail);
  return removed.length || added.length ? { at, removed, added } : null;
}

export const isSame = (a, b) =>
  a === b || (a.time === b.time && a.label === b.label && a.strength === b.strength && a.downbeat === b.downbeat);

const redone = (beats, { at, removed, added }) => [...beats.slice(0, at), ...added, ...beats.slice(at + removed.length)];
const undone = (beats, { at, removed, added }) => redone(beats, { at, removed: added, added: removed });

/** Begins with `beats`, or with `{beats, done, undone}` that was dumped. */
export function createHistory(beats, kept = {}) {
  let now = kept.beats ?? beats;
  let done = kept.done ?? [];
  let ahead = kept.undone ?? [];

  /** The indices that a step touched, as a Set: what to look at after it. */
  const touched = (at, count) => new Set(Array.from({ length: count }, (_, index) => at + index));

  return {
    beats: () => now,
    canUndo: () => done.length > 0,
    canRedo: () => ahead.length > 0,
    /** Takes `next` as the list from now on; answers whether it is another one. Steps with the same `run` become one. */
    take(next, run = null) {
      const last = done.at(-1);
      const joins = run !== null && last?.run === run;
      const before = joins ? undone(now, last) : now;
      if (!stepBetween(now, next)) return false;
      const step = stepBetween(before, next);
      if (joins) done = done.slice(0, -1);
      if (step) done = [...done, run === null ? step : { ...step, run }];
      ahead = [];
      now = next;
      return true;
    },
    /** Answers the indices of what came back, or null. */
    undo() {
      const step = done.at(-1);
      if (!step) return null;
      done = done.slice(0, -1);
      ahead = [...ahead, step];
      now = undone(now, step);
      return touched(step.at, step.removed.length);
    },
    redo() {
      const step = ahead.at(-1);
      if (!step) return null;
      ahead = ahead.slice(0, -1);
      done = [...done, step];
      now = redone(now, step);
      return touched(step.at, step.added.length);
    },
    dump: () => ({ beats: now, done, undone: ahead }),
  };
}
