/** Shows the times of the chosen member on the player's waveform as soon as they are known. */
(() => {
  document.addEventListener("htmx:afterSettle", (event) => {
    const pointed = document.getElementById("pointed");
    const player = document.querySelector("[data-player]");
    if (!pointed || !player || event.target.id !== "times") return;
    player.dispatchEvent(new CustomEvent("player:change", { detail: JSON.parse(pointed.textContent) }));
  });
})();
