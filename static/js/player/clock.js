/** Where the song's zero lies on the audio clock: the one number that puts clicks on their beats. Reads clocks, sounds nothing. */

const KEPT = 24;
// So many looks in a row that lie within so many seconds are believed.
const AGREEING = 3;
const NOISE = 0.002;
// After so many looks the place is kept: clicks keep their distances to the sample. Only a song that stood still moves it,
// and that is more than the looks of a busy machine differ by.
const SETTLED = 12;
const MOVED = 0.005;

const median = (numbers) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1];
const spread = (numbers) => Math.max(...numbers) - Math.min(...numbers);

/**
 * Compares what is heard now of `context` and of `media`: both clocks are read at the speaker, so that no latency is left
 * between them. A song stands still for a tenth of a second after it was told to play; until then nothing is sure.
 */
export function createClock({ context, media }) {
  let looks = [];
  let zero = null;

  /** The moment of the audio clock that is heard right now. */
  function heard() {
    const { contextTime, performanceTime } = context.getOutputTimestamp();
    if (!performanceTime) return context.currentTime - (context.outputLatency || 0);
    return contextTime + (performance.now() - performanceTime) / 1000;
  }

  return {
    /** Takes another look; answers whether the clock is sure. Call it regularly while the song plays. */
    look() {
      looks = [...looks.slice(1 - KEPT), heard() - media.currentTime / media.playbackRate];
      const last = looks.slice(-AGREEING);
      const agree = last.length === AGREEING && spread(last) < NOISE;
      // Something moved: the song had to wait for its file, or has only just begun.
      if (agree && Math.abs(median(last) - median(looks)) > MOVED) looks = last;
      // A browser whose clocks never agree so well gets the median of many looks.
      const found = median(looks);
      if (zero === null) zero = agree || looks.length === KEPT ? found : null;
      else if (looks.length < SETTLED || Math.abs(found - zero) > MOVED) zero = found;
      return zero !== null;
    },
    /** Forgets everything: another place, another speed. */
    reset() {
      looks = [];
      zero = null;
    },
    /** The moment of the audio clock at which second `time` of the song sounds. */
    momentOf: (time) => zero + time / media.playbackRate,
    /** The second of the song that sounds at a moment of the audio clock. */
    timeAt: (moment) => (moment - zero) * media.playbackRate,
  };
}
