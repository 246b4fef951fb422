/** Where the song's zero lies on the audio clock: the one number that puts clicks on their beats. Pure: reads clocks, sounds nothing. */

const KEPT = 24;
// Seconds: more than this is a jump, not noise; and how far one look may move what is believed.
const JUMP = 0.06;
const SLEW = 0.0005;

const median = (numbers) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1];

/**
 * Compares what is heard now of `context` and of `media`. Both clocks are read at the speaker, so that no latency is left
 * between them; single looks are off by milliseconds, hence the median of many and small steps.
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
    /** Takes another look. Call it regularly while the song plays. */
    look() {
      const seen = heard() - media.currentTime / media.playbackRate;
      if (zero !== null && Math.abs(seen - zero) > JUMP) looks = [];
      looks = [...looks.slice(1 - KEPT), seen];
      const middle = median(looks);
      if (zero === null || looks.length < 4 || Math.abs(middle - zero) > JUMP) zero = middle;
      else zero += Math.min(SLEW, Math.max(-SLEW, middle - zero));
    },
    /** Forgets everything: another place, another speed. */
    reset() {
      looks = [];
      zero = null;
    },
    isSure: () => looks.length >= 4,
    /** The moment of the audio clock at which second `time` of the song sounds. */
    momentOf: (time) => zero + time / media.playbackRate,
    /** The second of the song that sounds at a moment of the audio clock. */
    timeAt: (moment) => (moment - zero) * media.playbackRate,
  };
}
