/** The song of the page as one object: its beats may change, and everybody who shows or sounds them hears of it. */

const SMALLEST_SPREAD = 8;

/** `result` is what the template left: {bpm, markers, regions}; `beats` the module of that name. Times are seconds. */
export function createSong(result, beats) {
  const listeners = new Set();
  const song = { bpm: result.bpm ?? null, regions: result.regions ?? [] };

  function take(markers) {
    song.markers = [...markers].sort((a, b) => a.time - b.time);
    song.times = song.markers.map((marker) => marker.time);
    song.hasDownbeats = song.markers.some((marker) => marker.downbeat);
    song.hasStrengths = song.markers.some((marker) => Number.isFinite(marker.strength));
    song.tempo = beats.tempoCurve(song.times);
    song.tempoScale = scaleOf(song.tempo);
  }

  /** Shows other beats from now on, each {time, label, strength, downbeat}; `bpm` is their tempo, null where unknown. */
  song.change = ({ markers, bpm = null }) => {
    take(markers);
    song.bpm = bpm;
    for (const listener of listeners) listener();
  };
  song.onChange = (listener) => listeners.add(listener);

  take(result.markers ?? []);
  return song;
}

/** What the tempo's lane shows: {low, high, usual} in BPM without the few that stick out, null without a tempo. */
function scaleOf(curve) {
  const known = curve.filter(Number.isFinite).sort((a, b) => a - b);
  if (known.length < 3) return null;
  const at = (share) => known[Math.round((known.length - 1) * share)];
  const [least, usual, most] = [at(0.02), at(0.5), at(0.98)];
  const room = Math.max(SMALLEST_SPREAD - (most - least), 2) / 2;
  return { low: Math.floor(least - room), high: Math.ceil(most + room), usual };
}
