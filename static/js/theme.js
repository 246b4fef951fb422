/** Sets the reader's theme before the first paint, and lets them change it. Loaded blocking, on purpose. */
(() => {
  const root = document.documentElement;
  root.dataset.js = "";

  const chosen = () => {
    try {
      return localStorage.getItem("theme") ?? "auto";
    } catch {
      return "auto";
    }
  };

  const apply = (theme) => {
    if (theme === "auto") delete root.dataset.theme;
    else root.dataset.theme = theme;
    for (const button of document.querySelectorAll("[data-theme-choice]")) {
      button.setAttribute("aria-pressed", String(button.dataset.themeChoice === theme));
    }
    root.dispatchEvent(new CustomEvent("themechange"));
  };

  apply(chosen());
  document.addEventListener("DOMContentLoaded", () => apply(chosen()));
  addEventListener("storage", (event) => event.key === "theme" && apply(chosen()));
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-theme-choice]");
    if (!button) return;
    try {
      localStorage.setItem("theme", button.dataset.themeChoice);
    } catch {
      // Storage may be forbidden: the choice then holds for this page only.
    }
    apply(button.dataset.themeChoice);
  });
})();
