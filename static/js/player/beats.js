/** Questions about a list of beat times, and how times are written. Pure: knows no page. Times are seconds. */

/** How many of the sorted times are at or before `time`; minus one is the index of the latest of them. */
export function countUntil(times, time) {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle] <= time) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The index of the beat that is sounding, or -1 before the first. A breath early counts, so a jump to a beat lands on it. */
export const beatAt = (times, time) => countUntil(times, time + 0.01) - 1;

/** The time of the beat before or after `time`, or null where there is none. `slack` lets a second press go one further. */
export function neighbour(times, time, direction, slack = 0.02) {
  const index = direction > 0 ? countUntil(times, time + slack) : countUntil(times, time - slack) - 1;
  return times[index] ?? null;
}

/** The beat that lies closest to `time`, or `time` itself where that is further than `reach` seconds or there is none. */
export function nearest(times, time, reach = Infinity) {
  const index = countUntil(times, time);
  const near = [times[index - 1], times[index]].filter((each) => each !== undefined);
  const best = near.sort((a, b) => Math.abs(a - time) - Math.abs(b - time))[0];
  return best !== undefined && Math.abs(best - time) <= reach ? best : time;
}

const median = (numbers) => numbers.sort((a, b) => a - b)[numbers.length >> 1];

/**
 * The tempo around each step from a beat to the next, in BPM: 60 over the median of `2 * reach + 1` steps, so that one beat
 * more or less moves nothing. NaN where the beats leave a hole of more than three steps.
 */
export function tempoCurve(times, reach = 4) {
  const steps = times.slice(1).map((time, index) => time - times[index]);
  return steps.map((step, index) => {
    const usual = median(steps.slice(Math.max(0, index - reach), index + reach + 1));
    return step > 3.2 * usual || usual <= 0 ? NaN : 60 / usual;
  });
}

/** "1:05", or "1:05.250" with three digits. */
export function formatTime(seconds, digits = 0) {
  const factor = 10 ** digits;
  const rounded = Math.round(Math.max(0, seconds) * factor) / factor;
  const minutes = Math.floor(rounded / 60);
  const rest = (rounded - minutes * 60).toFixed(digits);
  return `${minutes}:${rest.padStart(digits ? digits + 3 : 2, "0")}`;
}

/** The step of a ruler, in seconds, that keeps its labels at least `room` pixels apart. */
export function rulerStep(pixelsPerSecond, room = 72) {
  const steps = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800];
  return steps.find((step) => step * pixelsPerSecond >= room) ?? 3600;
}
