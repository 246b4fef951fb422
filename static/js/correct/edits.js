/**
 * What can be done to a list of beats. Pure: every function answers new lists and leaves the old ones alone.
 * A beat is {time, label, strength, downbeat}, times are seconds; lists are in order of time, and no two beats are closer
 * than GAP unless they came so. `chosen` is a Set of indices. `end` is the last moment that a beat may have.
 */

// A millisecond: what stands closer cannot be told apart by ear or frame.
export const GAP = 0.001;
// Times are kept to a millionth, as the server keeps them.
const exact = (seconds) => Math.round(seconds * 1e6) / 1e6;
const beat = (time) => ({ time: exact(time), label: "", strength: null, downbeat: false });

/** How far the chosen ones can all be moved towards `wanted` seconds before one meets a beat that stays, or an end. */
export function reachOf(beats, chosen, wanted, end) {
  let low = -Infinity;
  let high = Infinity;
  for (const index of chosen) {
    const { time } = beats[index];
    const before = chosen.has(index - 1) ? -Infinity : (beats[index - 1]?.time ?? -GAP) + GAP;
    const after = chosen.has(index + 1) ? Infinity : (beats[index + 1]?.time ?? end + GAP) - GAP;
    low = Math.max(low, before - time);
    high = Math.min(high, after - time);
  }
  // What came closer than GAP, or lies behind the end, may stay, but moves no further.
  return Math.min(Math.max(wanted, Math.min(0, low)), Math.max(0, high));
}

/** The chosen beats moved alike, as far as there is room. */
export function move(beats, chosen, seconds, end) {
  const by = reachOf(beats, chosen, seconds, end);
  if (chosen.size === 0 || Math.abs(by) < 1e-7) return beats;
  return beats.map((each, index) => (chosen.has(index) ? { ...each, time: exact(each.time + by) } : each));
}

/** Each chosen beat to the next frame before (`direction` -1) or behind it (1), where there is room. */
export function toFrame(beats, chosen, direction, rate, end) {
  const order = [...chosen].sort((a, b) => (b - a) * direction);
  const moved = [...beats];
  for (const index of order) {
    const frame = moved[index].time * rate;
    const next = direction > 0 ? Math.floor(frame + 0.001) + 1 : Math.ceil(frame - 0.001) - 1;
    const time = exact(next / rate);
    const low = index > 0 ? moved[index - 1].time + GAP : 0;
    const high = index + 1 < moved.length ? moved[index + 1].time - GAP : end;
    if (time >= low && time <= high) moved[index] = { ...moved[index], time };
  }
  return moved;
}

export const remove = (beats, chosen) => (chosen.size ? beats.filter((_, index) => !chosen.has(index)) : beats);

/** One beat more; the same list where there is one already, or no song. */
export function add(beats, time, end) {
  const made = beat(time);
  const at = placeOf(beats, made.time);
  const near = [beats[at - 1], beats[at]].some((each) => each && Math.abs(each.time - made.time) < GAP);
  if (near || made.time < 0 || made.time > end) return beats;
  return [...beats.slice(0, at), made, ...beats.slice(at)];
}

/** Downbeats or none: all become what most of them are not. */
export function toggleDownbeat(beats, chosen) {
  const count = [...chosen].filter((index) => beats[index].downbeat).length;
  const downbeat = count * 2 < chosen.size || count === 0;
  return beats.map((each, index) => (chosen.has(index) && each.downbeat !== downbeat ? { ...each, downbeat } : each));
}

/** Every nth beat, the first of them being number `first`, counted from 0. */
export const everyNth = (beats, nth, first) => beats.filter((_, index) => index >= first && (index - first) % nth === 0);

export const downbeatsOnly = (beats) => beats.filter((each) => each.downbeat);

/** Those at least so strong; what has no strength is not. */
export const strongOnly = (beats, least) => beats.filter((each) => each.strength !== null && each.strength >= least);

/** One beat more in the middle between any two. */
export function double(beats) {
  const between = (each, index) => {
    const next = beats[index + 1];
    return next && next.time - each.time >= 2 * GAP ? [each, beat((each.time + next.time) / 2)] : [each];
  };
  return beats.flatMap(between);
}

/** All moved alike; what would leave the song is left out. */
export function offset(beats, seconds, end) {
  const moved = beats.map((each) => ({ ...each, time: exact(each.time + seconds) }));
  return Math.abs(seconds) < 1e-7 ? beats : moved.filter(({ time }) => time >= 0 && time <= end);
}

/** Each to the closest beat of `original` within `reach` seconds; of two that meet the first stays. */
export function snap(beats, original, reach) {
  const times = original.map((each) => each.time);
  const moved = beats.map((each) => {
    const at = placeOf(original, each.time);
    const near = [times[at - 1], times[at]].filter((time) => time !== undefined && Math.abs(time - each.time) <= reach);
    near.sort((a, b) => Math.abs(a - each.time) - Math.abs(b - each.time));
    return near.length && near[0] !== each.time ? { ...each, time: near[0] } : each;
  });
  return moved.filter((each, index) => index === 0 || each.time - moved[index - 1].time >= GAP / 2);
}

/** Does `edit` to the stretch from the first to the last chosen beat; to all where fewer than two are chosen. */
export function within(beats, chosen, edit) {
  if (chosen.size < 2) return edit(beats);
  const from = Math.min(...chosen);
  const to = Math.max(...chosen) + 1;
  return join(beats.slice(0, from), edit(beats.slice(from, to)), beats.slice(to));
}

/** What of the middle lies between its neighbours. */
function join(before, middle, after) {
  const low = (before.at(-1)?.time ?? -Infinity) + GAP;
  const high = (after[0]?.time ?? Infinity) - GAP;
  return [...before, ...middle.filter(({ time }) => time >= low && time <= high), ...after];
}

/** How many beats come before `time`. */
export function placeOf(beats, time) {
  let low = 0;
  let high = beats.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (beats[middle].time < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The lines that the server reads as these beats (jobs/correcting_form.py). */
export function linesOf(beats) {
  const line = ({ time, downbeat, strength, label }) =>
    [time.toFixed(6), downbeat ? "*" : "", strength === null ? "" : strength.toFixed(4), label].join("\t").trimEnd();
  return beats.map(line).join("\n");
}
