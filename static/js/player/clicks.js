/** Sounds a click on every beat. Clicks are laid on the audio clock a little ahead, since timers alone are too loose to keep time. */

const LOOK_AHEAD = 0.15;
const TICK = 25;

/** `countUntil(times, time)` comes from beats.js. Nothing is made before the first play: browsers want a gesture. */
export function createClicks({ media, song, countUntil }) {
  let context = null;
  let volume = null;
  let sounds = null;
  let level = 0.6;
  let on = true;
  let timer = null;
  let next = 0;
  let offset = null;
  const waiting = new Set();

  function prepare() {
    if (context) return;
    context = new AudioContext({ latencyHint: "interactive" });
    volume = new GainNode(context, { gain: level });
    volume.connect(context.destination);
    sounds = { strong: tick(context, 1760, 0.06), weak: tick(context, 1175, 0.045) };
  }

  /** Where the song's zero lies on the audio clock; smoothed, as media.currentTime moves in small jumps. */
  function align() {
    const measured = context.currentTime - media.currentTime / media.playbackRate;
    if (offset === null || Math.abs(measured - offset) > 0.06) offset = measured;
    else offset += (measured - offset) * 0.08;
  }

  function schedule() {
    if (context.state !== "running") return;
    align();
    const now = context.currentTime;
    const horizon = (now + LOOK_AHEAD - offset) * media.playbackRate;
    for (; next < song.times.length && song.times[next] <= horizon; next += 1) {
      const moment = offset + song.times[next] / media.playbackRate - (context.outputLatency || 0);
      if (moment > now - 0.03) sound(song.markers[next].downbeat, Math.max(moment, now));
    }
  }

  function sound(strong, moment) {
    const source = new AudioBufferSourceNode(context, { buffer: strong ? sounds.strong : sounds.weak });
    source.connect(volume);
    source.onended = () => waiting.delete(source);
    source.start(moment);
    waiting.add(source);
  }

  function stop() {
    clearInterval(timer);
    timer = null;
    for (const source of waiting) source.stop();
    waiting.clear();
  }

  async function start() {
    stop();
    if (!on || media.paused || media.seeking) return;
    prepare();
    await context.resume();
    stop();
    offset = null;
    next = countUntil(song.times, media.currentTime - 0.02);
    timer = setInterval(schedule, TICK);
  }

  for (const name of ["playing", "seeked", "ratechange"]) media.addEventListener(name, start);
  for (const name of ["pause", "seeking", "waiting", "ended", "emptied"]) media.addEventListener(name, stop);

  return {
    /** Answers whether clicks are on now. */
    toggle() {
      on = !on;
      if (on) start();
      else stop();
      return on;
    },
    setVolume(value) {
      level = value;
      if (volume) volume.gain.setTargetAtTime(value, context.currentTime, 0.01);
    },
  };
}

/** A short decaying sine with a wooden second partial, rendered once. */
function tick(context, frequency, seconds) {
  const length = Math.ceil(seconds * context.sampleRate);
  const buffer = new AudioBuffer({ length, sampleRate: context.sampleRate });
  const samples = buffer.getChannelData(0);
  for (let i = 0; i < length; i += 1) {
    const time = i / context.sampleRate;
    const tone = Math.sin(2 * Math.PI * frequency * time) + 0.4 * Math.sin(2 * Math.PI * 2.7 * frequency * time);
    samples[i] = 0.7 * tone * Math.min(1, time / 0.001) * Math.exp((-6 * time) / seconds);
  }
  return buffer;
}
