/** Shows the times of the chosen member on the player's waveform as soon as they are known. */
(() => {
  // What is typed while an answer is on its way would be lost with the form that the answer brings.
  let isTyping = false;
  document.addEventListener("input", (event) => (isTyping ||= Boolean(event.target.closest("#times"))));
  document.addEventListener("htmx:beforeRequest", () => (isTyping = false));
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (isTyping && event.target.id === "times") event.detail.shouldSwap = false;
  });

  document.addEventListener("htmx:afterSettle", (event) => {
    const pointed = document.getElementById("pointed");
    const player = document.querySelector("[data-player]");
    if (!pointed || !player || event.target.id !== "times") return;
    player.dispatchEvent(new CustomEvent("player:change", { detail: JSON.parse(pointed.textContent) }));
  });
})();
