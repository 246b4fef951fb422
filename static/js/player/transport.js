/** Where the song is and how to move in it. Keeps a place of its own when the audio cannot be played, so that beats can still be looked at. */

/** Positions and `duration` are seconds. */
export function createTransport({ media, song, beats, duration }) {
  const listeners = new Set();
  let place = 0;
  let length = duration;
  // While another file loads: whether it is to play. Until then the element itself says zero and paused.
  let pending = null;

  const position = () => (media.error || pending ? place : media.currentTime);

  function seek(time) {
    place = Math.min(Math.max(0, time), length);
    media.currentTime = place;
    for (const listener of listeners) listener();
  }

  function resume() {
    const { playing } = pending;
    pending = null;
    media.currentTime = place;
    if (playing) play();
  }

  /** Answers false when the audio cannot be played; a pause or another file that comes first is no failure. */
  async function play() {
    try {
      await media.play();
    } catch (error) {
      return error.name === "AbortError";
    }
    return true;
  }

  media.addEventListener("loadedmetadata", () => pending && resume());

  return {
    /** `listener()` is called after every jump. */
    onMove: (listener) => listeners.add(listener),
    position,
    seek,
    play,
    skip: (seconds) => seek(position() + seconds),
    duration: () => length,
    setDuration(seconds) {
      if (seconds > 0) length = seconds;
    },
    toBeat(direction) {
      // While playing, a press that means "previous" comes after the beat has sounded.
      const slack = direction < 0 && !media.paused ? 0.25 : 0.02;
      const time = beats.neighbour(song.times, position(), direction, slack);
      if (time !== null) seek(time);
    },
    /** Plays another file of the same song from the same place. */
    change(url) {
      place = position();
      pending ??= { playing: !media.paused };
      const { playbackRate } = media;
      media.src = url;
      media.defaultPlaybackRate = playbackRate;
      media.playbackRate = playbackRate;
    },
  };
}
