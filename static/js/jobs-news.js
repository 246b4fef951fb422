/**
 * Jobs that end while the dashboard is out of sight: the tab's title counts them, and the browser tells of them once
 * somebody has asked it to. The live part brings the numbers: #glance has how many jobs stand in each final state.
 */
(() => {
  const KEY = "tmpportal-notify";
  const KINDS = ["completed", "failed", "gaveUp"];
  const button = document.querySelector("#notify");
  const bare = document.title;
  let seen = null;
  let missed = { completed: 0, failed: 0, gaveUp: 0 };

  const numbers = () => {
    const glance = document.querySelector("#glance");
    return glance && Object.fromEntries(KINDS.map((kind) => [kind, Number(glance.dataset[kind])]));
  };
  const total = (found) => KINDS.reduce((sum, kind) => sum + found[kind], 0);

  const fill = (text, values) => text.replace(/\{(\w*)\}/g, (_, name) => values[name || "number"]);

  const notify = () => {
    if (!button || localStorage.getItem(KEY) !== "on" || Notification.permission !== "granted") return;
    const { one, many, words } = button.dataset;
    const number = total(missed);
    const title = number === 1 ? one : fill(many, { number });
    const body = fill(words, { completed: missed.completed, failed: missed.failed + missed.gaveUp });
    // The same tag: many jobs, one notification.
    const shown = new Notification(title, { body, tag: "tmpportal-jobs" });
    shown.onclick = () => {
      window.focus();
      shown.close();
    };
  };

  const look = () => {
    const now = numbers();
    if (now && seen && document.hidden) {
      const before = total(missed);
      for (const kind of KINDS) missed[kind] += Math.max(0, now[kind] - seen[kind]);
      if (total(missed) > before) notify();
    }
    seen = now ?? seen;
    if (total(missed)) document.title = `(${total(missed)}) ${bare}`;
  };

  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    missed = { completed: 0, failed: 0, gaveUp: 0 };
    document.title = bare;
  });
  // After the swap of the table and of what stands beside it.
  document.addEventListener("htmx:afterSettle", look);
  look();

  if (!button) return;
  if (!("Notification" in window) || !window.isSecureContext) {
    button.hidden = true;
    return;
  }

  const show = () => {
    const isOn = localStorage.getItem(KEY) === "on" && Notification.permission === "granted";
    button.setAttribute("aria-pressed", isOn);
    button.querySelector("span").textContent = isOn ? button.dataset.on : button.dataset.off;
  };

  button.addEventListener("click", async () => {
    if (button.getAttribute("aria-pressed") === "true") {
      localStorage.removeItem(KEY);
    } else if ((await Notification.requestPermission()) === "granted") {
      localStorage.setItem(KEY, "on");
    } else {
      document.querySelector("#notify-denied").hidden = false;
    }
    show();
  });
  show();
})();
