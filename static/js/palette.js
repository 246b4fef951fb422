/** The command palette: pages, what can be done on this one, jobs and batches, found by some letters of their names. */

const MOST = 12;
const WAIT_MS = 160;
const WORD = /[\s\-_./·:（(]/;

let dialog, field, list, told, timer, asked;
let own = [];
let pages = [];
let jobs = [];
let shown = [];
let active = 0;

/** Points for `wanted` in `text`, 0 for none: as it stands, else its letters in their order, close together or at the beginnings of words. */
export function score(text, wanted) {
  const begins = (at) => at === 0 || WORD.test(text[at - 1]);
  const whole = text.indexOf(wanted);
  if (whole >= 0) return 100 + (begins(whole) ? 50 : 0) - Math.min(text.length, 90) / 2;
  let points = 0;
  let at = -1;
  for (const letter of wanted) {
    const before = at;
    at = text.indexOf(letter, before + 1);
    if (at < 0) return 0;
    points += at === before + 1 ? 2 : begins(at) ? 3 : 0;
  }
  return points >= 2 * wanted.length - 2 ? points : 0;
}

/** An entry that leads to an address, out of what the server tells: [title, the same in English, kind, address]. */
const leads = ([title, also, kind, url]) => ({ title, also, kind, url });

/** What the page offers: each marked button or link, or those in a marked element. Its id is its English name. */
function deeds() {
  const found = [];
  for (const marked of document.querySelectorAll("[data-palette]")) {
    const isOne = marked.matches("a, button");
    for (const element of isOne ? [marked] : marked.querySelectorAll("a[href], button")) {
      if (element.disabled || (!marked.dataset.palette && !element.checkVisibility())) continue;
      const title = (isOne && marked.dataset.palette) || element.ariaLabel || element.textContent.trim().replace(/\s+/g, " ");
      const also = element.id.replaceAll("-", " ");
      const isHere = Boolean(element.closest("main"));
      const kind = isHere ? dialog.dataset.here : dialog.dataset.switch;
      if (title) found.push({ title, also, kind, isHere, element });
    }
  }
  return found;
}

function rank(entries, words) {
  return entries.flatMap((entry) => {
    const texts = [entry.title.toLowerCase(), entry.also.toLowerCase(), `${entry.kind} ${entry.title}`.toLowerCase()];
    let points = 0;
    for (const word of words) {
      const best = Math.max(...texts.map((text) => score(text, word)));
      if (!best) return [];
      points += best;
    }
    return [{ ...entry, points: points / words.length }];
  });
}

function show() {
  const words = field.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
  const mine = rank([...own, ...pages], words).sort((one, other) => other.points - one.points);
  // With nothing typed: what can be done here, then what was made last.
  const [here, switches] = [true, false].map((isHere) => own.filter((entry) => entry.isHere === isHere));
  shown = words.length ? [...mine.slice(0, MOST), ...jobs] : [...here, ...jobs, ...pages, ...switches];
  list.replaceChildren(
    ...shown.map(({ title, kind }, number) => {
      const option = document.createElement("li");
      const name = document.createElement("span");
      const aside = document.createElement("small");
      option.id = `palette-${number}`;
      option.setAttribute("role", "option");
      name.textContent = title;
      aside.textContent = kind;
      option.append(name, aside);
      return option;
    }),
  );
  list.hidden = !shown.length;
  told.textContent = shown.length ? "" : dialog.dataset.none;
  mark(0);
}

function mark(number) {
  active = number;
  for (const [at, option] of [...list.children].entries()) option.setAttribute("aria-selected", String(at === active));
  const option = list.children[active];
  if (option) field.setAttribute("aria-activedescendant", option.id);
  else field.removeAttribute("aria-activedescendant");
  option?.scrollIntoView({ block: "nearest" });
}

function choose(entry, apart) {
  if (!entry) return;
  dialog.close();
  if (entry.element) entry.element.click();
  else if (apart) open(entry.url, "_blank", "noopener");
  else location.assign(entry.url);
}

/** Entries that the server knows; none where it does not answer, and what was on its way when something newer is asked. */
async function ask(address, signal) {
  try {
    const answer = await fetch(address, { headers: { Accept: "application/json" }, signal });
    return answer.ok ? (await answer.json()).entries.map(leads) : [];
  } catch {
    return [];
  }
}

async function search() {
  asked?.abort();
  const mine = (asked = new AbortController());
  const found = await ask(`${dialog.dataset.find}?q=${encodeURIComponent(field.value.trim())}`, mine.signal);
  if (mine.signal.aborted) return;
  jobs = found;
  const before = shown[active];
  show();
  // What was marked stays marked when jobs join the list.
  mark(Math.max(0, shown.findIndex(({ title, url, element }) => before && title === before.title && url === before.url && element === before.element)));
}

function typed(event) {
  // Letters of a word that is still being composed are no words yet.
  if (event.isComposing) return;
  jobs = [];
  show();
  clearTimeout(timer);
  timer = setTimeout(search, WAIT_MS);
}

function pressed(event) {
  if (event.isComposing) return;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && shown.length) mark((active + step + shown.length) % shown.length);
  else if (event.key === "Enter") choose(shown[active], event.ctrlKey || event.metaKey);
  else return;
  event.preventDefault();
}

function connect(element) {
  dialog = element;
  field = dialog.querySelector("input");
  list = dialog.querySelector("[role=listbox]");
  told = dialog.querySelector("[role=status]");
  field.addEventListener("input", typed);
  field.addEventListener("compositionend", typed);
  field.addEventListener("keydown", pressed);
  list.addEventListener("click", ({ target, ctrlKey, metaKey }) => {
    const at = [...list.children].indexOf(target.closest("li"));
    choose(shown[at], ctrlKey || metaKey);
  });
  dialog.addEventListener("close", () => {
    clearTimeout(timer);
    asked?.abort();
    field.value = "";
    list.replaceChildren();
  });
}

/** Fills the dialog anew: it has just been opened. */
export async function start(element) {
  if (!dialog) connect(element);
  own = deeds();
  jobs = [];
  show();
  search();
  pages = await ask(dialog.dataset.pages);
  if (dialog.open) show();
}
