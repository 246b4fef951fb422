/** A stretch of the song that plays again and again. It stands in the page's address, so that it can be shared. */

const ADDRESS = /^#loop=(\d+(?:\.\d+)?)-(\d+(?:\.\d+)?)$/;
const SHORTEST = 0.1;

/** `duration()` is the song's length. Times are seconds. */
export function createLoop({ song, beats, duration }) {
  const listeners = new Set();
  let stretch = null;
  let isOn = true;
  let snaps = true;
  // Whether playing came from inside: who jumps behind the end wants to hear what is there.
  let isInside = false;

  /** To the nearest beat, unless the pointer or the person says no. */
  const place = (time, isFree = false) => {
    const kept = Math.min(Math.max(0, time), duration());
    return snaps && !isFree ? beats.nearest(song.times, kept, 2) : kept;
  };

  function write() {
    const bare = location.pathname + location.search;
    const address = stretch ? `#loop=${stretch.from.toFixed(3)}-${stretch.to.toFixed(3)}` : bare;
    if (stretch || ADDRESS.test(location.hash)) history.replaceState(history.state, "", address);
  }

  function take(from, to) {
    const [low, high] = [Math.min(from, to), Math.max(from, to)];
    if (high - low < SHORTEST) return false;
    stretch = { from: low, to: high };
    isOn = true;
    return true;
  }

  const tell = () => listeners.forEach((listener) => listener());

  const loop = {
    /** `listener()` is called whenever the stretch is another one, or switched. */
    onChange: (listener) => listeners.add(listener),
    range: () => stretch && { ...stretch, on: isOn },
    isOn: () => Boolean(stretch) && isOn,
    place,
    /** Takes the stretch between two moments; too short a one is none. */
    set(from, to) {
      if (take(from, to)) write();
      tell();
    },
    setStart(time) {
      const from = place(time);
      loop.set(from, stretch && stretch.to - from >= SHORTEST ? stretch.to : duration());
    },
    setEnd(time) {
      const to = place(time);
      loop.set(stretch && to - stretch.from >= SHORTEST ? stretch.from : 0, to);
    },
    clear() {
      stretch = null;
      write();
      tell();
    },
    /** On or off; without a stretch there is nothing to switch. */
    toggle() {
      isOn = !isOn;
      tell();
    },
    toggleSnap: () => (snaps = !snaps),
    /** Where playing goes on from `time`: the loop's start at its end, else null. */
    wrap(time) {
      const hadBeenInside = isInside;
      isInside = loop.isOn() && time >= stretch.from - 0.05 && time < stretch.to;
      return loop.isOn() && hadBeenInside && time >= stretch.to ? stretch.from : null;
    },
    leave: () => (isInside = false),
    /** The moment no click may sound after, for `time`. */
    end: (time) => (loop.isOn() && time < stretch.to ? stretch.to : Infinity),
    /** Takes what the page's address says; answers whether it said something. */
    readAddress() {
      const [, from, to] = ADDRESS.exec(location.hash) ?? [];
      const isTaken = from !== undefined && Number(from) < duration() && take(Number(from), Math.min(Number(to), duration()));
      if (isTaken) tell();
      return isTaken;
    },
  };
  return loop;
}

/** Plays on from the loop's start when its end is reached. */
export function playInLoop({ media, loop, transport }) {
  let asked = 0;

  function check() {
    cancelAnimationFrame(asked);
    const start = loop.wrap(transport.position());
    if (start !== null) media.currentTime = start;
    // Frames are closer than the browser's own reports, which come without frames, too.
    if (!media.paused) asked = requestAnimationFrame(check);
  }

  for (const name of ["playing", "timeupdate", "seeked"]) media.addEventListener(name, check);
  transport.onMove(loop.leave);
  media.addEventListener("ended", () => {
    const start = loop.wrap(Infinity);
    if (start === null) return;
    transport.seek(start);
    transport.play();
  });
}
