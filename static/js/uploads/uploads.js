/**
 * Brings files into the bucket while the form around them is filled in: starts what
 * templates/components/_uploads.html left on the page and joins the parts, which import nothing from each other: their
 * hashed addresses are known to the template only (<link data-upload-part>). Without it the form posts the files itself.
 */

const FILES_AT_ONCE = 3;

async function loadParts() {
  const links = [...document.querySelectorAll("link[data-upload-part]")];
  const parts = await Promise.all(links.map((link) => import(link.href)));
  return Object.fromEntries(links.map((link, at) => [link.dataset.uploadPart, parts[at]]));
}

/** Signing in again, in another tab, makes a new token: the one in the form is good no more, and is put right. */
function tokenOf(form) {
  const [, now] = /(?:^|; )(?:__Host-)?csrftoken=([^;]+)/.exec(document.cookie) ?? [];
  if (now) form.elements.csrfmiddlewaretoken.value = now;
  return form.elements.csrfmiddlewaretoken.value;
}

class Uploads {
  #rows = new Map();
  #isWanted = false;
  #hasNews = false;
  #words = null;

  constructor(root, parts) {
    Object.assign(this, { root, parts, form: root.closest("form") });
    this.input = root.querySelector("input[type=file]");
    this.list = root.querySelector("[data-upload-list]");
    this.template = root.querySelector("template");
    // The one that sends the form, where files are only a part of it.
    this.button = this.form.querySelector("[data-upload-go]");
    const { form } = this;
    const note = root.querySelector("[data-upload-through]");
    this.shared = {
      wire: parts.wire,
      get csrf() {
        return tokenOf(form);
      },
      begin: root.dataset.begin,
      folder: root.dataset.folder,
      turnedAway: root.dataset.turnedAway,
      unreadable: this.list.dataset.textUnreadable,
      isThrough: false,
      through: () => {
        this.shared.isThrough = true;
        note.hidden = false;
      },
    };
    this.#listen();
  }

  get journeys() {
    return [...this.#rows.keys()];
  }

  get #unfinished() {
    return this.journeys.filter((each) => !["done", "refused"].includes(each.state));
  }

