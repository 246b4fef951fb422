/** Where the song is and how to move in it. Keeps a place of its own when the audio cannot be played, so that beats can still be looked at. */

/** `onMove()` is called after every jump. Positions and `duration` are seconds. */
export function createTransport({ media, song, beats, duration, onMove }) {
  let place = 0;
  let length = duration;

  const position = () => (media.error ? place : media.currentTime);

  function seek(time) {
    place = Math.min(Math.max(0, time), length);
    media.currentTime = place;
    onMove();
  }

  return {
    position,
    seek,
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
      const { currentTime, paused, playbackRate } = media;
      media.src = url;
      media.playbackRate = playbackRate;
      const resume = () => {
        media.currentTime = currentTime;
        if (!paused) media.play();
      };
      media.addEventListener("loadedmetadata", resume, { once: true });
    },
  };
}
