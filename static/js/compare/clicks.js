/** Sounds the beats of two runs: A on the left and B on the right ear, or one of them alone. */

/** Which of [data-compare-clicks] is pressed decides; the player's own button and slider hold for both. */
function join({ root, parts, media, beats, loop, clicks }) {
  const compared = JSON.parse(document.getElementById("compared").textContent);
  const buttons = [...document.querySelectorAll("[data-compare-clicks]")];
  const song = parts.song.createSong(compared, beats);
  const { createClock } = parts.clock;
  const others = parts.clicks.createClicks({ media, song, loop, countUntil: beats.countUntil, createClock });
  const slider = root.querySelector('[data-player-set="clickVolume"]');
  const button = root.querySelector('[data-player-do="toggleClicks"]');
  let areOthersOn = true;

  function apply() {
    const chosen = buttons.find((each) => each.getAttribute("aria-pressed") === "true").dataset.compareClicks;
    const isOn = button.getAttribute("aria-pressed") === "true";
    clicks.setSide(chosen === "both" ? "left" : "both");
    others.setSide(chosen === "both" ? "right" : "both");
    clicks.setVolume(chosen === "b" ? 0 : slider.valueAsNumber);
    others.setVolume(chosen === "a" ? 0 : slider.valueAsNumber);
    if (isOn !== areOthersOn) areOthersOn = others.toggle();
  }

  for (const each of buttons) {
    each.addEventListener("click", (event) => {
      for (const other of buttons) other.setAttribute("aria-pressed", String(other === each));
      apply();
      // After a press with mouse or finger the space bar is for the player.
      if (event.detail > 0) each.blur();
    });
  }
  // The player's own choice of a side would say the same thing twice.
  root.querySelector('[data-player-set="clickSide"]').hidden = true;
  slider.addEventListener("input", apply);
  new MutationObserver(apply).observe(button, { attributeFilter: ["aria-pressed"] });
  apply();
}

document.addEventListener("player:ready", ({ target }) => join(target.player), { once: true });
