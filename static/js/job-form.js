/**
 * What the form of a new job needs beside htmx: light questions (no files, no long lists), Enter that presses the button
 * beside it, a chosen file of settings put where it can be read, and the way to the first mistake.
 */
(() => {
  // [data-slim]: these questions are about settings; of the songs only the first and their number matter.
  document.addEventListener("htmx:configRequest", (event) => {
    if (!event.target.closest("[data-slim]")) return;
    const data = event.detail.formData;
    // Files on their way; those that are there have sent their paths.
    let waiting = document.querySelectorAll("[data-upload-list] > :not([data-state=done], [data-state=refused], [data-state=unfinished])").length;
    for (const [name, value] of [...data.entries()]) {
      if (!(value instanceof File)) continue;
      data.delete(name);
    }
    if (data.get("source") === "list") {
      const lines = (data.get("lines") ?? "").split("\n").filter((line) => line.trim());
      data.set("lines", lines[0] ?? "");
      waiting = Math.max(0, lines.length - 1);
    } else {
      data.delete("lines");
      if (data.get("source") !== "upload") waiting = 0;
    }
    data.set("waiting", String(waiting));
  });

  document.addEventListener("keydown", (event) => {
    const button = event.key === "Enter" && document.getElementById(event.target.dataset?.enter);
    if (!button) return;
    event.preventDefault();
    button.click();
  });

  document.addEventListener("change", async (event) => {
    const field = document.getElementById(event.target.dataset?.readInto);
    const file = field && event.target.files[0];
    if (!file) return;
    field.value = (await file.slice(0, 300_000).text()).replace(/^\ufeff/, "");
    event.target.value = "";
    field.focus();
  });

  // After a refused form the reader begins with what is wrong.
  document.getElementById("problems")?.focus();
})();
