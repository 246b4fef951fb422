/** What a person can do with the player, by name: buttons and keys lead here. */

const SKIP_SECONDS = 5;
const ZOOM_STEP = 1.5;
const RATE_STEP = 0.05;

/** Answers {actions, settings} for controls.js. */
export function createActions({ root, media, view, transport, stage, follow, clicks, loop, tracks, level, say }) {
  const find = (name) => root.querySelector(`[data-player-do="${name}"]`);
  const press = (name, on) => find(name)?.setAttribute("aria-pressed", String(on));
  const slider = root.querySelector('[data-player-set="rate"]');

  function changeRate(by) {
    slider.value = String(slider.valueAsNumber + by);
    slider.dispatchEvent(new Event("input"));
  }

  const actions = {
    async toggle() {
      if (!media.paused) media.pause();
      else if (!(await transport.play())) say(root.dataset.textNoAudio);
    },
    back: () => transport.skip(-SKIP_SECONDS),
    on: () => transport.skip(SKIP_SECONDS),
    toStart: () => transport.seek(0),
    toEnd: () => transport.seek(transport.duration()),
    previousBeat: () => transport.toBeat(-1),
    nextBeat: () => transport.toBeat(1),
    zoomIn: () => stage.zoom(ZOOM_STEP),
    zoomOut: () => stage.zoom(1 / ZOOM_STEP),
    zoomFit: view.fit,
    loopStart: () => loop.setStart(transport.position()),
    loopEnd: () => loop.setEnd(transport.position()),
    toggleLoop: loop.toggle,
    clearLoop: loop.clear,
    toggleSnap: () => press("toggleSnap", loop.toggleSnap()),
    toggleClicks: () => press("toggleClicks", clicks.toggle()),
    toggleFollow: () => press("toggleFollow", follow.toggle()),
    nextTrack: tracks.next,
    slower: () => changeRate(-RATE_STEP),
    faster: () => changeRate(RATE_STEP),
  };
  const settings = {
    volume: level.setVolume,
    clickVolume: clicks.setVolume,
    clickSide: clicks.setSide,
    rate(value) {
      // Slow is to be heard in its own key, as one hears words out.
      media.preservesPitch = true;
      media.playbackRate = value;
      root.querySelector("[data-player-rate]").textContent = `${value.toFixed(2)}×`;
    },
  };
  return { actions, settings };
}

/** The volume of the music: what the person set, turned down by what makes two files equally loud. */
export function createLevel(media) {
  let volume = 1;
  let share = 1;
  const apply = () => (media.volume = volume * share);
  return {
    setVolume(value) {
      volume = value;
      apply();
    },
    setShare(value) {
      share = value;
      apply();
    },
  };
}
