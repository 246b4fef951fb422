/** Leads from the list of differences to their place in the song, and marks the one that is playing. */

function join({ root, media, transport }) {
  const rows = [...document.querySelectorAll("[data-compare-from]")];

  function listen(row) {
    transport.seek(Math.max(0, Number(row.dataset.compareFrom) - Number(row.dataset.compareRunUp)));
    root.querySelector("[data-player-stage]").scrollIntoView({ block: "center" });
    transport.play();
  }

  for (const row of rows) {
    const button = row.querySelector("button");
    button.addEventListener("click", (event) => {
      listen(row);
      // After a press with mouse or finger the space bar is for the player.
      if (event.detail > 0) button.blur();
    });
  }

  media.addEventListener("timeupdate", () => {
    for (const row of rows) {
      const isHere = media.currentTime >= Number(row.dataset.compareFrom) - 0.2 && media.currentTime <= Number(row.dataset.compareTo) + 0.5;
      if (isHere) row.setAttribute("aria-current", "true");
      else row.removeAttribute("aria-current");
    }
  });
}

document.addEventListener("player:ready", ({ target }) => join(target.player), { once: true });
