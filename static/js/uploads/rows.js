/** One line of the list for each file: its name, size, how far it is, and what can be done about it. */

const UNITS = ["B", "KB", "MB", "GB"];

/** As the portal's own pages write sizes. */
export function sizeOf(bytes) {
  const power = Math.min(UNITS.length - 1, bytes > 0 ? Math.floor(Math.log2(bytes) / 10) : 0);
  const number = bytes / 1024 ** power;
  return `${power ? number.toFixed(1) : number} ${UNITS[power]}`;
}

/** A row from the page's own template, at the end of the list but for what only waits to be chosen again. */
export function makeRow(list, template, file) {
  const row = template.content.firstElementChild.cloneNode(true);
  row.querySelector("[data-upload-name]").textContent = file.name;
  row.querySelector("[data-upload-size]").textContent = sizeOf(file.size);
  row.querySelector("progress").setAttribute("aria-label", file.name);
  for (const button of row.querySelectorAll("button")) button.setAttribute("aria-label", `${button.title}: ${file.name}`);
  list.insertBefore(row, list.querySelector("[data-upload-unfinished]"));
  return row;
}

/** Show where `journey` is; `texts` are the list's data-text-… attributes. */
export function showRow(row, journey, texts) {
  const { state, file, sent, isTrying, sentence } = journey;
  const percent = file.size ? Math.floor((100 * sent) / file.size) : 0;
  row.dataset.state = isTrying ? "trying" : state;
  const words = isTrying ? texts.textTrying : journey.signedOut ? texts.textSignedOut : texts[`text${state[0].toUpperCase()}${state.slice(1)}`];
  row.querySelector("[data-upload-state]").textContent = sentence || words.replace("{}", percent);
  const bar = row.querySelector("progress");
  bar.hidden = journey.isOver || state === "waiting";
  if (state === "sending") bar.value = percent;
  else bar.removeAttribute("value");
  row.querySelector("[data-upload-retry]").hidden = state !== "lost";
}

/** What the form sends of a file that is in the bucket. */
export function keep(row, path) {
  const input = document.createElement("input");
  Object.assign(input, { type: "hidden", name: "kept", value: path });
  row.append(input);
  input.dispatchEvent(new Event("change", { bubbles: true }));
}
