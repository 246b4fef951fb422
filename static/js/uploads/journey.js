/**
 * One file on its way into the bucket: announced, sent in parts that are tried again each by itself, and finished when
 * the portal has seen it there. A journey that is begun again goes on with the parts that are missing.
 * States: waiting, checking, sending, saving, done; lost (can be tried again), refused (cannot).
 */

const SHOWN_BYTES = 65_536;
const MOST_PIECES = 8;
const PARTS_AT_ONCE = 3;
const TRIES = 6;
const ROUNDS = 3;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;
// So many times in a row not a byte came through to the bucket, while the portal answered.
const TURNED_AWAY = 2;

/** The bucket dropped what had arrived: from the beginning. */
class Gone extends Error {}

export class Journey {
  #leaving = new AbortController();
  #plan = null;
  #flying = new Map();
  #arrived = new Set();

  /** `shared`: { wire, csrf, begin, folder, turnedAway, through } for all files of a page; `changed` is called at every step. */
  constructor(file, shared, changed) {
    Object.assign(this, { file, shared, changed });
    this.song = null;
    this.rest();
  }

  /** As before it went: waiting for its turn. */
  rest() {
    this.state = "waiting";
    this.isTrying = false;
    this.signedOut = false;
    this.sentence = "";
  }

  get sent() {
    const parts = [...this.#arrived].reduce((sum, number) => sum + this.#piece(number).size, 0);
    return Math.min(this.file.size, [...this.#flying.values()].reduce((sum, bytes) => sum + bytes, parts));
  }

  get isOver() {
    return ["done", "lost", "refused"].includes(this.state);
  }

  /** Never throws: how it went is in `state`. */
  async go() {
    try {
      for (let round = 1; ; round += 1) {
        try {
          await this.#once();
          break;
        } catch (error) {
          if (!(error instanceof Gone) || round === ROUNDS) throw error;
        }
      }
      this.#become("done");
    } catch (error) {
      if (this.#leaving.signal.aborted) return;
      this.#flying.clear();
      const { Lost } = this.shared.wire;
      this.signedOut = error.state === 401;
      const isLost = error instanceof Lost || error instanceof Gone || error.state >= 500 || this.signedOut;
      this.sentence = error.told?.sentence ?? "";
      this.#become(isLost ? "lost" : "refused");
    }
  }

  /** Stop, and have the bucket forget what arrived. */
  leave() {
    this.#leaving.abort();
    if (!this.#plan || this.state === "done") return;
    fetch(this.#plan.give_up, { method: "POST", headers: { "X-CSRFToken": this.shared.csrf }, keepalive: true }).catch(
      () => {},
    );
  }

  async #once() {
    this.#become("checking");
    const plan = await this.#patiently(() => this.#begin());
    this.#plan = plan;
    this.#arrived = new Set(plan.arrived);
    if (!plan.direct) this.shared.through();
    let missing = Array.from({ length: plan.count }, (_, at) => at + 1).filter((part) => !this.#arrived.has(part));
    for (let round = 1; ; round += 1) {
      this.#become("sending");
      await this.#sendAll(missing);
      this.#become("saving");
      try {
        this.song = await this.#patiently(() => this.#ask(plan.finish, {}));
        return;
      } catch (error) {
        if (error.state !== 409 || round === ROUNDS) throw error;
        missing = error.told.missing;
        for (const number of missing) this.#arrived.delete(number);
      }
    }
  }

  async #begin() {
    const pieces = new Map([[0, SHOWN_BYTES]]);
    for (;;) {
      const { file } = this;
      const fields = new FormData();
      fields.append("name", file.name);
      fields.append("size", file.size);
      fields.append("modified", file.lastModified);
      fields.append("folder", this.shared.folder);
      for (const [at, length] of pieces) {
        // Read now: a file that is gone from the disk must not look like a lost connection.
        const bytes = await file
          .slice(at, at + length)
          .arrayBuffer()
          .catch(() => this.#refuse(this.shared.unreadable));
        fields.append("piece", new Blob([bytes]), String(at));
      }
      const told = await this.#ask(this.shared.begin, fields);
      if (told.show === undefined) return told;
      if (pieces.size === MOST_PIECES || pieces.has(told.show)) this.#refuse(this.shared.unreadable);
      pieces.set(told.show, told.length);
    }
  }

  async #sendAll(numbers) {
    const left = [...numbers];
    const lane = async () => {
      while (left.length) await this.#sendPart(left.shift());
    };
    try {
      await Promise.all(Array.from({ length: Math.min(PARTS_AT_ONCE, left.length) }, lane));
    } catch (error) {
      left.length = 0;
      throw error;
    }
  }

  async #sendPart(number) {
    const { wire, csrf } = this.shared;
    let turnedAway = 0;
    await this.#patiently(async () => {
      const isThrough = this.shared.isThrough;
      const { links } = await this.#ask(this.#plan.links, { number, ...(isThrough ? { through: "1" } : {}) });
      try {
        await wire.put(links[number], this.#piece(number), {
          type: this.#plan.content_type,
          csrf,
          signal: this.#leaving.signal,
          onProgress: (bytes) => {
            this.#flying.set(number, bytes);
            this.isTrying = false;
            this.changed(this);
          },
        });
      } catch (error) {
        this.#flying.delete(number);
        if ([404, 410].includes(error.state)) throw new Gone();
        // The next link is a new one.
        if (error.state === 403 && !isThrough) throw new wire.Lost(true);
        turnedAway = error instanceof wire.Lost && !error.sent && !isThrough && navigator.onLine ? turnedAway + 1 : 0;
        if (turnedAway === TURNED_AWAY) await this.#goThrough();
        throw error;
      }
      this.#flying.delete(number);
      this.#arrived.add(number);
      this.changed(this);
    });
  }

  async #goThrough() {
    await this.#ask(this.shared.turnedAway, {});
    this.shared.through();
  }

  /** Do it again and again, with longer and longer pauses, while only the connection is to blame. */
  async #patiently(deed) {
    const { Lost } = this.shared.wire;
    for (let tries = 1; ; tries += 1) {
      try {
        const found = await deed();
        this.isTrying = false;
        return found;
      } catch (error) {
        const mayPass = error instanceof Lost || error.state >= 500;
        if (!mayPass || tries === TRIES) throw error;
        this.isTrying = true;
        this.changed(this);
        await this.#pause(Math.min(FIRST_PAUSE_MS * 2 ** (tries - 1), LONGEST_PAUSE_MS));
      }
    }
  }

  /** About `ms`, so that many parts do not come back at once; as long as it takes while the device is offline. */
  async #pause(ms) {
    const { signal } = this.#leaving;
    await new Promise((resolve) => setTimeout(resolve, ms * (0.75 + Math.random() / 2)));
    if (!navigator.onLine) {
      await new Promise((resolve) => {
        addEventListener("online", resolve, { once: true, signal });
        signal.addEventListener("abort", resolve, { once: true });
      });
    }
    signal.throwIfAborted();
  }

  #ask(url, fields) {
    return this.shared.wire.ask(url, fields, { csrf: this.shared.csrf, signal: this.#leaving.signal });
  }

  #piece(number) {
    const { part_bytes: length } = this.#plan;
    return this.file.slice((number - 1) * length, number * length);
  }

  #refuse(sentence) {
    throw new this.shared.wire.Refused(422, { sentence });
  }

  #become(state) {
    this.state = state;
    this.isTrying = false;
    this.changed(this);
  }
}
