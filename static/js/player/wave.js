/** The waveform: wavesurfer with our looks, plus zooming that keeps its place. Pixels are CSS pixels, times seconds. */

const CLOSEST = 600;

/** Colours come from the sheet, where custom properties are registered as colours and so resolve per theme. */
export function readColours(element) {
  const style = getComputedStyle(element);
  const names = ["wave", "played", "playhead", "beat", "region", "ruler", "ruler-line", "hover", "paper", "ground"];
  return Object.fromEntries(names.map((name) => [name, style.getPropertyValue(`--player-${name}`).trim()]));
}

export function createWave({ WaveSurfer, container, media, duration, nonce, colours }) {
  const surfer = WaveSurfer.create({
    container,
    media,
    duration,
    peaks: [new Float32Array(2)],
    height: container.clientHeight,
    cspNonce: nonce || undefined,
    dragToSeek: matchMedia("(pointer: fine)").matches,
    barWidth: 2,
    barGap: 1,
    barRadius: 2,
    barMinHeight: 1,
    // The overlay draws the playhead, so that it stands above the beats and moves without sound, too.
    cursorWidth: 0,
    autoScroll: true,
    autoCenter: true,
    ...paint(colours),
  });

  const view = () => {
    const width = surfer.getWrapper().clientWidth || container.clientWidth;
    return { perSecond: width / surfer.getDuration(), scroll: surfer.getScroll(), width: container.clientWidth };
  };

  return {
    surfer,
    view,
    timeAt: (x) => (x + view().scroll) / view().perSecond,
    /** The address stays the same, so the audio itself is not loaded again. */
    setPeaks: (peaks, seconds) => surfer.load(media.currentSrc, [peaks], seconds),
    setColours: (next) => surfer.setOptions(paint(next)),
    setFollow: (on) => surfer.setOptions({ autoScroll: on, autoCenter: on }),
    fit: () => surfer.zoom(0),
    /** Zooms by a factor and leaves the moment under pixel `x` where it is. */
    zoomBy(factor, x) {
      const before = view();
      const moment = (x + before.scroll) / before.perSecond;
      surfer.zoom(Math.min(CLOSEST, Math.max(before.width / surfer.getDuration(), before.perSecond * factor)));
      surfer.setScroll(moment * view().perSecond - x);
    },
  };
}

const paint = (colours) => ({
  waveColor: colours.wave,
  progressColor: colours.played,
});
