/** Sounds a click on every beat. Clicks are laid on the audio clock a little ahead, since timers alone are too loose to keep time. */

// Seconds; a busy page may keep a timer waiting for long.
const LOOK_AHEAD = 0.3;
const TICK = 25;
const SIDES = { left: -0.85, both: 0, right: 0.85 };

/**
 * `countUntil` comes from beats.js, `createClock` from clock.js, `loop` from loop.js. Nothing is made before the first play:
 * browsers want a gesture.
 */
export function createClicks({ media, song, loop, countUntil, createClock }) {
  let context = null;
  let clock = null;
  let drums = null;
  let level = 0.6;
  let side = "both";
  let on = true;
  let timer = null;
  let next = 0;

  function prepare() {
    if (context) return;
    context = new AudioContext({ latencyHint: "interactive" });
    clock = createClock({ context, media });
    drums = createDrums(context, { level, side });
  }

  function schedule() {
    if (context.state !== "running" || !clock.look()) return;
    const now = context.currentTime;
    const last = Math.min(clock.timeAt(now + LOOK_AHEAD), loop.end(media.currentTime) - 0.001);
    for (; next < song.times.length && song.times[next] <= last; next += 1) {
      const moment = clock.momentOf(song.times[next]);
      // A click that would come late says something wrong; silence says nothing.
      if (moment >= now) drums.strike(moment, song.markers[next].downbeat);
    }
  }

  function stop() {
    clearInterval(timer);
    timer = null;
    drums?.hush();
  }

  async function start() {
    stop();
    if (!on || media.paused || media.seeking) return;
    prepare();
    await context.resume();
    stop();
    clock.reset();
    next = countUntil(song.times, media.currentTime - 0.02);
    timer = setInterval(schedule, TICK);
  }

  for (const name of ["playing", "seeked", "ratechange"]) media.addEventListener(name, start);
  for (const name of ["pause", "seeking", "waiting", "ended", "emptied"]) media.addEventListener(name, stop);
  song.onChange(start);
  loop.onChange(start);

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
      drums?.setVolume(value);
    },
    /** "left", "both" or "right": on one side they are never taken for music. */
    setSide(name) {
      side = name;
      drums?.setSide(name);
    },
  };
}

/** What sounds the clicks in any audio context, at moments of its clock; `level` is 0..1, `side` "left", "both" or "right". */
export function createDrums(context, { level, side }) {
  const volume = new GainNode(context, { gain: level });
  const panner = new StereoPannerNode(context, { pan: SIDES[side] });
  const sounds = { strong: tick(context, 1760, 0.06), weak: tick(context, 1175, 0.045) };
  const waiting = new Set();
  volume.connect(panner).connect(context.destination);

  return {
    strike(moment, isStrong) {
      const source = new AudioBufferSourceNode(context, { buffer: isStrong ? sounds.strong : sounds.weak });
      source.connect(volume);
      source.onended = () => waiting.delete(source);
      source.start(moment);
      waiting.add(source);
    },
    /** Takes back what was to sound. */
    hush() {
      for (const source of waiting) source.stop();
      waiting.clear();
    },
    setVolume: (value) => volume.gain.setTargetAtTime(value, context.currentTime, 0.01),
    setSide: (name) => (panner.pan.value = SIDES[name]),
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