  take(files) {
    if (!files.length) return;
    const known = new Set(this.journeys.filter((each) => each.state !== "refused").map(({ file }) => this.#nameOf(file)));
    for (const file of files) {
      if (known.has(this.#nameOf(file))) continue;
      known.add(this.#nameOf(file));
      for (const row of this.list.querySelectorAll("[data-upload-unfinished]")) {
        if (row.dataset.uploadUnfinished === `${file.size} ${file.name}`) row.remove();
      }
      const journey = new this.parts.journey.Journey(file, this.shared, (each) => this.#show(each));
      this.#rows.set(journey, this.parts.rows.makeRow(this.list, this.template, file));
      this.#show(journey);
    }
    this.#next();
    this.root.dispatchEvent(new CustomEvent("uploads:taken", { bubbles: true }));
    // Whoever shows what the form comes to counts anew.
    this.list.dispatchEvent(new Event("change", { bubbles: true }));
  }

  #nameOf(file) {
    return `${file.name} ${file.size} ${file.lastModified}`;
  }

  #next() {
    const flying = this.journeys.filter((each) => !each.isOver && each.state !== "waiting").length;
    const waiting = this.journeys.filter((each) => each.state === "waiting");
    for (const journey of waiting.slice(0, Math.max(0, FILES_AT_ONCE - flying))) this.#send(journey);
  }

  async #send(journey) {
    await journey.go();
    const row = this.#rows.get(journey);
    if (journey.state === "done") this.#hasNews = true;
    if (row && journey.state === "done") this.parts.rows.keep(row, journey.song.path);
    this.#next();
    this.#go();
    if (!this.#hasNews || this.journeys.some((each) => !each.isOver)) return;
    this.#hasNews = false;
    this.root.dispatchEvent(new CustomEvent("uploads:over", { bubbles: true }));
  }

  #again(journey) {
    journey.rest();
    this.#show(journey);
    this.#next();
  }

  #remove(row) {
    const journey = this.journeys.find((each) => this.#rows.get(each) === row);
    journey?.leave();
    this.#rows.delete(journey);
    if (row.dataset.giveUp) {
      fetch(row.dataset.giveUp, { method: "POST", headers: { "X-CSRFToken": this.shared.csrf } }).catch(() => {});
    }
    const near = row.nextElementSibling ?? row.previousElementSibling;
    row.remove();
    (near?.querySelector("[data-upload-remove]") ?? this.input).focus();
    this.list.dispatchEvent(new Event("change", { bubbles: true }));
    this.#tell();
    this.#next();
    this.#go();
  }

  #show(journey) {
    const row = this.#rows.get(journey);
    if (!row) return;
    this.parts.rows.showRow(row, journey, this.list.dataset);
    this.#tell();
  }

  /** How many are there, and whether the button waits. */
  #tell() {
    const { journeys } = this;
    const sum = this.root.querySelector("[data-upload-sum]");
    const done = journeys.filter((each) => each.state === "done").length;
    const said = sum.dataset.uploadSum.replace("{done}", done).replace("{all}", journeys.length);
    sum.hidden = journeys.length < 2;
    if (sum.textContent !== said) sum.textContent = said;
    if (this.#isWanted) this.#wait();
  }

  /** Send the form once everything is there, if that was asked for. */
  #go() {
    if (!this.#isWanted) return;
    if (this.journeys.some((each) => ["refused", "lost"].includes(each.state))) return this.#complain();
    if (this.#unfinished.length) return;
    this.#rest();
    this.form.requestSubmit(this.button);
  }

  #complain() {
    this.#rest();
    const bad = this.journeys.find((each) => ["refused", "lost"].includes(each.state));
    const alert = this.root.querySelector("[data-upload-alert]");
    alert.hidden = false;
    alert.textContent = alert.dataset.uploadAlert;
    const row = this.#rows.get(bad);
    row.scrollIntoView({ block: "center" });
    row.querySelector("button:not([hidden])").focus();
  }

  #wait() {
    this.#words ??= [...this.button.childNodes];
    this.button.textContent = this.root.dataset.textWait.replace("{}", this.#unfinished.length);
    this.button.setAttribute("aria-live", "polite");
  }

  #rest() {
    this.#isWanted = false;
    if (this.#words) this.button.replaceChildren(...this.#words);
    this.#words = null;
  }

  #submit(event) {
    const source = this.form.querySelector("[name=source]:checked");
    if (source && source.value !== "upload") return;
    // A button with an address of its own does something else with the form.
    if (event.submitter?.hasAttribute("formaction")) return;
    this.root.querySelector("[data-upload-alert]").hidden = true;
    if (this.#isWanted) {
      // Pressed again: rather not.
      event.preventDefault();
      return this.#rest();
    }
    for (const journey of this.journeys) if (journey.state === "lost") this.#again(journey);
    if (!this.journeys.some((each) => each.state !== "done")) return;
    event.preventDefault();
    this.#isWanted = true;
    this.#wait();
    this.#go();
  }

  #listen() {
    this.input.addEventListener("change", () => {
      this.take([...this.input.files]);
      // The form brings no files any more, only the names of what is in the bucket.
      this.input.value = "";
    });
    this.parts.drops.listen((files) => this.take(files));
    this.list.addEventListener("click", ({ target }) => {
      const row = target.closest("li");
      if (target.closest("[data-upload-remove]")) this.#remove(row);
      const journey = this.journeys.find((each) => this.#rows.get(each) === row);
      if (target.closest("[data-upload-retry]") && journey) this.#again(journey);
    });
    if (this.button) this.form.addEventListener("submit", (event) => this.#submit(event));
    addEventListener("online", () => {
      for (const journey of this.journeys) if (journey.state === "lost") this.#again(journey);
    });
    addEventListener("beforeunload", (event) => {
      if (this.#unfinished.length) event.preventDefault();
    });
    // What was chosen before this script came.
    this.take([...this.input.files]);
    this.input.value = "";
    this.root.toggleAttribute("data-ready", true);
  }
}

const root = document.querySelector("[data-uploads]");
if (root) loadParts().then((parts) => new Uploads(root, parts));
