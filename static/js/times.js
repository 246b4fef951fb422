/** Shows every <time data-local> in the reader's own zone and language, and keeps "3 minutes ago" and running clocks true. */
(() => {
  const language = document.documentElement.lang || undefined;
  const formats = {
    clock: new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" }),
    date: new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" }),
    full: new Intl.DateTimeFormat(language, { dateStyle: "full", timeStyle: "long" }),
  };
  const ago = new Intl.RelativeTimeFormat(language, { numeric: "auto", style: "short" });
  const units = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];

  const relative = (moment) => {
    const seconds = Math.round((moment - Date.now()) / 1000);
    if (Math.abs(seconds) > 6 * 86400) return formats.date.format(moment);
    if (Math.abs(seconds) < 5) return document.documentElement.dataset.now;
    const [unit, size] = units.find(([, size]) => Math.abs(seconds) >= size);
    return ago.format(Math.trunc(seconds / size), unit);
  };

  const passed = (moment) => {
    const seconds = Math.max(0, Math.round((Date.now() - moment) / 1000));
    const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
    const shown = parts[0] ? parts : parts.slice(1);
    return shown.map((part, place) => (place ? String(part).padStart(2, "0") : part)).join(":");
  };

  const textOf = (style, moment) => {
    if (style === "ago") return relative(moment);
    return style === "clock-up" ? passed(moment) : formats[style].format(moment);
  };

  const show = (root) => {
    for (const element of root.querySelectorAll("time[data-local]")) {
      const moment = new Date(element.dateTime);
      if (Number.isNaN(moment.valueOf())) continue;
      const text = textOf(element.dataset.local, moment);
      if (element.textContent !== text) element.textContent = text;
      element.title = formats.full.format(moment);
    }
  };

  show(document);
  document.addEventListener("htmx:afterSwap", () => show(document));
  setInterval(() => document.hidden || show(document), 10_000);
  setInterval(() => {
    if (document.hidden) return;
    for (const element of document.querySelectorAll("[data-local=clock-up]")) element.textContent = passed(new Date(element.dateTime));
  }, 1000);
})();
